// The key of an object, and its rotation, with the proof that the body stayed the same.
import { inspectSealed } from '../lib/envelope.mjs';
import { describe } from '../lib/messages.mjs';
import { headBody, readHeader } from '../lib/store.mjs';
import { announce, button, el, facts, table } from './dom.mjs';
import { size } from './format.mjs';
import { visible } from './visible.mjs';

const EXPLANATION =
  'The object’s own key (its DEK) is stored in its header, locked with a key that never leaves the key ' +
  'service. Rotating makes a new version of that key and locks the DEK with it. Only the small header is written; the ' +
  'body, however large, stays as it is.';

export async function showKey(object) {
  const [header, body] = await Promise.all([
    readHeader(object.backend, object.id),
    headBody(object.backend, object.id),
  ]);
  const result = el('div', { 'aria-live': 'polite' });
  const press = async ({ currentTarget }) => {
    currentTarget.disabled = true;
    result.replaceChildren(el('p', { className: 'note', textContent: 'Rotating…' }));
    try {
      result.replaceChildren(await proof(await object.rotate()));
      announce('The key is rotated. The body did not change.');
    } catch (error) {
      result.replaceChildren(
        el('p', { className: 'error', role: 'alert', textContent: describe(error).message }),
      );
    } finally {
      currentTarget.disabled = false;
    }
  };
  return [
    el('p', { textContent: EXPLANATION }),
    facts(
      [
        ['Wrapped key now', await wrappedKey(header)],
        ['Body’s ETag', el('code', { textContent: body.etag })],
      ],
      'The key now',
    ),
    el('p', { className: 'choices' }, button('Rotate the key', press, { className: 'primary' })),
    result,
  ];
}

async function proof({ header: [before, after], body: [bodyBefore, bodyAfter] }) {
  const same = bodyBefore.etag === bodyAfter.etag && bodyBefore.length === bodyAfter.length;
  const code = (text) => el('code', { textContent: text });
  const row = (name, [one, two]) => {
    const isNew = one.textContent !== two.textContent;
    const verdict = el('span', {
      className: isNew ? 'changed' : 'same',
      textContent: isNew ? 'new' : 'unchanged',
    });
    return [el('span', {}, name, verdict), one, two];
  };
  return el(
    'div',
    { className: 'proof' },
    el('p', {
      className: same ? 'success' : 'error',
      textContent: same
        ? `Rotated. ${size(after.bytes.length)} were written; the body of ${size(bodyAfter.length)} is the same as before.`
        : 'The body changed while the key was rotated.',
    }),
    table(
      ['', 'Before', 'After'],
      [
        row('Wrapped key', [await wrappedKey(before), await wrappedKey(after)]),
        row('Header, SHA-256', [code(await sha256(before.bytes)), code(await sha256(after.bytes))]),
        row('Body, ETag', [code(bodyBefore.etag), code(bodyAfter.etag)]),
        row('Body, bytes', [code(String(bodyBefore.length)), code(String(bodyAfter.length))]),
      ],
      'Before and after the rotation',
    ),
  );
}

async function wrappedKey({ bytes }) {
  const {
    wrappedKeys: [key],
  } = await inspectSealed(bytes);
  return el('code', { textContent: visible(`${key.keyId}, ${key.text}`) });
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest.subarray(0, 12), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

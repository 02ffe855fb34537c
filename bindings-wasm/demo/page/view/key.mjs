// The key of an object, and its rotation with the proof that the body stayed as it was.
import { inspectSealed } from '../lib/envelope.mjs';
import { describe } from '../lib/messages.mjs';
import { headBody, readHeader } from '../lib/store.mjs';
import { announce, button, el, facts } from './dom.mjs';

const EXPLANATION = 'Rotating makes a new version of the key at the key service and wraps this object’s DEK under '
  + 'it. Only the header is written. The body, however large, stays as it is.';

export async function showKey(object) {
  const [header, body] = await Promise.all([readHeader(object.id), headBody(object.id)]);
  const result = el('div', { 'aria-live': 'polite' });
  const press = async ({ currentTarget }) => {
    currentTarget.disabled = true;
    result.replaceChildren(el('p', { className: 'note', textContent: 'Rotating…' }));
    try {
      result.replaceChildren(await proof(await object.rotate()));
      announce('The key is rotated. The body did not change.');
    } catch (error) {
      result.replaceChildren(el('p', { className: 'error', role: 'alert', textContent: describe(error).message }));
    } finally {
      currentTarget.disabled = false;
    }
  };
  return [
    el('p', { textContent: EXPLANATION }),
    facts([['Wrapped key now', await wrappedKey(header)], ['Body’s ETag', el('code', { textContent: body.etag })]], 'The key now'),
    el('p', { className: 'choices' }, button('Rotate the key', press, { className: 'primary' })),
    result,
  ];
}

async function proof({ header: [before, after], body: [bodyBefore, bodyAfter] }) {
  const same = bodyBefore.etag === bodyAfter.etag && bodyBefore.length === bodyAfter.length;
  const code = (text) => el('code', { textContent: text });
  return facts([
    ['', 'Before', 'After', ''],
    ['Wrapped key', await wrappedKey(before), await wrappedKey(after), el('span', { className: 'changed', textContent: 'new' })],
    ['Header, SHA-256', code(await sha256(before.bytes)), code(await sha256(after.bytes)), el('span', { className: 'changed', textContent: 'new' })],
    ['Body, ETag', code(bodyBefore.etag), code(bodyAfter.etag),
      el('span', { className: same ? 'same' : 'changed', textContent: same ? 'unchanged' : 'changed' })],
    ['Body, bytes', String(bodyBefore.length), String(bodyAfter.length), el('span', { className: same ? 'same' : 'changed', textContent: same ? 'unchanged' : 'changed' })],
  ], 'Before and after the rotation');
}

async function wrappedKey({ bytes }) {
  const { wrappedKeys: [key] } = await inspectSealed(bytes);
  return el('code', { textContent: `${key.keyId}, ${key.text}` });
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest.subarray(0, 12), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

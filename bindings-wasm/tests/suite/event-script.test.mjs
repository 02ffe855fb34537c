// The script of core/vectors/key_events.json: every language reports the same events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CachingProvider, LocalKey, SealwaxError, decrypt, encrypt, rewrap } from 'sealwax';
import { KEK, utf8, vectors } from '../support/suite.mjs';

const { operations, outcomes, context, script } = await vectors('key_events');
const CONTEXT = Object.fromEntries(context);

const masked = (bytes) => bytes.map((byte) => byte ^ 0x5a);

/** The provider `kms` of the script. */
class Kms {
  providerId = 'kms';
  keyId = 'k';
  mood = 'works';
  #requests = 0;

  accepts(keyId) {
    return keyId === this.keyId;
  }

  async wrap(dek, _context, call) {
    this.#answer(call);
    return { keyId: this.keyId, wrappedDek: masked(dek) };
  }

  async unwrap({ wrappedDek }, _context, call) {
    this.#answer(call);
    return masked(wrappedDek);
  }

  async generate(_context, call) {
    this.#answer(call);
    const dek = crypto.getRandomValues(new Uint8Array(32));
    return { dek, keyId: this.keyId, wrappedDek: masked(dek) };
  }

  #answer(call) {
    this.#requests += 1;
    call.report({ requestId: `req-${this.#requests}`, denied: this.mood === 'denies' });
    if (this.mood === 'rejects') throw new SealwaxError('key_unwrap', 'it does not open');
    if (this.mood !== 'works') throw new Error(this.mood);
  }
}

const kms = new Kms();
const KEYS = { kms, local: new LocalKey(KEK, 'kek-1'), cache: new CachingProvider(kms) };
const keysOf = (names) => names.map((name) => KEYS[name]);
const objects = {};

const CALLS = {
  async encrypt({ object, keys }, options) {
    objects[object] = await encrypt(utf8('tide table'), keysOf(keys), {
      ...options,
      context: CONTEXT,
    }).bytes();
  },
  decrypt: ({ object, keys }, options) => decrypt(objects[object], keysOf(keys), options).bytes(),
  async rewrap({ object, keys, newKeys }, options) {
    objects[object] = await rewrap(objects[object], keysOf(keys), keysOf(newKeys), options);
  },
};

const listed = ({ operation, outcome, providerId, keyId, requestId }) => ({
  operation,
  outcome,
  providerId,
  keyId,
  ...(requestId && { requestId }),
});

test('key events: the script has the events that it has in every language', async () => {
  const seen = { operations: new Set(), outcomes: new Set() };
  for (const step of script) {
    kms.mood = step.kms;
    const events = [];
    const options = { objectName: step.object, onKeyEvent: (event) => events.push(event) };
    const error = await CALLS[step.call](step, options).then(
      () => undefined,
      ({ code }) => code,
    );
    assert.deepEqual([error, events.map(listed)], [step.error, step.events], step.comment);
    for (const event of events) {
      assert.deepEqual([{ ...event.context }, event.objectName], [CONTEXT, step.object]);
      seen.operations.add(event.operation);
      seen.outcomes.add(event.outcome);
    }
  }
  const names = (words) => words.map(({ name }) => name).sort();
  assert.deepEqual([...seen.operations].sort(), names(operations), 'every word was heard');
  assert.deepEqual([...seen.outcomes].sort(), names(outcomes), 'every word was heard');
});

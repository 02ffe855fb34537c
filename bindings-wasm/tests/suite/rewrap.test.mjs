// Wrapped keys that are replaced and added, and handles for many messages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  LocalKey,
  createDecryptor,
  createEncryptor,
  decrypt,
  encrypt,
  inspect,
  rewrap,
  rewrapHeader,
} from 'sealwax';
import { failing, provider } from '../support/providers.mjs';
import { KEK, key, plaintextOf, rejectsWith, throwsWith } from '../support/suite.mjs';

const PLAINTEXT = plaintextOf(1000);
const sealWith = (keys, options) => encrypt(PLAINTEXT, keys, options).bytes();
const openWith = (bytes, keys, options) => decrypt(bytes, keys, options).bytes();

test('a remote key is not added under the name of another one', async () => {
  const [first, second] = [0, 1].map((n) =>
    provider(
      { providerId: 'kms' },
      new LocalKey(
        KEK.map((byte) => byte + n),
        'same',
      ),
    ),
  );
  const sealed = await sealWith(first);
  await rejectsWith(
    rewrap(sealed, first, second, { mode: 'add' }),
    'invalid_argument',
    /does not open/,
  );
  assert.deepEqual(await rewrap(sealed, first, first, { mode: 'add' }), sealed);
  const away = provider(
    { providerId: 'kms', unwrap: failing(new Error('away')) },
    new LocalKey(KEK, 'same'),
  );
  await rejectsWith(rewrap(sealed, first, away, { mode: 'add' }), 'provider_failed', /away/);
});

test('rewrap: replace and add; the body stays, old keys go', async () => {
  const sealed = await sealWith(key(), { context: { a: 'b' }, padding: 'page' });
  const fresh = new LocalKey(
    KEK.map((byte) => ~byte),
    'new',
  );
  const renewed = await rewrap(sealed, key(), fresh);
  const { headerSize } = await inspect(sealed);
  assert.equal(renewed.length, sealed.length);
  assert.deepEqual(renewed.slice(headerSize), sealed.slice(headerSize));
  assert.deepEqual(await openWith(renewed, fresh), PLAINTEXT);
  await rejectsWith(openWith(renewed, key()), 'no_matching_key');
  const added = await rewrap(new Blob([sealed], { type: 'x/y' }), key(), fresh, { mode: 'add' });
  assert.equal(added.type, 'x/y');
  for (const one of [key(), fresh]) assert.deepEqual(await openWith(added, one), PLAINTEXT);
  await rejectsWith(
    rewrapHeader(sealed.slice(0, headerSize), key(), fresh, { context: { a: 'c' } }),
    'context_mismatch',
  );
  await rejectsWith(rewrap(sealed, key(), fresh, { mode: 'other' }), 'invalid_argument', /mode/);
});

test('an encryptor and a decryptor: asked once, closed for good', async () => {
  const inner = provider();
  const encryptor = await createEncryptor(inner, { associatedData: new Uint8Array([1]) });
  const sealed = encryptor.encryptBytes(PLAINTEXT);
  await encryptor.encrypt(new Blob([PLAINTEXT])).bytes();
  assert.equal(inner.calls.wrap, 1);
  assert.equal(sealed.length, encryptor.sealedSize(PLAINTEXT.length));
  assert.deepEqual(
    await openWith(sealed, key(), { associatedData: new Uint8Array([1]) }),
    PLAINTEXT,
  );
  encryptor[Symbol.dispose]();
  encryptor.close();
  throwsWith(() => encryptor.encryptBytes(PLAINTEXT), 'invalid_state', /closed/);
  throwsWith(() => encryptor.sealedSize(1), 'invalid_state', /closed/);
  await rejectsWith(encryptor.encrypt(PLAINTEXT).bytes(), 'invalid_state', /closed/);

  const decryptor = await createDecryptor(sealed, inner);
  const open = () => decryptor.decryptBytes(sealed, new Uint8Array([1]));
  for (let count = 0; count < 2; count++) assert.deepEqual(open(), PLAINTEXT);
  assert.equal(inner.calls.unwrap, 1);
  decryptor[Symbol.dispose]();
  decryptor.close();
  throwsWith(open, 'invalid_state', /closed/);
  throwsWith(() => decryptor.metadata(), 'invalid_state', /closed/);
});

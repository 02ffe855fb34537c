// LocalKey and RsaOaepPublicKey: keys that the page holds itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalKey, RsaOaepPublicKey, decrypt, encrypt } from 'sealwax';
import { provider } from '../support/providers.mjs';
import { KEK, both, key, plaintextOf, rejectsWith, throwsWith } from '../support/suite.mjs';

const PLAINTEXT = plaintextOf(1000);
const sealWith = (keys, options) => encrypt(PLAINTEXT, keys, options).bytes();
const openWith = (bytes, keys, options) => decrypt(bytes, keys, options).bytes();

test('keys that are none', async () => {
  for (const keys of [undefined, null, [], {}, 'name', [key(), undefined], { ...key() }]) {
    throwsWith(() => encrypt(PLAINTEXT, keys), 'invalid_argument', /provider/);
    throwsWith(() => decrypt(PLAINTEXT, keys), 'invalid_argument', /provider/);
  }
});

test(
  'LocalKey: a generated key is kept by IndexedDB, without its bytes',
  { skip: !('indexedDB' in globalThis) },
  async () => {
    const settled = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const opening = indexedDB.open('sealwax-test');
    opening.onupgradeneeded = () => opening.result.createObjectStore('keys');
    const database = await settled(opening);
    const keys = () => database.transaction('keys', 'readwrite').objectStore('keys');
    const generated = await LocalKey.generate('k');
    const sealed = await sealWith(generated);
    await settled(keys().put(generated.cryptoKey, 'k'));
    generated.close();
    const kept = await settled(keys().get('k'));
    database.close();
    assert.equal(kept.extractable, false);
    assert.deepEqual(await openWith(sealed, new LocalKey(kept, 'k')), PLAINTEXT);
  },
);

both("LocalKey: bytes and CryptoKeys open each other's", async (engine) => {
  const imported = await LocalKey.importKey(KEK, 'k');
  assert.equal(imported.cryptoKey.extractable, false);
  assert.deepEqual(
    await openWith(await encrypt(PLAINTEXT, key(), { engine }).bytes(), imported, { engine }),
    PLAINTEXT,
  );
  assert.deepEqual(
    await openWith(await encrypt(PLAINTEXT, imported, { engine }).bytes(), key(), { engine }),
    PLAINTEXT,
  );
  const generated = await LocalKey.generate('g');
  assert.deepEqual(
    await openWith(await sealWith(generated), new LocalKey(generated.cryptoKey, 'g')),
    PLAINTEXT,
  );
});

test('LocalKey: what is no key, and use after close', async () => {
  for (const bytes of [new Uint8Array(31), new Uint8Array(33), 'k'.repeat(32), undefined])
    throwsWith(() => new LocalKey(bytes, 'k'), 'invalid_argument');
  throwsWith(() => new LocalKey(KEK, ''), 'invalid_argument', /keyId/);
  const aes = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']);
  const short = await crypto.subtle.generateKey(
    { name: 'HMAC', hash: 'SHA-512', length: 128 },
    false,
    ['sign'],
  );
  for (const other of [aes, short])
    throwsWith(() => new LocalKey(other, 'k'), 'invalid_argument', /HMAC with SHA-512/);
  const closed = key();
  closed[Symbol.dispose]();
  closed.close();
  const error = await rejectsWith(sealWith(closed), 'provider_failed', /the key was closed/);
  assert.equal(error.cause.code, 'invalid_state');
});

test('RsaOaepPublicKey: PEM, DER, JWK and CryptoKey wrap to the same key id; the private key opens', async () => {
  const algorithm = {
    name: 'RSA-OAEP',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, true, [
    'encrypt',
    'decrypt',
  ]);
  const der = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey));
  const pem = `-----BEGIN PUBLIC KEY-----\n${btoa(String.fromCharCode(...der)).replace(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----\n`;
  const digest = Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', der)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  for (const form of [pem, der, await crypto.subtle.exportKey('jwk', publicKey), publicKey]) {
    const writer = new RsaOaepPublicKey(form);
    assert.equal(await writer.keyId(), `sha256:${digest}`);
    const sealed = await sealWith(writer, { context: { a: 'b' } });
    await rejectsWith(openWith(sealed, writer), 'no_matching_key');
    const reader = provider({
      providerId: 'rsa-oaep',
      accepts: (keyId) => keyId === `sha256:${digest}`,
      unwrap: async ({ wrappedDek }) =>
        new Uint8Array(await crypto.subtle.decrypt('RSA-OAEP', privateKey, wrappedDek)),
    });
    assert.deepEqual(await openWith(sealed, reader), PLAINTEXT);
  }
  throwsWith(() => new RsaOaepPublicKey('no key'), 'invalid_argument', /PEM/);
  await rejectsWith(
    sealWith(new RsaOaepPublicKey(new Uint8Array(40))),
    'provider_failed',
    /not an RSA public key/,
  );
});

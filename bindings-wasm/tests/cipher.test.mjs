// Without WebCrypto everything needs the module of the cipher: that it is missing is no fault of a
// key.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalKey, decrypt, encrypt, init } from 'sealwax';

test('neither WebCrypto nor the cipher: the provider failed, and did not reject', async () => {
  const key = new LocalKey(new Uint8Array(32).fill(7), 'k');
  const sealed = await encrypt(new Uint8Array(100_000), key).bytes();
  await init(undefined, new Response('', { status: 404 }));
  Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined });
  await assert.rejects(decrypt(sealed, key).bytes(), ({ code, attempts }) => {
    assert.equal(code, 'provider_failed');
    assert.equal(attempts[0].error.code, 'io');
    assert.match(attempts[0].error.message, /answered 404 .*serve aes\.wasm there/);
    return true;
  });
});

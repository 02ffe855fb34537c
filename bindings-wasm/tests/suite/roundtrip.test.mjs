// Both engines, both kinds of local key, sizes around every boundary.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalKey, SealwaxError, decrypt, encrypt, openRange } from 'sealwax';

const KEK = new Uint8Array(32).fill(7);
const SIZES = [0, 1, 16_383, 16_384, 16_385, 100_000, 1_100_000];
const plaintextOf = (size) => Uint8Array.from({ length: size }, (_, index) => (index % 251) + 3);

for (const engine of ['wasm', 'webcrypto']) {
  for (const kind of ['bytes', 'CryptoKey']) {
    test(`${engine}, key of ${kind}`, async () => {
      const key = kind === 'bytes' ? new LocalKey(KEK, 'k') : await LocalKey.importKey(KEK, 'k');
      for (const size of SIZES) await check(size, key, engine);
    });
  }
}

async function check(size, key, engine) {
  const plaintext = plaintextOf(size);
  const encryption = encrypt(plaintext, key, { engine, context: { a: 'b' } });
  const expected = await encryption.size();
  const sealed = await encryption.bytes();
  assert.equal(sealed.length, expected);
  assert.deepEqual(
    await decrypt(new Blob([sealed]), new LocalKey(KEK, 'k'), { engine }).bytes(),
    plaintext,
  );
  const parts = await encrypt(new Blob([plaintext]), key, { engine }).parts({ partSize: 100_000 });
  const made = [];
  for await (const part of parts) made.push(await part.bytes());
  assert.deepEqual(await parts.part(1).bytes(), made[0]);
  assert.deepEqual(await decrypt(new Blob(made), key, { engine }).bytes(), plaintext);
  const reader = await openRange(sealed, key, { engine });
  assert.equal(reader.size, size);
  assert.deepEqual(await reader.read(5, 40_000), plaintext.subarray(5, 40_005));
}

test('a modified chunk, a cut and a wrong start have their codes', async () => {
  const key = new LocalKey(KEK, 'k');
  const sealed = await encrypt(plaintextOf(40_000), key).bytes();
  const codeOf = (bytes) =>
    decrypt(bytes, key)
      .bytes()
      .then(
        () => 'ok',
        (error) => (error instanceof SealwaxError ? error.code : String(error)),
      );
  const modified = sealed.slice();
  modified[modified.length - 1] ^= 1;
  assert.equal(await codeOf(modified), 'authentication');
  assert.equal(await codeOf(sealed.subarray(0, 100)), 'truncated');
  assert.equal(await codeOf(new Uint8Array(20)), 'bad_magic');
});

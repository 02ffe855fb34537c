// Every kind of input: views, buffers of every state, streams in any pieces.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  LocalKey,
  createDecryptor,
  createEncryptor,
  decrypt,
  encrypt,
  fromText,
  inspect,
  openRange,
  rewrapHeader,
  toText,
} from 'sealwax';
import {
  CHUNK,
  KEK,
  SIZES,
  both,
  concat,
  key,
  plaintextOf,
  readAll,
  rejectsWith,
  streamOf,
  throwsWith,
} from '../support/suite.mjs';

const open = (sealed, engine) => decrypt(sealed, key(), { engine }).bytes();

for (const size of SIZES) {
  both(`${size} bytes: every form, both ways`, async (engine) => {
    const plaintext = plaintextOf(size);
    const sealed = await encrypt(plaintext, key(), { engine, padding: 'none' }).bytes();
    for (const source of [sealed, new Blob([sealed]), streamOf(sealed, 10_000)])
      assert.deepEqual(await open(source, engine), plaintext);
    const other = engine === 'wasm' ? 'webcrypto' : 'wasm';
    assert.deepEqual(
      await open(await encrypt(new Blob([plaintext]), key(), { engine }).bytes(), other),
      plaintext,
    );
    assert.deepEqual(
      await readAll(
        decrypt(await encrypt(streamOf(plaintext, 7777), key(), { engine }).blob(), key()).stream(),
      ),
      plaintext,
    );
  });
}

both('a view counts, not its buffer', async (engine) => {
  const buffer = plaintextOf(3 * CHUNK).buffer;
  const expected = new Uint8Array(buffer).slice(8, 8 + 2 * CHUNK);
  const views = [
    new Uint8Array(buffer, 8, 2 * CHUNK),
    new DataView(buffer, 8, 2 * CHUNK),
    new Uint16Array(buffer, 8, CHUNK),
    new Float64Array(buffer, 8, CHUNK / 4),
  ];
  for (const view of views) {
    const sealed = await encrypt(view, key(), { engine }).bytes();
    assert.deepEqual(await open(sealed, engine), expected);
    // What is sealed lies within a larger buffer, too.
    const inside = new Uint8Array(sealed.length + 20);
    inside.set(sealed, 13);
    assert.deepEqual(await open(inside.subarray(13, 13 + sealed.length), engine), expected);
  }
});

test('views everywhere else', async () => {
  const within = (bytes) => {
    const larger = new Uint8Array(bytes.length + 9).fill(0xaa);
    larger.set(bytes, 5);
    return larger.subarray(5, 5 + bytes.length);
  };
  const [associatedData, metadata] = [within(plaintextOf(40)), within(plaintextOf(50))];
  const sealed = await encrypt(plaintextOf(100), new LocalKey(within(KEK), 'k'), {
    associatedData,
    metadata,
  }).bytes();
  const message = decrypt(sealed, key(), { associatedData: associatedData.slice() });
  assert.deepEqual(await message.metadata(), plaintextOf(50));
  assert.deepEqual(await message.bytes(), plaintextOf(100));
  const imported = await LocalKey.importKey(within(KEK), 'k');
  const { headerSize } = await inspect(within(sealed));
  const [header, body] = [within(sealed.slice(0, headerSize)), within(sealed.slice(headerSize))];
  assert.deepEqual(
    await decrypt(body, imported, { associatedData, header }).bytes(),
    plaintextOf(100),
  );
  assert.deepEqual((await rewrapHeader(header, key(), imported)).length, headerSize);
  assert.deepEqual(await fromText(await toText(within(sealed))), sealed);
  const reader = await openRange(within(sealed), key(), { associatedData });
  assert.deepEqual(await reader.read(10, 10), plaintextOf(100).slice(10, 20));
  const decryptor = await createDecryptor(within(sealed), key(), { associatedData });
  assert.deepEqual(decryptor.decryptBody(body), plaintextOf(100));
  const encryptor = await createEncryptor(key());
  const out = within(new Uint8Array(encryptor.sealedSize(100)));
  encryptor.encryptInto(within(plaintextOf(100)), out);
  assert.deepEqual(await open(out), plaintextOf(100));
  assert.equal(new Uint8Array(out.buffer)[4], 0xaa, 'nothing before the view is written');
});

test('shared memory is refused everywhere', async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(64));
  const refused = /must not be shared memory/;
  throwsWith(() => encrypt(shared, key()), 'invalid_argument', refused);
  throwsWith(() => encrypt(shared.buffer, key()), 'invalid_argument', refused);
  throwsWith(() => decrypt(shared, key()), 'invalid_argument', refused);
  throwsWith(() => new LocalKey(shared.subarray(0, 32), 'k'), 'invalid_argument', refused);
  await rejectsWith(
    encrypt(new Uint8Array(1), key(), { associatedData: shared }).bytes(),
    'invalid_argument',
    refused,
  );
  await rejectsWith(
    encrypt(new Uint8Array(1), key(), { metadata: shared }).bytes(),
    'invalid_argument',
    refused,
  );
  await rejectsWith(inspect(shared), 'invalid_argument', refused);
  await rejectsWith(toText(shared), 'invalid_argument', refused);
  const stream = new ReadableStream({
    start: (controller) => (controller.enqueue(shared), controller.close()),
  });
  await rejectsWith(encrypt(stream, key()).bytes(), 'invalid_argument', refused);
  const encryptor = await createEncryptor(key());
  throwsWith(() => encryptor.encryptBytes(shared), 'invalid_argument', refused);
  throwsWith(() => encryptor.encryptInto(new Uint8Array(1), shared), 'invalid_argument', refused);
});

test('a detached buffer is refused, not read as empty', async () => {
  const gone = () => {
    const bytes = plaintextOf(100);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    return bytes;
  };
  throwsWith(() => encrypt(gone(), key()), 'invalid_argument', /detached/);
  throwsWith(() => encrypt(gone().buffer, key()), 'invalid_argument', /detached/);
  throwsWith(() => new LocalKey(gone(), 'k'), 'invalid_argument', /detached/);
  await rejectsWith(inspect(gone()), 'invalid_argument', /detached/);
  // Detached between the call and the result.
  for (const engine of ['wasm', 'webcrypto']) {
    const bytes = plaintextOf(100_000);
    const message = encrypt(bytes, key(), { engine });
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    await rejectsWith(message.bytes(), 'invalid_argument', /detached/);
  }
});

test('resizable buffers', { skip: !('resizable' in ArrayBuffer.prototype) }, async () => {
  const buffer = new ArrayBuffer(100_000, { maxByteLength: 200_000 });
  new Uint8Array(buffer).set(plaintextOf(100_000));
  for (const engine of ['wasm', 'webcrypto']) {
    const sealed = await encrypt(new Uint8Array(buffer), key(), { engine }).bytes();
    assert.deepEqual(await open(sealed, engine), plaintextOf(100_000));
    const resizable = new ArrayBuffer(sealed.length, { maxByteLength: 2 * sealed.length });
    new Uint8Array(resizable).set(sealed);
    assert.deepEqual(await open(resizable, engine), plaintextOf(100_000));
    const shrinking = encrypt(new Uint8Array(buffer), key(), { engine });
    buffer.resize(50_000);
    await rejectsWith(shrinking.bytes(), 'io', /another length/);
    buffer.resize(100_000);
    new Uint8Array(buffer).set(plaintextOf(100_000));
  }
});

test(
  'a view that its buffer has shrunk away from is refused, not read as empty',
  { skip: !('resizable' in ArrayBuffer.prototype) },
  async () => {
    for (const View of [Uint8Array, Float64Array, DataView]) {
      const buffer = new ArrayBuffer(100, { maxByteLength: 100 });
      const view = new View(buffer, 48, 4);
      buffer.resize(10);
      throwsWith(() => encrypt(view, key()), 'invalid_argument', /out of the bounds/);
      throwsWith(() => decrypt(view, key()), 'invalid_argument', /out of the bounds/);
    }
    const empty = new ArrayBuffer(0, { maxByteLength: 100 });
    for (const view of [new Uint8Array(empty), new DataView(empty), new Uint8Array(0)])
      assert.equal((await open(await encrypt(view, key()).bytes())).length, 0);
  },
);

both('streams of 1-byte pieces', async (engine) => {
  const plaintext = plaintextOf(2 * CHUNK + 3);
  const sealed = await encrypt(streamOf(plaintext, 1), key(), { engine }).bytes();
  assert.deepEqual(await open(streamOf(sealed, 1), engine), plaintext);
});

both('empty pieces of a stream are nothing', async (engine) => {
  const plaintext = plaintextOf(CHUNK + 1);
  const pieces = [
    new Uint8Array(0),
    plaintext.subarray(0, 5),
    new Uint8Array(0),
    plaintext.subarray(5),
    new Uint8Array(0),
  ];
  const stream = () =>
    new ReadableStream({
      start: (controller) => (
        pieces.forEach((piece) => controller.enqueue(piece)),
        controller.close()
      ),
    });
  assert.deepEqual(
    await open(await encrypt(stream(), key(), { engine }).bytes(), engine),
    plaintext,
  );
});

both('any split of a stream gives the same', async (engine) => {
  const splits = fc.array(fc.integer({ min: 1, max: 3 * CHUNK }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 5 * CHUNK }),
      splits,
      splits,
      async (size, before, after) => {
        const plaintext = plaintextOf(size);
        const sealed = await readAll(
          encrypt(splitStream(plaintext, before), key(), { engine }).stream(),
        );
        assert.deepEqual(
          await readAll(decrypt(splitStream(sealed, after), key(), { engine }).stream()),
          plaintext,
        );
      },
    ),
    { numRuns: 40 },
  );
});

/** The bytes in pieces of these sizes, over and over. */
function splitStream(bytes, sizes) {
  const pieces = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length];
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  assert.deepEqual(concat(pieces), bytes);
  return new ReadableStream({
    start: (controller) => (
      pieces.forEach((piece) => controller.enqueue(piece)),
      controller.close()
    ),
  });
}

test('what is no source is refused', async () => {
  for (const source of ['text', 5, null, undefined, {}, [1, 2]]) {
    throwsWith(() => encrypt(source, key()), 'invalid_argument', /must be/);
    throwsWith(() => decrypt(source, key()), 'invalid_argument', /must be/);
  }
  const text = new ReadableStream({
    start: (controller) => (controller.enqueue('text'), controller.close()),
  });
  await rejectsWith(encrypt(text, key()).bytes(), 'invalid_argument', /carry Uint8Arrays/);
  const locked = streamOf(new Uint8Array(1));
  locked.getReader();
  await rejectsWith(encrypt(locked, key()).bytes(), 'invalid_argument', /in use/);
});

test('a declared size is held to', async () => {
  throwsWith(
    () => encrypt(new Uint8Array(10), key(), { size: 11 }),
    'invalid_argument',
    /10 bytes and not 11/,
  );
  for (const size of [99_999, 100_001]) {
    await rejectsWith(
      encrypt(streamOf(plaintextOf(100_000)), key(), { size }).bytes(),
      'io',
      /another length/,
    );
  }
  const message = encrypt(streamOf(plaintextOf(100_000)), key(), { size: 100_000 });
  const size = await message.size();
  assert.equal((await message.bytes()).length, size);
  for (const size of [-1, 0.5, NaN, '5', 2 ** 53])
    throwsWith(
      () => encrypt(streamOf(new Uint8Array(1)), key(), { size }),
      'invalid_argument',
      /size must be/,
    );
});

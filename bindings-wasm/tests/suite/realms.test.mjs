// Objects of another realm: of a frame in browsers, of node:vm in Node. Their classes are not those
// that the package sees.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  LocalKey,
  RsaOaepPublicKey,
  createDecryptor,
  createEncryptor,
  decrypt,
  encrypt,
  inspect,
  openRange,
  rewrap,
  toText,
} from 'sealwax';
import { newWorker } from '../support/worker.mjs';
import {
  CHUNK,
  KEK,
  both,
  isNode,
  key,
  plaintextOf,
  readAll,
  rejectsWith,
  throwsWith,
} from '../support/suite.mjs';

const realm = await otherRealm();
/** A realm of node:vm has the language's classes and none of the web's. */
const ofBrowsers = { skip: isNode };
const PLAINTEXT = plaintextOf(3 * CHUNK + 5);

async function otherRealm() {
  if (isNode) return (await import('node:vm')).runInNewContext('globalThis');
  const frame = document.createElement('iframe');
  document.body.append(frame);
  return frame.contentWindow;
}

/** These bytes in an array of the other realm's, within a larger buffer. */
function foreign(bytes) {
  const array = new realm.Uint8Array(new realm.ArrayBuffer(bytes.length + 9), 4, bytes.length);
  array.set(bytes);
  assert.ok(!(array instanceof Uint8Array) && !(array.buffer instanceof ArrayBuffer));
  return array;
}

const foreignBlob = (bytes) => new realm.Blob([foreign(bytes)]);

const foreignStream = (pieces) =>
  new realm.ReadableStream({
    start: (controller) => (
      pieces.forEach((piece) => controller.enqueue(piece)),
      controller.close()
    ),
  });

both('bytes of another realm, wherever bytes are taken', async (engine) => {
  const options = {
    engine,
    associatedData: foreign(new Uint8Array([1])),
    metadata: foreign(new Uint8Array([2])),
    context: new realm.Map([['a', 'b']]),
  };
  const owner = new LocalKey(foreign(KEK), 'k');
  const sealed = await encrypt(foreign(PLAINTEXT), owner, options).bytes();
  assert.deepEqual(
    await decrypt(foreign(sealed), key(), {
      engine,
      associatedData: options.associatedData,
    }).bytes(),
    PLAINTEXT,
  );
  const buffer = foreign(PLAINTEXT).slice().buffer;
  assert.deepEqual(
    await decrypt(await encrypt(buffer, key(), { engine }).bytes(), key(), { engine }).bytes(),
    PLAINTEXT,
  );
  const message = encrypt(new realm.DataView(buffer), key(), { engine, detached: true });
  const header = foreign(await message.header());
  assert.deepEqual(
    await decrypt(await message.bytes(), key(), { engine, header }).bytes(),
    PLAINTEXT,
  );
  const reader = await openRange(foreign(sealed), key(), {
    engine,
    associatedData: options.associatedData,
  });
  assert.deepEqual(await reader.read(CHUNK - 1, 2), PLAINTEXT.subarray(CHUNK - 1, CHUNK + 1));
});

test('bytes of another realm in the calls for small messages and headers', async () => {
  const encryptor = await createEncryptor(await LocalKey.importKey(foreign(KEK), 'k'));
  const sealed = encryptor.encryptBytes(foreign(PLAINTEXT));
  const into = foreign(new Uint8Array(sealed.length));
  assert.equal(encryptor.encryptInto(foreign(PLAINTEXT), into), sealed.length);
  const decryptor = await createDecryptor(foreign(sealed), key());
  for (const bytes of [foreign(sealed), into])
    assert.deepEqual(decryptor.decryptBytes(bytes), PLAINTEXT);
  assert.deepEqual((await inspect(foreign(sealed))).bytes, encryptor.header);
  assert.equal(await toText(foreign(sealed)), await toText(sealed));
  assert.deepEqual(
    await decrypt(await rewrap(foreign(sealed), key(), key()), key()).bytes(),
    PLAINTEXT,
  );
});

test('a stream that carries bytes of another realm', async () => {
  const stream = new ReadableStream({
    start: (controller) => (controller.enqueue(foreign(PLAINTEXT)), controller.close()),
  });
  const sealed = await encrypt(stream, key()).bytes();
  const again = new ReadableStream({
    start: (controller) => (controller.enqueue(foreign(sealed)), controller.close()),
  });
  assert.deepEqual(await readAll(decrypt(again, key()).stream()), PLAINTEXT);
});

test('shared and detached memory of another realm is refused as that', async () => {
  const shared = new realm.Uint8Array(new realm.SharedArrayBuffer(64));
  for (const source of [shared, shared.buffer])
    throwsWith(() => encrypt(source, key()), 'invalid_argument', /must not be shared memory/);
  const gone = foreign(PLAINTEXT);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  throwsWith(() => encrypt(gone, key()), 'invalid_argument', /detached/);
  for (const source of [new realm.Object(), new realm.Array(3), new realm.Map()])
    throwsWith(() => encrypt(source, key()), 'invalid_argument', /must be/);
});

test('a provider of another realm, and its errors', async () => {
  const rejection = () =>
    Object.assign(new realm.Error('no'), { name: 'SealwaxError', code: 'key_unwrap' });
  const provider = {
    providerId: 'local',
    accepts: () => true,
    wrap: async (dek, context, call) => {
      const { keyId, wrappedDek } = await key().wrap(dek, context, call);
      return { keyId, wrappedDek: foreign(wrappedDek) };
    },
    unwrap: async (wrapped, context, call) => foreign(await key().unwrap(wrapped, context, call)),
  };
  const sealed = await encrypt(PLAINTEXT, provider).bytes();
  assert.deepEqual(await decrypt(sealed, provider).bytes(), PLAINTEXT);
  const refusing = { ...provider, unwrap: () => realm.Promise.reject(rejection()) };
  await rejectsWith(decrypt(sealed, refusing).bytes(), 'key_unwrap');
  const worker = await newWorker();
  try {
    assert.deepEqual(await worker.decrypt(foreign(sealed), provider).bytes(), PLAINTEXT);
    await rejectsWith(worker.decrypt(sealed, refusing).bytes(), 'key_unwrap');
    const failing = {
      ...provider,
      unwrap: () => realm.Promise.reject(new realm.RangeError('out of it')),
    };
    const { attempts } = await rejectsWith(
      worker.decrypt(sealed, failing).bytes(),
      'provider_failed',
      /out of it/,
    );
    assert.equal(attempts[0].error.name, 'RangeError');
  } finally {
    worker.terminate();
  }
});

test('Blobs and streams of a frame, wherever they are taken', ofBrowsers, async () => {
  const sealed = await encrypt(foreignBlob(PLAINTEXT), key()).blob();
  assert.deepEqual(
    await decrypt(
      foreignStream([foreign(new Uint8Array(await sealed.arrayBuffer()))]),
      key(),
    ).bytes(),
    PLAINTEXT,
  );
  const inFrame = new realm.Blob([sealed], { type: 'application/x' });
  assert.deepEqual(await decrypt(inFrame, key()).bytes(), PLAINTEXT);
  assert.equal((await inspect(inFrame)).wrappedKeys[0].keyId, 'k');
  const decryptor = await createDecryptor(inFrame, key());
  assert.equal(decryptor.header.wrappedKeys[0].keyId, 'k');
  const rewrapped = await rewrap(inFrame, key(), key());
  assert.equal(rewrapped.type, 'application/x');
  assert.deepEqual(await decrypt(rewrapped, key()).bytes(), PLAINTEXT);
  const parts = await encrypt(foreignBlob(PLAINTEXT), key()).parts({ partSize: CHUNK });
  const made = [];
  for await (const part of parts) made.push(await part.blob());
  assert.deepEqual(await decrypt(new Blob(made), key()).bytes(), PLAINTEXT);
  const answers = [
    (bytes) => foreign(bytes),
    (bytes) => foreignBlob(bytes),
    (bytes) => new realm.Response(bytes),
  ];
  for (const answer of answers) {
    const bytes = new Uint8Array(await sealed.arrayBuffer());
    const reader = await openRange(
      async (offset, length) => answer(bytes.slice(offset, offset + length)),
      key(),
      { size: bytes.length },
    );
    assert.deepEqual(await reader.read(0, PLAINTEXT.length), PLAINTEXT);
  }
  const reader = await openRange(inFrame, key());
  assert.deepEqual(await reader.read(5, 5), PLAINTEXT.subarray(5, 10));
  const stream = foreignStream([foreign(PLAINTEXT)]);
  await stream.getReader();
  await rejectsWith(encrypt(stream, key()).bytes(), 'invalid_argument', /in use/);
});

test('Blobs and streams of a frame, by a worker', ofBrowsers, async () => {
  const worker = await newWorker();
  try {
    const sealed = await worker.encrypt(foreignBlob(PLAINTEXT), key()).blob();
    const stream = foreignStream([foreign(new Uint8Array(await sealed.arrayBuffer()))]);
    assert.deepEqual(await worker.decrypt(stream, key()).bytes(), PLAINTEXT);
    const reader = await worker.openRange(
      async (offset, length) => new realm.Response(sealed.slice(offset, offset + length)),
      key(),
      { size: sealed.size },
    );
    assert.deepEqual(await reader.read(5, 5), PLAINTEXT.subarray(5, 10));
  } finally {
    worker.terminate();
  }
});

test('CryptoKeys of a frame', ofBrowsers, async () => {
  const { subtle } = realm.crypto;
  const cryptoKey = await subtle.importKey('raw', KEK, { name: 'HMAC', hash: 'SHA-512' }, false, [
    'sign',
  ]);
  assert.ok(!(cryptoKey instanceof CryptoKey));
  const sealed = await encrypt(PLAINTEXT, new LocalKey(cryptoKey, 'k')).bytes();
  assert.deepEqual(await decrypt(sealed, key()).bytes(), PLAINTEXT);
  const algorithm = {
    name: 'RSA-OAEP',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const pair = await subtle.generateKey(algorithm, true, ['encrypt', 'decrypt']);
  assert.match(await new RsaOaepPublicKey(pair.publicKey).keyId(), /^sha256:[0-9a-f]{64}$/);
});

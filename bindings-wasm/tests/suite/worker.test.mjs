// sealwax/worker: the API of the package, the work done elsewhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CachingProvider, HttpProvider, LocalKey, SealwaxError, decrypt, encrypt } from 'sealwax';
import {
  CHUNK,
  KEK,
  both,
  concat,
  isNode,
  key,
  origin,
  plaintextOf,
  readAll,
  rejectsWith,
  streamOf,
  throwsWith,
} from '../support/suite.mjs';
import { SealwaxWorker } from 'sealwax/worker';
import { newWorker } from '../support/worker.mjs';

const PLAINTEXT = plaintextOf(5 * CHUNK + 5);

async function withWorker(body) {
  const worker = await newWorker();
  try {
    await body(worker);
  } finally {
    worker.terminate();
  }
}

both('bytes, Blob and stream in; bytes, Blob and stream out', (engine) =>
  withWorker(async (worker) => {
    for (const source of [
      () => PLAINTEXT,
      () => new Blob([PLAINTEXT]),
      () => streamOf(PLAINTEXT),
      () => PLAINTEXT.buffer,
    ]) {
      const sealed = await worker.encrypt(source(), key(), { engine }).bytes();
      assert.deepEqual(await decrypt(sealed, key()).bytes(), PLAINTEXT);
    }
    const sealed = await worker.encrypt(PLAINTEXT, key(), { engine }).blob();
    assert.equal(sealed.type, 'application/vnd.sealwax');
    assert.deepEqual(await worker.decrypt(sealed, key(), { engine }).bytes(), PLAINTEXT);
    const plain = await worker
      .decrypt(await readAll(worker.encrypt(PLAINTEXT, key(), { engine }).stream()), key())
      .blob('text/x');
    assert.equal(plain.type, 'text/x');
    assert.deepEqual(new Uint8Array(await plain.arrayBuffer()), PLAINTEXT);
    assert.deepEqual(await readAll(worker.decrypt(sealed, key(), { engine }).stream()), PLAINTEXT);
  }),
);

test('pipeThrough in both directions', () =>
  withWorker(async (worker) => {
    const stream = streamOf(PLAINTEXT)
      .pipeThrough(worker.encryptStream(key()))
      .pipeThrough(worker.decryptStream(key()));
    assert.deepEqual(await readAll(stream), PLAINTEXT);
  }));

test('header, sizes, metadata, context, associated data, a detached header', () =>
  withWorker(async (worker) => {
    const options = {
      context: new Map([['a', 'b']]),
      metadata: 'name.txt',
      associatedData: new Uint8Array([1]),
    };
    const encryption = worker.encrypt(PLAINTEXT, key(), { ...options, detached: true });
    const header = await encryption.header();
    const size = await encryption.size();
    const body = await encryption.bytes();
    assert.equal(body.length, size);
    const decryption = worker.decrypt(body, key(), {
      header,
      associatedData: options.associatedData,
      context: [['a', 'b']],
    });
    assert.deepEqual(await decryption.metadata(), new TextEncoder().encode('name.txt'));
    assert.equal((await decryption.header()).context.a, 'b');
    assert.equal(await decryption.expectedSize(), PLAINTEXT.length);
    assert.deepEqual(await decryption.bytes(), PLAINTEXT);
    throwsWith(() => decryption.stream(), 'invalid_state', /taken already/);
    const wrong = worker.decrypt(body, key(), { header, context: { a: 'c' } });
    await rejectsWith(wrong.bytes(), 'context_mismatch');
  }));

test('buffers are copied unless they are given up', () =>
  withWorker(async (worker) => {
    const kept = plaintextOf(100).subarray(10, 90);
    await worker.encrypt(kept, key()).bytes();
    assert.equal(kept.length, 80);
    const given = plaintextOf(100);
    const sealed = await worker.encrypt(given, key(), { transfer: true }).bytes();
    assert.equal(given.length, 0);
    assert.deepEqual(await decrypt(sealed, key()).bytes(), plaintextOf(100));
    const piece = plaintextOf(50);
    const once = new ReadableStream({
      start: (controller) => (controller.enqueue(piece), controller.close()),
    });
    await worker.encrypt(once, key(), { transfer: true }).bytes();
    assert.equal(piece.length, 0);
  }));

test('memory that nobody may give away is refused, or copied as Node does, and still there', () =>
  withWorker(async (worker) => {
    const memory = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer, 100, 50);
    const given = worker.encrypt(memory, key(), { transfer: true }).bytes();
    if (isNode) assert.deepEqual(await decrypt(await given, key()).bytes(), new Uint8Array(50));
    else await rejectsWith(given, 'invalid_argument', /cannot be handed to the worker/);
    const sealed = await worker.encrypt(memory, key()).bytes();
    assert.deepEqual(await decrypt(sealed, key()).bytes(), new Uint8Array(50));
  }));

test('a shared buffer is refused', () =>
  withWorker(async (worker) => {
    throwsWith(
      () => worker.encrypt(new Uint8Array(new SharedArrayBuffer(8)), key()),
      'invalid_argument',
      /shared memory/,
    );
  }));

test('parts of a Blob in any order, of a stream in order', () =>
  withWorker(async (worker) => {
    const source = plaintextOf(300_000);
    const parts = await worker.encrypt(new Blob([source]), key()).parts({ partSize: 100_000 });
    assert.equal(parts.count, Math.ceil(parts.size / 100_000));
    const last = await parts.part(parts.count).bytes();
    const made = [];
    for await (const part of parts) made.push(await part.bytes());
    assert.deepEqual(made.at(-1), last);
    assert.deepEqual(new Uint8Array(await (await parts.part(1).blob()).arrayBuffer()), made[0]);
    assert.deepEqual(await decrypt(concat(made), key()).bytes(), source);
    throwsWith(() => parts.part(parts.count + 1), 'invalid_argument');
    parts.close();
    await rejectsWith(parts.part(1).bytes(), 'invalid_state', /closed/);

    const streamed = await worker
      .encrypt(streamOf(source, 7000), key())
      .parts({ partSize: 100_000 });
    throwsWith(() => streamed.part(1), 'invalid_state', /in order only/);
    const pieces = [];
    for await (const part of streamed) pieces.push(await part.bytes());
    assert.deepEqual(await decrypt(concat(pieces), key()).bytes(), source);
  }));

test('openRange of a Blob, a function and an object', () =>
  withWorker(async (worker) => {
    const sealed = await encrypt(PLAINTEXT, key(), { metadata: 'm' }).bytes();
    const read = async (offset, length) => sealed.subarray(offset, offset + length);
    for (const [source, options] of [
      [new Blob([sealed])],
      [sealed],
      [read, { size: sealed.length }],
      [{ size: async () => sealed.length, read }],
    ]) {
      const reader = await worker.openRange(source, key(), options);
      assert.equal(reader.size, PLAINTEXT.length);
      assert.deepEqual(reader.metadata(), new TextEncoder().encode('m'));
      assert.deepEqual(await reader.read(CHUNK - 3, 7), PLAINTEXT.slice(CHUNK - 3, CHUNK + 4));
      assert.deepEqual(await readAll(reader.stream(5)), PLAINTEXT.slice(5));
      assert.deepEqual(await readAll(reader.stream(5, 10)), PLAINTEXT.slice(5, 15));
      reader.close();
      await rejectsWith(reader.read(0, 1), 'invalid_state');
    }
  }));

test('a provider of the page: DEKs move and are wiped, details are reported, its error comes home', () =>
  withWorker(async (worker) => {
    const held = [];
    const inner = key();
    const provider = {
      providerId: 'local',
      accepts: (keyId) => keyId === 'k',
      wrap: async (dek, context, call) => {
        held.push(dek);
        assert.deepEqual({ ...context }, { tenant: 'blue' });
        assert.equal(call.objectName, 'report.pdf');
        assert.equal(call.plaintextSize, PLAINTEXT.length);
        call.report({ requestId: 'r-1' });
        return inner.wrap(dek, context, call);
      },
      unwrap: async (wrapped, context, call) => {
        const dek = await inner.unwrap(wrapped, context, call);
        held.push(dek);
        return dek;
      },
    };
    const events = [];
    const options = {
      context: { tenant: 'blue' },
      objectName: 'report.pdf',
      onKeyEvent: (event) => events.push(event),
    };
    const sealed = await worker.encrypt(PLAINTEXT, provider, options).bytes();
    assert.deepEqual(
      await worker.decrypt(sealed, provider, { onKeyEvent: options.onKeyEvent }).bytes(),
      PLAINTEXT,
    );
    assert.ok(
      held[0].every((byte) => byte === 0),
      'the DEK that was wrapped is wiped',
    );
    assert.equal(held[1].length, 0, 'the DEK that was unwrapped has moved');
    assert.deepEqual(
      events.map(({ operation, outcome, requestId }) => [operation, outcome, requestId]),
      [
        ['wrap', 'ok', 'r-1'],
        ['unwrap', 'ok', undefined],
      ],
    );

    class HostError extends Error {}
    const thrown = new HostError('out of order');
    const broken = {
      ...provider,
      unwrap: async () => {
        throw thrown;
      },
    };
    const error = await rejectsWith(
      worker.decrypt(sealed, broken, { onKeyEvent: options.onKeyEvent }).bytes(),
      'provider_failed',
      /out of order/,
    );
    assert.equal(error.cause, thrown);
    assert.equal(error.attempts[0].error, thrown);
    assert.equal(events.at(-1).error, thrown);
    const refusing = {
      ...provider,
      unwrap: async () => {
        throw new SealwaxError('key_unwrap', 'no');
      },
    };
    await rejectsWith(worker.decrypt(sealed, refusing).bytes(), 'key_unwrap');
  }));

test('other providers: non-extractable, cached, of the backend; generate moves the DEK too', () =>
  withWorker(async (worker) => {
    const http = new HttpProvider({ url: `${origin}/kms/ok`, keyId: 'http-1' });
    for (const provider of [await LocalKey.importKey(KEK, 'k'), new CachingProvider(key()), http]) {
      const sealed = await worker.encrypt(PLAINTEXT, provider).bytes();
      assert.deepEqual(await worker.decrypt(sealed, provider).bytes(), PLAINTEXT);
    }
  }));

test('a provider that the worker made itself, by its name', async () => {
  const worker = await newWorker({ own: true });
  const sealed = await worker.encrypt(PLAINTEXT, 'mine').bytes();
  assert.deepEqual(await worker.decrypt(sealed, ['mine', key()]).bytes(), PLAINTEXT);
  assert.deepEqual(await decrypt(sealed, key()).bytes(), PLAINTEXT);
  worker.terminate();
});

test('a worker that cannot start fails its jobs; without Worker that is said', async () => {
  if (isNode) throwsWith(() => new SealwaxWorker(), 'invalid_argument', /no Worker here/);
  else {
    const worker = new SealwaxWorker({ worker: new Worker('/nowhere.js', { type: 'module' }) });
    await rejectsWith(worker.encrypt(PLAINTEXT, key()).bytes(), 'io', /the worker failed/);
    await rejectsWith(worker.encrypt(PLAINTEXT, key()).bytes(), 'io', /the worker failed/);
  }
});

test('a name that the worker does not know, and keys that are none', () =>
  withWorker(async (worker) => {
    await rejectsWith(
      worker.encrypt(PLAINTEXT, 'backend').bytes(),
      'invalid_argument',
      /no provider "backend"/,
    );
    throwsWith(() => worker.encrypt(PLAINTEXT, []), 'invalid_argument');
    throwsWith(() => worker.encrypt(PLAINTEXT, {}), 'invalid_argument');
    throwsWith(() => worker.encrypt('text', key()), 'invalid_argument', /must be bytes/);
  }));

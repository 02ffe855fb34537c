// Streams: back-pressure, progress, aborts in the middle, sources that fail, results given up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decrypt, decryptStream, encrypt, encryptStream } from 'sealwax';
import {
  CHUNK,
  both,
  key,
  plaintextOf,
  readAll,
  rejectsWith,
  sleep,
  streamOf,
  throwsWith,
  until,
} from '../support/suite.mjs';
import { drain } from '../support/vectors.mjs';
import { newWorker } from '../support/worker.mjs';

const PIECE = 100_000;
/** More than may be under way at a time, in either direction. */
const MOST_AHEAD = 6 << 20;

/** A stream without end that counts what was taken of it. */
function endless(make = () => new Uint8Array(PIECE)) {
  const seen = { pulled: 0, cancelled: undefined };
  const stream = new ReadableStream(
    {
      pull: (controller) => ((seen.pulled += PIECE), controller.enqueue(make())),
      cancel: (reason) => (seen.cancelled = { reason }),
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

both('back-pressure: nothing is read far ahead of the reader', async (engine) => {
  const { stream, seen } = endless();
  const reader = encrypt(stream, key(), { engine }).stream().getReader();
  let taken = 0;
  while (taken < 3e6) taken += (await reader.read()).value.length;
  for (let before = -1; before !== seen.pulled;) {
    before = seen.pulled;
    await sleep(100);
  }
  assert.ok(seen.pulled - taken < MOST_AHEAD, `${seen.pulled} read for ${taken} taken`);
  await reader.cancel('enough');
  assert.equal(seen.cancelled?.reason, 'enough');
});

both('nothing is read before the result is', async (engine) => {
  const { stream, seen } = endless();
  const result = encrypt(stream, key(), { engine }).stream();
  await sleep(20);
  assert.equal(seen.pulled, 0);
  await result.cancel('never mind');
  assert.equal(seen.cancelled?.reason, 'never mind');
});

both('pipeThrough: both transforms in a row', async (engine) => {
  const plaintext = plaintextOf(5 * CHUNK + 9);
  const stream = streamOf(plaintext)
    .pipeThrough(encryptStream(key(), { engine }))
    .pipeThrough(decryptStream(key(), { engine }));
  assert.deepEqual(await readAll(stream), plaintext);
});

both('pipeThrough: an error of the envelope reaches the end and the start', async (engine) => {
  const sealed = await encrypt(plaintextOf(5 * CHUNK), key(), { engine, padding: 'none' }).bytes();
  sealed[sealed.length - 5 * CHUNK] ^= 1;
  const { stream, seen } = endless(() => sealed.slice());
  const { error } = await drain(stream.pipeThrough(decryptStream(key(), { engine })));
  assert.equal(error.code, 'authentication');
  await until(() => seen.cancelled);
  assert.equal(seen.cancelled?.reason?.code, 'authentication');
});

both(
  'a provider that fails gives the source up, whatever the form of the result',
  async (engine) => {
    const fail = () => Promise.reject(new Error('away'));
    const keys = { providerId: 'broken', accepts: () => false, wrap: fail, unwrap: fail };
    for (const form of [
      (made) => made.bytes(),
      (made) => made.blob(),
      (made) => readAll(made.stream()),
    ]) {
      const { stream, seen } = endless();
      const error = await rejectsWith(form(encrypt(stream, keys, { engine })), 'provider_failed');
      assert.equal(seen.cancelled?.reason, error);
    }
  },
);

both('progress grows from 0 to the total; without a size the total is unknown', async (engine) => {
  const plaintext = plaintextOf(5_000_000);
  const seen = [];
  const onProgress = (progress) => seen.push(progress);
  const sealed = await encrypt(new Blob([plaintext]), key(), { engine, onProgress }).blob();
  check(seen.splice(0), plaintext.length);
  await decrypt(sealed, key(), { engine, onProgress }).blob();
  check(seen.splice(0), plaintext.length);
  await encrypt(streamOf(plaintext, PIECE), key(), { engine, onProgress }).blob();
  check(seen.splice(0), undefined);
  await encrypt(streamOf(plaintext, PIECE), key(), {
    engine,
    onProgress,
    size: plaintext.length,
  }).blob();
  check(seen.splice(0), plaintext.length);

  function check(events, total) {
    assert.deepEqual(events[0], { done: 0, total });
    assert.deepEqual(events.at(-1), { done: plaintext.length, total });
    assert.ok(events.length > 4, `${events.length} events`);
    assert.ok(events.every(({ done }, index) => index === 0 || done >= events[index - 1].done));
  }
});

both(
  'an error of onProgress ends the work, and is the cause of what the caller gets',
  async (engine) => {
    const mine = new Error('mine');
    const onProgress = ({ done }) => {
      if (done > 0) throw mine;
    };
    const error = await rejectsWith(
      encrypt(plaintextOf(100_000), key(), { engine, onProgress }).bytes(),
      'cancelled',
      /onProgress failed/,
    );
    assert.equal(error.cause, mine);
    const worker = await newWorker();
    const there = await rejectsWith(
      worker.encrypt(new Blob([plaintextOf(3_000_000)]), key(), { engine, onProgress }).bytes(),
      'cancelled',
    );
    assert.equal(there.cause, mine);
    worker.terminate();
  },
);

for (const direction of ['encrypt', 'decrypt']) {
  both(
    `${direction}: an abort in the middle ends it at once, and the source learns it`,
    async (engine) => {
      const controller = new AbortController();
      const reason = new Error('enough');
      const sealed =
        direction === 'decrypt'
          ? await encrypt(plaintextOf(50 * PIECE), key(), { engine }).bytes()
          : undefined;
      let at = 0;
      const { stream, seen } = endless(() =>
        sealed ? sealed.slice(at, (at += PIECE)) : new Uint8Array(PIECE),
      );
      const options = {
        engine,
        signal: controller.signal,
        onProgress: ({ done }) => done > 5 * PIECE && controller.abort(reason),
      };
      const done =
        direction === 'encrypt'
          ? encrypt(stream, key(), options).blob()
          : decrypt(stream, key(), options).blob();
      const error = await rejectsWith(done, 'cancelled');
      assert.equal(error.cause, reason);
      assert.equal(seen.cancelled?.reason, error);
      assert.ok(seen.pulled < 5 * PIECE + MOST_AHEAD);
    },
  );
}

both('an abort while the source hangs', async (engine) => {
  const controller = new AbortController();
  const hanging = new ReadableStream({ pull: () => new Promise(() => {}) });
  const done = encrypt(hanging, key(), { engine, signal: controller.signal }).bytes();
  setTimeout(() => controller.abort(), 20);
  await rejectsWith(done, 'cancelled');
});

both('a source that gives nothing, at once and for ever, can be aborted', async (engine) => {
  const empty = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(0)) });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  const done = encrypt(empty, key(), { engine, signal: controller.signal }).bytes();
  await rejectsWith(done, 'cancelled');
});

test('a signal that times out', async () => {
  const hanging = new ReadableStream({ pull: () => new Promise(() => {}) });
  const awake = setInterval(() => {}, 10); // such a signal does not keep Node running
  const error = await rejectsWith(
    encrypt(hanging, key(), { signal: AbortSignal.timeout(20) }).bytes(),
    'cancelled',
  );
  clearInterval(awake);
  assert.equal(error.cause.name, 'TimeoutError');
});

both('a source that fails in the middle is io, with its error as the cause', async (engine) => {
  const mine = new RangeError('the disk is gone');
  let left = 30;
  const failing = () => (
    (left = 30),
    new ReadableStream({
      pull: (controller) =>
        left-- > 0 ? controller.enqueue(new Uint8Array(PIECE)) : Promise.reject(mine),
    })
  );
  for (const result of [
    (message) => message.bytes(),
    (message) => message.blob(),
    (message) => readAll(message.stream()),
  ]) {
    const error = await rejectsWith(
      result(encrypt(failing(), key(), { engine })),
      'io',
      /the source failed/,
    );
    assert.equal(error.cause, mine);
  }
});

test('a result is taken once, in one form; header and size do not use it up', async () => {
  const message = encrypt(plaintextOf(10), key());
  await message.header();
  await message.size();
  message.stream();
  throwsWith(() => message.stream(), 'invalid_state', /taken already/);
  for (const again of [message.bytes(), message.blob(), message.parts()])
    await rejectsWith(again, 'invalid_state', /taken already/);
  const sealed = await encrypt(plaintextOf(10), key(), { metadata: 'm' }).bytes();
  const opened = decrypt(sealed, key());
  await opened.bytes();
  assert.deepEqual(await opened.metadata(), new TextEncoder().encode('m'));
  assert.equal((await opened.header()).sealedMetadataSize > 0, true);
  throwsWith(() => opened.stream(), 'invalid_state');
});

both(
  'a stream releases authentic chunks only, and never ends well without its last',
  async (engine) => {
    const plaintext = plaintextOf(400 * CHUNK);
    const sealed = await encrypt(plaintext, key(), { engine, padding: 'none' }).bytes();
    for (const cut of [1, 16, 17, CHUNK, 3 * CHUNK]) {
      const { bytes, error } = await drain(
        decrypt(streamOf(sealed.subarray(0, sealed.length - cut), 60_000), key(), {
          engine,
        }).stream(),
      );
      assert.ok(['truncated', 'authentication'].includes(error?.code), `cut by ${cut}: ${error}`);
      assert.deepEqual(bytes, plaintext.slice(0, bytes.length));
    }
    sealed[sealed.length - 200 * CHUNK] ^= 1;
    const { bytes, error } = await drain(decrypt(new Blob([sealed]), key(), { engine }).stream());
    assert.equal(error.code, 'authentication');
    assert.ok(bytes.length > 0 && bytes.length <= error.chunk * CHUNK);
    assert.deepEqual(bytes, plaintext.slice(0, bytes.length));
  },
);

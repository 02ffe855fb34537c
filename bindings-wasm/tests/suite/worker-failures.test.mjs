// sealwax/worker: errors, progress, cancellation, and the end of workers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SealwaxError, encrypt } from 'sealwax';
import {
  CHUNK,
  both,
  isNode,
  key,
  plaintextOf,
  readAll,
  rejectsWith,
  sleep,
  until,
} from '../support/suite.mjs';
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

both('errors keep code, chunk and class', (engine) =>
  withWorker(async (worker) => {
    const sealed = await encrypt(PLAINTEXT, key(), { padding: 'none' }).bytes();
    const modified = sealed.slice();
    modified[modified.length - 1] ^= 1;
    const error = await rejectsWith(
      worker.decrypt(modified, key(), { engine }).bytes(),
      'authentication',
      /^authentication: chunk 5$/,
    );
    assert.equal(error.chunk, 5);
    assert.equal(error.class, 'body');
    await rejectsWith(
      worker.decrypt(sealed.subarray(0, 9000), key(), { engine }).blob(),
      'authentication',
    );
    await rejectsWith(
      readAll(worker.decrypt(sealed.subarray(0, 50), key(), { engine }).stream()),
      'truncated',
    );
  }),
);

both('progress grows to the total', (engine) =>
  withWorker(async (worker) => {
    const seen = [];
    const source = plaintextOf(3_000_000);
    await worker
      .encrypt(new Blob([source]), key(), { engine, onProgress: (progress) => seen.push(progress) })
      .blob();
    assert.deepEqual(seen.at(-1), { done: source.length, total: source.length });
    assert.ok(
      seen.length > 2 &&
        seen.every(({ done }, index) => index === 0 || done >= seen[index - 1].done),
    );
  }),
);

both('an AbortSignal ends a job in the middle, with its reason as the cause', (engine) =>
  withWorker(async (worker) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const endless = new ReadableStream({
      pull: (stream) => stream.enqueue(new Uint8Array(100_000)),
      cancel: (why) => (endless.why = why),
    });
    const done = worker
      .encrypt(endless, key(), {
        engine,
        signal: controller.signal,
        onProgress: ({ done }) => done > 1e6 && controller.abort(reason),
      })
      .blob();
    const error = await rejectsWith(done, 'cancelled');
    assert.equal(error.cause, reason);
    await until(() => endless.why !== undefined);
    assert.ok(endless.why instanceof SealwaxError, 'the source was cancelled');
    const again = worker.encrypt(PLAINTEXT, key(), { signal: controller.signal });
    await rejectsWith(again.bytes(), 'cancelled');
  }),
);

test('a provider of the page that hangs is told and given up', () =>
  withWorker(async (worker) => {
    let signal;
    const hanging = {
      ...key(),
      providerId: 'local',
      accepts: () => true,
      wrap: (_dek, _context, call) => new Promise(() => (signal = call.signal)),
      unwrap: async () => {},
    };
    const error = await rejectsWith(
      worker.encrypt(PLAINTEXT, hanging, { providerTimeout: 50 }).bytes(),
      'provider_failed',
      /no answer within 50 ms/,
    );
    assert.equal(error.attempts[0].error.name, 'TimeoutError');
    await until(() => signal?.aborted);
    assert.ok(signal?.aborted);
  }));

test('a source that fails, and a stream that is given up', () =>
  withWorker(async (worker) => {
    const reason = new RangeError('the disk is gone');
    const failing = new ReadableStream({ pull: () => Promise.reject(reason) });
    const error = await rejectsWith(worker.encrypt(failing, key()).bytes(), 'io');
    assert.equal(error.cause, reason);
    let why;
    const endless = new ReadableStream({
      pull: (stream) => stream.enqueue(new Uint8Array(100_000)),
      cancel: (value) => (why = value ?? 'cancelled'),
    });
    const reader = worker.encrypt(endless, key()).stream().getReader();
    await reader.read();
    await reader.cancel('enough');
    await until(() => why !== undefined);
    assert.ok(why !== undefined, 'the source was cancelled');
  }));

test('terminate fails what is under way and what comes', async () => {
  const worker = await newWorker();
  const endless = new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(100_000)) });
  let started;
  const running = new Promise((resolve) => (started = resolve));
  const done = worker.encrypt(endless, key(), { onProgress: started }).blob();
  await running;
  worker.terminate();
  await rejectsWith(done, 'cancelled', /terminated/);
  await rejectsWith(worker.encrypt(PLAINTEXT, key()).bytes(), 'invalid_state', /terminated/);
  {
    const disposed = await newWorker();
    disposed[Symbol.dispose]();
    await rejectsWith(disposed.openRange(PLAINTEXT, key()), 'invalid_state', /terminated/);
  }
});

test(
  'a result that nobody holds is not forgotten while work is under way',
  { skip: !isNode && 'only Node can be told to collect garbage' },
  () =>
    withWorker(async (worker) => {
      const { setFlagsFromString } = await import('node:v8');
      const { runInNewContext } = await import('node:vm');
      setFlagsFromString('--expose-gc');
      const collect = async () => {
        runInNewContext('gc')();
        await sleep(5);
      };
      let seen = 0;
      const slow = new ReadableStream({
        pull: async (stream) => (
          await collect(),
          stream.enqueue(new Uint8Array(50_000)),
          seen++ > 20 && stream.close()
        ),
      });
      let progress;
      const done = worker.encrypt(slow, key(), { onProgress: (it) => (progress = it) }).bytes();
      const sealed = await done;
      assert.equal(progress.done, seen * 50_000);
      const held = { sealed };
      const read = async (offset, length) => (
        await collect(),
        await collect(),
        held.sealed.subarray(offset, offset + length)
      );
      const reading = worker
        .openRange(read, key(), { size: sealed.length })
        .then((reader) => reader.read(5, 100_000));
      assert.equal((await reading).length, 100_000);
      const whole = await worker
        .openRange(read, key(), { size: sealed.length })
        .then((reader) => readAll(reader.stream()));
      assert.equal(whole.length, seen * 50_000);
    }),
);

test('several jobs at a time', () =>
  withWorker(async (worker) => {
    const sources = Array.from({ length: 8 }, (_, index) => plaintextOf(200_000 + index, index));
    const sealed = await Promise.all(
      sources.map((source) => worker.encrypt(source, key()).bytes()),
    );
    const opened = await Promise.all(sealed.map((bytes) => worker.decrypt(bytes, key()).bytes()));
    opened.forEach((bytes, index) => assert.deepEqual(bytes, sources[index]));
  }));

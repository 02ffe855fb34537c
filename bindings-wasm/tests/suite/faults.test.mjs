// httpRange over networks and servers that fail: every fault at every request in turn.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { encrypt, httpRange, openRange } from 'sealwax';
import {
  CHUNK,
  isNode,
  key,
  origin,
  plaintextOf,
  readAll,
  rejectsWith,
  throwsWith,
} from '../support/suite.mjs';

/** More than one request of a stream. */
const PLAINTEXT = plaintextOf((1 << 20) + 3 * CHUNK);
const QUICK = { retryDelay: 1 };
/**
 * Where a fault is that nothing comes. A machine that is busy may make others of it: they are
 * retried, too.
 */
const IMPATIENT = { timeout: 400, retries: 20 };

before(async () => {
  const sealed = await encrypt(PLAINTEXT, key()).bytes();
  await fetch(`${origin}/objects/faulty`, { method: 'PUT', body: sealed });
});

let run = 0;

/** A source whose request number `at` goes wrong, and how many it made. */
function source(fault, at, options = {}) {
  const name = `${Date.now()}-${++run}`;
  const made = { requests: 0 };
  const counting = (...args) => ((made.requests += 1), fetch(...args));
  const range = httpRange(`${origin}/faulty/${fault}/${at}/${name}/faulty`, {
    ...QUICK,
    fetch: counting,
    ...options,
  });
  return Object.assign(made, { range });
}

/** What a reader does; returns how many requests it took. */
async function use(made) {
  const reader = await openRange(made.range, key());
  assert.equal(reader.size, PLAINTEXT.length);
  assert.deepEqual(await reader.read(CHUNK - 5, 10), PLAINTEXT.slice(CHUNK - 5, CHUNK + 5));
  assert.deepEqual(await readAll(reader.stream()), PLAINTEXT);
  reader.close();
  return made.requests;
}

for (const fault of [
  '429',
  '502',
  '503',
  '504',
  'dropped',
  'cut',
  'cut-chunked',
  'stalled',
  'silent',
]) {
  test(`httpRange: ${fault}, at every request in turn`, async () => {
    const usual = await use(source('none', 'all'));
    assert.ok(usual > 4, `${usual} requests`);
    const options = ['stalled', 'silent'].includes(fault) ? IMPATIENT : {};
    for (let at = 1; at <= usual; at++) {
      const requests = await use(source(fault, at, options));
      // Of one byte there is no half: it is whole when it breaks off.
      assert.ok(requests >= usual, `${requests} requests with a fault at ${at}`);
    }
  });
}

const skip =
  !isNode &&
  'Chromium may drop what it had of an answer that breaks off, and would never come to the end';

test(
  'httpRange: a body that always breaks off in the middle is put together all the same',
  { skip },
  async () => {
    const { range } = source('cut', 'all');
    const whole = await range.read(100, 1000);
    const { range: good } = source('none', 'all');
    assert.deepEqual(whole, new Uint8Array(await good.read(100, 1000)));
  },
);

for (const [fault, message] of [
  ['503', /answered 503/],
  ['dropped', /the request failed/],
  ['silent', /does not answer/],
]) {
  test(`httpRange: ${fault} for good ends after so many attempts`, async () => {
    const timeout = fault === 'silent' ? 60 : 60_000;
    const made = source(fault, 'all', { retries: 2, timeout });
    await rejectsWith(made.range.read(0, 1), 'io', message);
    assert.equal(made.requests, 3);
    const never = source(fault, 'all', { retries: 0, timeout });
    await rejectsWith(never.range.size(), 'io', message);
    assert.equal(never.requests, 1);
  });
}

test('httpRange: what will not pass is not asked again', async () => {
  for (const [fault, message] of [
    ['400', /answered 400/],
    ['403', /answered 403/],
    ['404', /answered 404/],
    ['500', /answered 500/],
    ['elsewhere', /range from 1, not from 0/],
    ['more', /more than it was asked/],
  ]) {
    const made = source(fault, 'all');
    await rejectsWith(made.range.read(0, 10), 'io', message);
    assert.equal(made.requests, 1, fault);
  }
  const { range } = source('none', 'all', { headers: { 'no header': 'x' } });
  await assert.rejects(range.read(0, 1));
  await rejectsWith(httpRange('http://').size(), 'invalid_argument', /URL/);
  const failing = httpRange(async () => {
    throw new Error('no signature');
  });
  assert.equal((await rejectsWith(openRange(failing, key()), 'io')).cause.message, 'no signature');
});

test('httpRange: an object that became another one is not put together with the first', async () => {
  await rejectsWith(
    source('changed', 1).range.read(0, 1000),
    'io',
    /has changed while it was read/,
  );
});

test('httpRange: the pause that a server asks for', async () => {
  const made = source('503-later', 1);
  const before = performance.now();
  await made.range.read(0, 10);
  assert.ok(performance.now() - before > 990);
  assert.equal(made.requests, 2);
});

test('httpRange: an abort ends a pause, and an answer that stalls', async () => {
  for (const [fault, options] of [
    ['503', { retryDelay: 60_000 }],
    ['stalled', { timeout: 0 }],
    ['silent', { timeout: 0 }],
  ]) {
    const made = source(fault, 'all', options);
    const controller = new AbortController();
    const reason = new Error('enough');
    const reading = made.range.read(0, 1000, controller.signal);
    setTimeout(() => controller.abort(reason), 50);
    assert.equal((await rejectsWith(reading, 'cancelled')).cause, reason);
    assert.equal(made.requests, 1, fault);
  }
});

test('httpRange: options that are none', () => {
  for (const options of [{ retries: -1 }, { retryDelay: NaN }, { timeout: -5 }])
    throwsWith(() => httpRange('/x', options), 'invalid_argument', /number from 0/);
  throwsWith(() => httpRange('/x', { attempts: 3 }), 'invalid_argument', /no option "attempts"/);
});

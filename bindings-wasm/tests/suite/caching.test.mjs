// CachingProvider: its limits, what it admits, and providers that call it back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CachingProvider, LocalKey, decrypt, encrypt, inspect } from 'sealwax';
import { provider } from '../support/providers.mjs';
import { KEK, key, plaintextOf, rejectsWith, sleep, throwsWith } from '../support/suite.mjs';
import { newWorker } from '../support/worker.mjs';

const PLAINTEXT = plaintextOf(1000);
const sealWith = (keys, options) => encrypt(PLAINTEXT, keys, options).bytes();
const openWith = (bytes, keys, options) => decrypt(bytes, keys, options).bytes();

test('CachingProvider: one call for many messages, within its limits', async () => {
  const inner = provider();
  const cache = new CachingProvider(inner, { maxMessages: 3 });
  const events = [];
  const options = { onKeyEvent: ({ operation }) => events.push(operation) };
  const sealed = [];
  for (let count = 0; count < 4; count++) sealed.push(await sealWith(cache, options));
  assert.equal(inner.calls.wrap, 2, 'a new DEK after three messages');
  assert.deepEqual(events.splice(0), ['generate', 'cache_hit', 'cache_hit', 'generate']);
  for (const bytes of sealed) assert.deepEqual(await openWith(bytes, cache, options), PLAINTEXT);
  assert.equal(inner.calls.unwrap, 2);
  assert.deepEqual(events, ['unwrap', 'cache_hit', 'cache_hit', 'unwrap']);
  cache.clear();
  await openWith(sealed[0], cache);
  assert.equal(inner.calls.unwrap, 3);
});

test('CachingProvider: limits of bytes, age and number; other contexts apart', async () => {
  const bytes = provider();
  const byBytes = new CachingProvider(bytes, { maxBytes: 2500 });
  for (let count = 0; count < 3; count++) await sealWith(byBytes);
  assert.equal(bytes.calls.wrap, 2);
  const age = provider();
  const byAge = new CachingProvider(age, { maxAge: 30 });
  const sealed = await sealWith(byAge);
  await openWith(sealed, byAge);
  await sleep(60);
  await sealWith(byAge);
  await openWith(sealed, byAge);
  assert.deepEqual([age.calls.wrap, age.calls.unwrap], [2, 2]);
  const few = provider();
  const byCapacity = new CachingProvider(few, { capacity: 1 });
  const two = [
    await sealWith(key(), { context: { n: '1' } }),
    await sealWith(key(), { context: { n: '2' } }),
  ];
  for (const one of [...two, ...two]) await openWith(one, byCapacity);
  assert.equal(few.calls.unwrap, 4, 'the least recently used one was forgotten');
  const contexts = provider();
  const byContext = new CachingProvider(contexts);
  for (const n of ['1', '2', '1', '2']) await sealWith(byContext, { context: { n } });
  assert.equal(contexts.calls.wrap, 2);
  for (const limit of ['maxAge', 'maxMessages', 'maxBytes', 'capacity']) {
    // A number as text would be joined to the time instead of added.
    for (const value of [0, -1, NaN, '60000', [5], null])
      throwsWith(
        () => new CachingProvider(key(), { [limit]: value }),
        'invalid_argument',
        new RegExp(limit),
      );
  }
});

test('CachingProvider: a clock that is set ends the age of a DEK, and prolongs none', async () => {
  const { now } = Date;
  let wall = now();
  const inner = provider();
  const cache = new CachingProvider(inner, { maxAge: 60_000 });
  const calls = () => [inner.calls.wrap, inner.calls.unwrap];
  Date.now = () => wall;
  try {
    const sealed = await sealWith(cache);
    for (const tries of [1, 2]) assert.ok(await openWith(sealed, cache), `${tries}`);
    assert.deepEqual(calls(), [1, 1]);
    for (const [number, change] of [-86_400_000, 2 * 86_400_000].entries()) {
      wall += change;
      await sealWith(cache);
      await openWith(sealed, cache);
      assert.deepEqual(calls(), [2 + number, 2 + number], `${change}`);
    }
  } finally {
    Date.now = now;
  }
});

/** The object with one bit of its header's MAC changed: its wrapped key still unwraps. */
async function forged(sealed) {
  const { headerSize } = await inspect(sealed);
  const changed = sealed.slice();
  changed[headerSize - 1] ^= 1;
  return changed;
}

/** A worker's calls of the page's providers must not differ from those here. */
for (const [where, make] of [
  ['here', async () => ({ decrypt, terminate() {} })],
  ['in a worker', newWorker],
]) {
  test(`CachingProvider: a DEK is admitted when it has opened the object, and not before; ${where}`, async () => {
    const api = await make();
    const inner = provider();
    const cache = new CachingProvider(inner, { capacity: 1 });
    const [used, other] = [await sealWith(key()), await sealWith(key())];
    await api.decrypt(used, cache).bytes();
    await rejectsWith(api.decrypt(await forged(other), cache).bytes(), 'header_authentication');
    await api.decrypt(used, cache).bytes();
    assert.equal(
      inner.calls.unwrap,
      2,
      'the forged object has not taken the place of the one in use',
    );
    await api.decrypt(other, cache).bytes();
    assert.equal(inner.calls.unwrap, 3, 'nor was its DEK kept');
    api.terminate();
  });
}

test('CachingProvider: DEKs that it does not admit or keep are wiped', async () => {
  const held = [];
  const slice = Uint8Array.prototype.slice;
  const cache = new CachingProvider(provider(), { capacity: 1 });
  const sealed = await sealWith(key());
  const bad = await forged(sealed);
  Uint8Array.prototype.slice = function (...bounds) {
    const copy = slice.apply(this, bounds);
    if (copy.length === 32 && bounds.length === 0) held.push(copy);
    return copy;
  };
  try {
    await rejectsWith(openWith(bad, cache), 'header_authentication');
    await openWith(sealed, cache);
    cache.clear();
  } finally {
    Uint8Array.prototype.slice = slice;
  }
  assert.ok(held.length >= 2, `${held.length} copies`);
  assert.ok(held.every((dek) => dek.every((byte) => byte === 0)));
});

test('CachingProvider: contexts without end do not fill it', async () => {
  const inner = provider();
  const cache = new CachingProvider(inner, { capacity: 2 });
  for (const n of ['1', '2', '3', '1']) await sealWith(cache, { context: { n } });
  assert.equal(inner.calls.wrap, 4, 'the least recently used context was forgotten');
});

test('CachingProvider: a miss looks at one entry, however many there are', async () => {
  let looked = 0;
  const counted = (iterate) =>
    function* () {
      for (const item of iterate.call(this)) yield (looked++, item);
    };
  class Counting extends Map {}
  for (const name of ['keys', 'values', 'entries', Symbol.iterator])
    Counting.prototype[name] = counted(Map.prototype[name]);
  const inner = {
    providerId: 'x',
    accepts: () => true,
    wrap: async () => {},
    unwrap: async () => new Uint8Array(32),
  };
  const { Map: usual } = globalThis;
  globalThis.Map = Counting;
  const cache = new CachingProvider(inner, { capacity: 500 });
  globalThis.Map = usual;
  const call = { canonicalContext: new Uint8Array(2), report() {} };
  for (let at = 0; at < 1000; at++)
    await cache.unwrap(
      { keyId: 'k', wrappedDek: new Uint8Array(new Uint32Array([at]).buffer) },
      {},
      call,
    );
  assert.ok(looked > 0 && looked <= 1000, `${looked} entries looked at for 1,000 misses`);
});

test('CachingProvider: a provider that asks the cache which asks it is refused', async () => {
  const inner = provider({
    unwrap: (...args) => cache.unwrap(...args),
    wrap: (...args) => cache.wrap(...args),
  });
  const cache = new CachingProvider(inner);
  const error = await rejectsWith(
    openWith(await sealWith(key()), cache),
    'provider_failed',
    /asks the cache that asks it/,
  );
  assert.equal(error.cause.code, 'invalid_state');
  await rejectsWith(sealWith(cache), 'provider_failed', /asks the cache that asks it/);
});

test('CachingProvider: what it cannot stand in front of, and options that are none', () => {
  for (const inner of [undefined, null, {}, [key()], 'name'])
    throwsWith(() => new CachingProvider(inner), 'invalid_argument', /a key provider with/);
  throwsWith(
    () => new CachingProvider(LocalKey.generate('k')),
    'invalid_argument',
    /not the promise of one: await it/,
  );
  throwsWith(
    () => new CachingProvider(key(), { ttl: 5 }),
    'invalid_argument',
    /no option "ttl" here: there are maxAge/,
  );
  const cache = new CachingProvider(new LocalKey(KEK, 'k'));
  assert.deepEqual([cache.providerId, cache.keyId, cache.isRemote], ['local', 'k', false]);
});

// Providers: several of them, failures of every kind, time limits, events, caches, the built-in
// ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalKey, SealwaxError, decrypt, encrypt, inspect, rewrap } from 'sealwax';
import { failing, provider } from '../support/providers.mjs';
import { KEK, key, plaintextOf, rejectsWith } from '../support/suite.mjs';

const PLAINTEXT = plaintextOf(1000);
const sealWith = (keys, options) => encrypt(PLAINTEXT, keys, options).bytes();
const openWith = (bytes, keys, options) => decrypt(bytes, keys, options).bytes();

test('several providers: each opens alone, in the order of the reader', async () => {
  const keys = ['a', 'b', 'c'].map(
    (name, index) =>
      new LocalKey(
        KEK.map((byte) => byte + index),
        name,
      ),
  );
  const sealed = await sealWith(keys);
  assert.deepEqual(
    (await inspect(sealed)).wrappedKeys.map(({ keyId }) => keyId),
    ['a', 'b', 'c'],
  );
  for (const one of keys) assert.deepEqual(await openWith(sealed, one), PLAINTEXT);
  const [first, second] = [provider({}, keys[2]), provider({}, keys[0])];
  await openWith(sealed, [first, second]);
  assert.deepEqual([first.calls.unwrap, second.calls.unwrap], [1, 0], 'the second is not asked');
});

test('fail-over: a provider that fails leaves its turn to the next', async () => {
  const [a, b] = [key(), new LocalKey(KEK, 'b')];
  const sealed = await sealWith([a, b]);
  const events = [];
  const away = provider({ unwrap: failing(new Error('away')) });
  assert.deepEqual(
    await openWith(sealed, [away, b], { onKeyEvent: (event) => events.push(event) }),
    PLAINTEXT,
  );
  assert.deepEqual(
    events.map(({ outcome, keyId, operation }) => [operation, outcome, keyId]),
    [
      ['unwrap', 'failed', 'k'],
      ['unwrap', 'ok', 'b'],
    ],
  );
  const wrong = provider({ unwrap: async () => new Uint8Array(32) });
  assert.deepEqual(await openWith(sealed, [wrong, b]), PLAINTEXT);
});

test('attempts: every provider that was asked, with its error', async () => {
  const sealed = await sealWith([key(), new LocalKey(KEK, 'b')]);
  const away = new Error('away');
  const both = [
    provider({ unwrap: failing(away) }),
    provider({ unwrap: failing(new SealwaxError('key_unwrap', 'no')) }, new LocalKey(KEK, 'b')),
  ];
  const error = await rejectsWith(
    openWith(sealed, both),
    'provider_failed',
    /local k: away; local b: key unwrap: no/,
  );
  assert.deepEqual(
    error.attempts.map(({ providerId, keyId }) => [providerId, keyId]),
    [
      ['local', 'k'],
      ['local', 'b'],
    ],
  );
  assert.equal(error.attempts[0].error, away);
  assert.ok(error.cause instanceof AggregateError);
  assert.equal(
    (await rejectsWith(openWith(sealed, both[1]), 'key_unwrap')).cause.code,
    'key_unwrap',
  );
});

const RUBBISH = {
  'no DEK': [async () => undefined, 'provider_failed'],
  text: [async () => 'a'.repeat(32), 'provider_failed'],
  'an array of numbers': [async () => Array.from(KEK), 'provider_failed'],
  'a DEK of no bytes': [async () => new Uint8Array(0), 'provider_failed'],
  'a DEK too short': [async () => new Uint8Array(31), 'provider_failed'],
  'a DEK too long': [async () => new Uint8Array(33), 'provider_failed'],
  'shared memory': [async () => new Uint8Array(new SharedArrayBuffer(32)), 'provider_failed'],
  'another DEK': [async () => new Uint8Array(32).fill(5), 'header_authentication'],
};

for (const [what, [unwrap, code]] of Object.entries(RUBBISH)) {
  test(`unwrap returns ${what}: ${code}`, async () => {
    const outcomes = [];
    const onKeyEvent = ({ outcome }) => outcomes.push(outcome);
    await rejectsWith(openWith(await sealWith(key()), provider({ unwrap }), { onKeyEvent }), code);
    // That the wrapped key was rejected would read as tampering; the provider has answered rubbish.
    assert.deepEqual(outcomes, [code === 'provider_failed' ? 'failed' : 'ok']);
  });
}

const BAD_WRAPS = {
  nothing: [() => undefined, 'provider_failed'],
  'no keyId': [(made) => ({ ...made, keyId: undefined }), 'provider_failed'],
  'an empty keyId': [(made) => ({ ...made, keyId: '' }), 'provider_failed'],
  'a keyId too long': [(made) => ({ ...made, keyId: 'k'.repeat(2049) }), 'provider_failed'],
  'an empty wrapped DEK': [
    (made) => ({ ...made, wrappedDek: new Uint8Array(0) }),
    'provider_failed',
  ],
  'a wrapped DEK too long': [
    (made) => ({ ...made, wrappedDek: new Uint8Array(4097) }),
    'provider_failed',
  ],
  'a wrapped DEK of text': [(made) => ({ ...made, wrappedDek: 'text' }), 'provider_failed'],
};

for (const [what, [change, code]] of Object.entries(BAD_WRAPS)) {
  test(`wrap returns ${what}: ${code}`, async () => {
    const inner = key();
    await rejectsWith(
      sealWith(provider({ wrap: async (...args) => change(await inner.wrap(...args)) })),
      code,
    );
    const dek = () => new Uint8Array(32);
    const generate = async () => {
      const made = change({ keyId: 'k', wrappedDek: new Uint8Array(9) });
      return made && { dek: dek(), ...made };
    };
    await rejectsWith(sealWith(provider({ generate })), code);
  });
}

test('generate returns a DEK of another length', async () => {
  for (const length of [0, 16, 64]) {
    const generate = async () => ({
      dek: new Uint8Array(length),
      keyId: 'k',
      wrappedDek: new Uint8Array(9),
    });
    await rejectsWith(
      sealWith(provider({ generate })),
      'provider_failed',
      new RegExp(`a DEK of ${length} bytes`),
    );
  }
});

test('no object is written with a key missing', async () => {
  const away = provider({ wrap: failing(new Error('away')) }, new LocalKey(KEK, 'b'));
  const error = await rejectsWith(
    sealWith([key(), away]),
    'provider_failed',
    /^provider failed: local: away$/,
  );
  assert.equal(error.attempts.length, 1);
});

test('requireAll: false takes what it gets, and says what is missing', async () => {
  const events = [];
  const options = {
    requireAll: false,
    onKeyEvent: ({ operation, outcome, error }) =>
      events.push([operation, outcome, error?.message]),
  };
  const away = (changes = {}) =>
    provider({ wrap: failing(new Error('away')), ...changes }, new LocalKey(KEK, 'b'));
  const sealed = await sealWith([away(), key()], options);
  assert.deepEqual(
    (await inspect(sealed)).wrappedKeys.map(({ keyId }) => keyId),
    ['k'],
  );
  assert.deepEqual(events.splice(0).sort(), [
    ['wrap', 'failed', 'away'],
    ['wrap', 'ok', undefined],
  ]);
  const generating = away({ generate: failing(new Error('down')) });
  const other = await sealWith([generating, key()], options);
  assert.deepEqual(events.splice(0), [
    ['generate', 'failed', 'down'],
    ['wrap', 'ok', undefined],
  ]);
  assert.deepEqual(await openWith(other, key()), PLAINTEXT);
  const error = await rejectsWith(
    sealWith([generating, away()], options),
    'provider_failed',
    /down.*away/,
  );
  assert.equal(error.attempts.length, 2);
  await rejectsWith(sealWith([generating, key()]), 'provider_failed', /down/);
  const renewed = await rewrap(sealed, key(), [away(), new LocalKey(KEK, 'c')], {
    requireAll: false,
  });
  assert.deepEqual(
    (await inspect(renewed)).wrappedKeys.map(({ keyId }) => keyId),
    ['c'],
  );
});

test('a provider that throws at once, or whose accepts fails', async () => {
  const sealed = await sealWith(key());
  const now = () => {
    throw new RangeError('now');
  };
  assert.ok(
    (await rejectsWith(openWith(sealed, provider({ unwrap: now })), 'provider_failed'))
      .cause instanceof RangeError,
  );
  assert.ok(
    (await rejectsWith(openWith(sealed, provider({ accepts: now })), 'provider_failed'))
      .cause instanceof RangeError,
  );
  await rejectsWith(sealWith(provider({ wrap: now })), 'provider_failed');
});

test('a provider that hangs: the time limit, its signal, and the next provider', async () => {
  const sealed = await sealWith([key(), new LocalKey(KEK, 'b')]);
  let signal;
  const hanging = provider({
    unwrap: (_wrapped, _context, call) => new Promise(() => (signal = call.signal)),
  });
  const error = await rejectsWith(
    openWith(sealed, hanging, { providerTimeout: 30 }),
    'provider_failed',
    /no answer within 30 ms/,
  );
  assert.equal(error.cause.name, 'TimeoutError');
  assert.ok(signal.aborted);
  assert.deepEqual(
    // The other key must answer in time, on a busy machine too.
    await openWith(sealed, [hanging, new LocalKey(KEK, 'b')], { providerTimeout: 2_000 }),
    PLAINTEXT,
  );
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), 20);
  const given = await rejectsWith(
    openWith(sealed, hanging, { signal: controller.signal }),
    'cancelled',
  );
  assert.equal(given.cause.message, 'enough');
  assert.ok(signal.aborted);
});

test("nobody is asked for a stranger's key, nor before the context is right", async () => {
  const sealed = await sealWith(key(), { context: { tenant: 'blue' } });
  const stranger = provider({}, new LocalKey(KEK, 'another'));
  const error = await rejectsWith(
    openWith(sealed, stranger),
    'no_matching_key',
    /the object needs local k; given: local$/,
  );
  assert.deepEqual(error.keys, {
    wanted: [{ providerId: 'local', keyId: 'k' }],
    offered: [{ providerId: 'local', keyId: '' }],
  });
  assert.deepEqual([stranger.calls.unwrap, stranger.calls.accepts], [0, 1]);
  const mine = provider();
  await rejectsWith(openWith(sealed, mine, { context: { tenant: 'red' } }), 'context_mismatch');
  await rejectsWith(openWith(sealed, mine, { context: { other: 'blue' } }), 'context_mismatch');
  assert.equal(mine.calls.unwrap + mine.calls.accepts, 0);
});

test('DEKs that crossed are wiped', async () => {
  const held = [];
  const inner = key();
  const watching = provider({
    wrap: (dek, ...rest) => (held.push(dek), inner.wrap(dek, ...rest)),
    unwrap: async (...args) => {
      const dek = await inner.unwrap(...args);
      held.push(dek);
      return dek;
    },
  });
  await openWith(await sealWith(watching), watching);
  const generating = provider({
    generate: async (context, call) => {
      const dek = crypto.getRandomValues(new Uint8Array(32));
      held.push(dek);
      return { dek, ...(await inner.wrap(dek, context, call)) };
    },
  });
  await sealWith(generating);
  assert.equal(held.length, 3);
  assert.ok(held.every((dek) => dek.every((byte) => byte === 0)));
});

test('a wrap that fails names the key, in the error and in the event', async () => {
  const events = [];
  const onKeyEvent = ({ operation, outcome, keyId }) => events.push([operation, outcome, keyId]);
  const refusing = (changes) =>
    Object.assign(provider(changes), { providerId: 'kms', keyId: 'arn:1' });
  const denied = failing(new Error('AccessDenied: no identity-based policy'));
  const message = /^provider failed: kms arn:1: AccessDenied: no identity-based policy$/;
  const error = await rejectsWith(
    sealWith(refusing({ wrap: denied }), { onKeyEvent }),
    'provider_failed',
    message,
  );
  assert.equal(error.attempts[0].keyId, 'arn:1');
  await rejectsWith(
    sealWith(refusing({ generate: denied }), { onKeyEvent }),
    'provider_failed',
    message,
  );
  assert.deepEqual(events, [
    ['wrap', 'failed', 'arn:1'],
    ['generate', 'failed', 'arn:1'],
  ]);
});

test('no name, pair or word of others reaches a message raw', async () => {
  const hostile = 'k\n\u001b[2J\u202e';
  const seen = String.raw`k\n\u{1b}[2J\u{202e}`;
  const away = provider({ unwrap: failing(new Error(hostile)), accepts: () => true });
  const sealed = await sealWith(new LocalKey(KEK, hostile), { context: { tenant: hostile } });
  const errors = [
    await rejectsWith(openWith(sealed, key()), 'no_matching_key'),
    await rejectsWith(openWith(sealed, away), 'provider_failed'),
    await rejectsWith(openWith(sealed, key(), { context: { tenant: 'red' } }), 'context_mismatch'),
  ];
  for (const { message } of errors) {
    assert.ok(
      message.includes(seen) || message.includes(String.raw`k\n\u001b[2J\u{202e}`),
      message,
    );
    assert.doesNotMatch(message, /[\p{C}\p{Zl}\p{Zp}]/u);
  }
  const [, , mismatch] = errors;
  assert.match(mismatch.message, /^context mismatch: "tenant" must be "red" and is "k/);
  assert.deepEqual(mismatch.pair, { key: 'tenant', wanted: 'red', found: hostile });
  const missing = await rejectsWith(
    openWith(sealed, key(), { context: { purpose: 'x' } }),
    'context_mismatch',
    /"purpose" must be "x" and is missing/,
  );
  assert.deepEqual(missing.pair, { key: 'purpose', wanted: 'x', found: undefined });
  const many = Array.from({ length: 10 }, (_, at) => new LocalKey(KEK, `${at}${'x'.repeat(1000)}`));
  const { message } = await rejectsWith(
    openWith(await sealWith(many), key()),
    'no_matching_key',
    /2 more; given: local k$/,
  );
  assert.ok(message.length < 5000, `${message.length} characters`);
});

test('equal key ids: a key that is here is tried for all of them, one that is far for the first', async () => {
  const [old, young] = [
    new LocalKey(KEK, 'k'),
    new LocalKey(
      KEK.map((byte) => ~byte),
      'k',
    ),
  ];
  const sealed = await sealWith([old, young]);
  for (const one of [old, young]) assert.deepEqual(await openWith(sealed, one), PLAINTEXT);
  const added = await rewrap(await sealWith(old), old, young, { mode: 'add' });
  for (const one of [old, young]) assert.deepEqual(await openWith(added, one), PLAINTEXT);
  assert.deepEqual(
    await rewrap(added, old, young, { mode: 'add' }),
    added,
    'a key that is there is not repeated',
  );
  const other = await rejectsWith(
    openWith(sealed, new LocalKey(new Uint8Array(32), 'k')),
    'key_unwrap',
    /local k: .*; local k: /,
  );
  assert.equal(other.attempts.length, 2);
  const far = provider({}, young);
  await rejectsWith(openWith(sealed, far), 'key_unwrap');
  assert.equal(far.calls.unwrap, 1);
});

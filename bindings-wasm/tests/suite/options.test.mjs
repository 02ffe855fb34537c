// Options: unknown names and wrong kinds are refused wherever options are taken; none is ignored.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CachingProvider,
  HttpProvider,
  RsaOaepPublicKey,
  SealwaxError,
  createDecryptor,
  createEncryptor,
  decrypt,
  decryptStream,
  encrypt,
  encryptStream,
  httpRange,
  openRange,
  rewrap,
  rewrapHeader,
} from 'sealwax';
import { AwsKms, VaultTransit } from 'sealwax/kms';
import { SealwaxWorker } from 'sealwax/worker';
import { serveSealwax } from 'sealwax/worker-host';
import { CHUNK, key, plaintextOf, rejectsWith, throwsWith } from '../support/suite.mjs';
import { newWorker } from '../support/worker.mjs';

const PLAINTEXT = plaintextOf(1000);
const CONTEXT = { tenant: 'blue' };
const sealed = await encrypt(PLAINTEXT, key(), { context: CONTEXT }).bytes();

const withUsual = (options, usual) =>
  typeof options === 'object' && options ? { ...usual, ...options } : options;

/** Every call that takes options, given these. */
const CALLS = {
  encrypt: (options) => encrypt(PLAINTEXT, key(), options),
  encryptStream: (options) => encryptStream(key(), options),
  createEncryptor: (options) => createEncryptor(key(), options),
  'encryptor.encrypt': async (options) =>
    (await createEncryptor(key())).encrypt(PLAINTEXT, options),
  parts: (options) => encrypt(PLAINTEXT, key()).parts(options),
  decrypt: (options) => decrypt(sealed, key(), options),
  decryptStream: (options) => decryptStream(key(), options),
  createDecryptor: (options) => createDecryptor(sealed, key(), options),
  openRange: (options) => openRange(sealed, key(), options),
  'reader.read': async (options) => (await openRange(sealed, key())).read(0, 1, options),
  'reader.stream': async (options) => (await openRange(sealed, key())).stream(0, 1, options),
  rewrap: (options) => rewrap(sealed, key(), key(), options),
  rewrapHeader: (options) => rewrapHeader(sealed, key(), key(), options),
  httpRange: (options) => httpRange('/x', options),
  CachingProvider: (options) => new CachingProvider(key(), options),
  HttpProvider: (options) =>
    new HttpProvider(withUsual(options, { url: 'https://example.com', keyId: 'k' })),
  RsaOaepPublicKey: (options) => new RsaOaepPublicKey(new Uint8Array(1), options),
  AwsKms: (options) =>
    new AwsKms('arn:aws:kms:us-east-1:111122223333:key/1', { decrypt() {} }, options),
  VaultTransit: (options) =>
    new VaultTransit('k', withUsual(options, { url: 'https://example.com', token: 't' })),
  SealwaxWorker: (options) => new SealwaxWorker(options),
  serveSealwax: (options) => serveSealwax(options),
};

/** The same in a worker. */
const WORKER_CALLS = {
  encrypt: (worker, options) => worker.encrypt(PLAINTEXT, key(), options),
  encryptStream: (worker, options) => worker.encryptStream(key(), options),
  parts: (worker, options) => worker.encrypt(PLAINTEXT, key()).parts(options),
  decrypt: (worker, options) => worker.decrypt(sealed, key(), options),
  decryptStream: (worker, options) => worker.decryptStream(key(), options),
  openRange: (worker, options) => worker.openRange(sealed, key(), options),
  'reader.read': async (worker, options) =>
    (await worker.openRange(sealed, key())).read(0, 1, options),
  'reader.stream': async (worker, options) =>
    (await worker.openRange(sealed, key())).stream(0, 1, options),
};

const refused = (call, options, message) =>
  rejectsWith((async () => call(options))(), 'invalid_argument', message);

for (const [name, call] of Object.entries(CALLS)) {
  test(`${name}: an option that there is not`, async () => {
    await refused(call, { colour: 'red' }, /no option "colour" here: there are \w+/);
    await refused(call, { colour: undefined }, /no option "colour"/);
    await refused(call, { ['a\u202e\n']: 1 }, /no option "a\\u\{202e\}\\n"/);
    await refused(call, null, /options must be an object/);
    await refused(call, 'fast', /options must be an object/);
  });
}

test('a worker refuses the same, on the page', async () => {
  const worker = await newWorker();
  for (const [name, call] of Object.entries(WORKER_CALLS)) {
    await refused((options) => call(worker, options), { colour: 'red' }, /no option "colour"/);
    assert.ok(name);
  }
  await rejectsWith(
    worker.encrypt(PLAINTEXT, key(), { objectName: () => {} }).bytes(),
    'invalid_argument',
    /cannot be handed to the worker/,
  );
  throwsWith(
    () => new SealwaxWorker({ worker: Promise.resolve() }),
    'invalid_argument',
    /must be a Worker or a MessagePort/,
  );
  worker.terminate();
});

test('the context that is required is called context, as it is on encryption', async () => {
  assert.deepEqual(await decrypt(sealed, key(), { context: CONTEXT }).bytes(), PLAINTEXT);
  assert.deepEqual(await decrypt(sealed, key(), { context: {} }).bytes(), PLAINTEXT);
  await rejectsWith(
    decrypt(sealed, key(), { context: { tenant: 'red' } }).bytes(),
    'context_mismatch',
  );
  await rejectsWith(
    createDecryptor(sealed, key(), { context: { tenant: 'red' } }),
    'context_mismatch',
  );
  await rejectsWith(openRange(sealed, key(), { context: { tenant: 'red' } }), 'context_mismatch');
  await rejectsWith(
    rewrap(sealed, key(), key(), { context: { tenant: 'red' } }),
    'context_mismatch',
  );
  for (const call of [
    CALLS.decrypt,
    CALLS.decryptStream,
    CALLS.createDecryptor,
    CALLS.openRange,
    CALLS.rewrap,
  ]) {
    await refused(
      call,
      { requiredContext: CONTEXT },
      /no option "requiredContext" here: it is called context/,
    );
  }
  await refused(
    CALLS.encrypt,
    { aad: new Uint8Array(1) },
    /no option "aad" here: it is called associatedData/,
  );
  await refused(CALLS['encryptor.encrypt'], { context: CONTEXT }, /no option "context" here/);
});

test('what seems to have no pairs is no context: it would require nothing', async () => {
  for (const context of [
    Promise.resolve(CONTEXT),
    new Date(),
    new Uint8Array(2),
    'tenant=blue',
    ['tenant', 'blue'],
    [['tenant']],
    new Set(['ab']),
  ]) {
    await rejectsWith(
      encrypt(PLAINTEXT, key(), { context }).bytes(),
      'invalid_argument',
      /context|pairs/,
    );
    await rejectsWith(
      decrypt(sealed, key(), { context }).bytes(),
      'invalid_argument',
      /context|pairs/,
    );
  }
  for (const context of [
    Object.assign(Object.create(null), CONTEXT),
    new Map([['tenant', 'blue']]),
    [['tenant', 'blue']],
    new URLSearchParams(CONTEXT),
  ]) {
    assert.deepEqual(await decrypt(sealed, key(), { context }).bytes(), PLAINTEXT);
  }
});

test('signals and functions that are none', async () => {
  for (const call of [
    CALLS.encrypt,
    CALLS.decrypt,
    CALLS.openRange,
    CALLS.rewrap,
    CALLS['reader.read'],
  ]) {
    await refused(call, { signal: new AbortController() }, /signal must be an AbortSignal/);
  }
  for (const providerTimeout of [-1, NaN, 'soon', '500'])
    await refused(CALLS.decrypt, { providerTimeout }, /providerTimeout must be a number from 0/);
  await refused(CALLS.encrypt, { onProgress: true }, /onProgress must be a function/);
  await refused(CALLS.decrypt, { onKeyEvent: {} }, /onKeyEvent must be a function/);
});

test('an option that a page has put on every object is refused: nobody gave it', async () => {
  const polluted = {
    detached: true,
    context: { evil: '1' },
    header: new Uint8Array(1),
    signal: {},
  };
  for (const [name, value] of Object.entries(polluted)) {
    const message = new RegExp(`Object.prototype has the option "${name}"`);
    Object.prototype[name] = value;
    try {
      const call = name === 'header' ? CALLS.decrypt : CALLS.encrypt;
      const errors = [];
      for (const options of [{}, undefined, { onProgress() {} }])
        errors.push(await (async () => call(options))().catch((error) => error));
      delete Object.prototype[name];
      for (const error of errors) {
        assert.equal(error.code, 'invalid_argument', name);
        assert.match(error.message, message);
      }
    } finally {
      delete Object.prototype[name];
    }
  }
  // What is no option is nobody's business; what the caller gives counts, inherited or not.
  Object.prototype.legacy = true;
  try {
    await encrypt(PLAINTEXT, key(), {}).bytes();
  } finally {
    delete Object.prototype.legacy;
  }
  await refused(CALLS.encrypt, Object.create({ bogus: 1 }), /there is no option "bogus"/);
});

test('a limit of time that no timer can hold is none', async () => {
  const slow = {
    ...key(),
    providerId: 'slow',
    accepts: () => true,
    wrap: async (dek) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { keyId: 'k', wrappedDek: dek.slice() };
    },
    unwrap: async ({ wrappedDek }) => wrappedDek,
  };
  for (const providerTimeout of [Infinity, 2 ** 31, Number.MAX_VALUE])
    assert.ok((await encrypt(PLAINTEXT, slow, { providerTimeout }).bytes()).length > 0);
});

test('a part smaller than a chunk is a mistake in the unit', async () => {
  for (const partSize of [10, CHUNK - 1, 0, -1, 0.5, '5'])
    await refused(CALLS.parts, { partSize }, /partSize is a number of bytes, 16384 at least/);
  const worker = await newWorker();
  await rejectsWith(
    worker.encrypt(PLAINTEXT, key()).parts({ partSize: 10 }),
    'invalid_argument',
    /16384 at least/,
  );
  worker.terminate();
});

test('a promise that nobody awaited, as source and as provider; a stream of Node', async () => {
  for (const call of [encrypt, decrypt]) {
    throwsWith(
      () => call(Promise.resolve(PLAINTEXT), key()),
      'invalid_argument',
      /not the promise of one: await it/,
    );
    throwsWith(
      () => call(sealed, Promise.resolve(key())),
      'invalid_argument',
      /not the promise of one: await it/,
    );
  }
  await rejectsWith(openRange(Promise.resolve(sealed), key()), 'invalid_argument', /await/);
  throwsWith(
    () => encrypt({ pipe() {} }, key()),
    'invalid_argument',
    /not a stream of Node: give Readable\.toWeb\(stream\)/,
  );
});

test('an error of ours is one line of visible characters, whatever others wrote', () => {
  const { message } = new SealwaxError(
    'io',
    'a\r\n\u001b[2J\u0085\u2028\u202e\u2066\u200f\ufeff\ud800b\tSchlüssel 鍵',
  );
  assert.equal(
    message,
    String.raw`io: a\r\n\u{1b}[2J\u{85}\u{2028}\u{202e}\u{2066}\u{200f}\u{feff}\u{d800}b\tSchlüssel 鍵`,
  );
});

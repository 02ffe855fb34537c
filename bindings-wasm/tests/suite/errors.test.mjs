// Every code of core/vectors/error_codes.json through the API, or the reason why it cannot occur.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  LocalKey,
  SealwaxError,
  createEncryptor,
  decrypt,
  encrypt,
  fromText,
  httpRange,
  inspect,
} from 'sealwax';
import {
  CHUNK,
  KEK,
  key,
  plaintextOf,
  rejectsWith,
  throwsWith,
  utf8,
  vectors,
} from '../support/suite.mjs';
import { inputOf, providersOf } from '../support/vectors.mjs';

const PLAINTEXT = plaintextOf(2 * CHUNK);
const sealed = await encrypt(PLAINTEXT, key(), { context: { a: 'b' }, padding: 'none' }).bytes();
const changed = (at, value) => {
  const bytes = sealed.slice();
  bytes[at < 0 ? bytes.length + at : at] = value;
  return bytes;
};
const opened = (bytes, options, keys = key()) => decrypt(bytes, keys, options).bytes();

/** Codes of other languages' doings, and the one of a bug. */
const UNREACHABLE = {
  null_pointer: 'JavaScript has no pointers',
  already_exists: 'no files are written here',
  panic: 'a bug of the module; nothing is known to provoke one',
};

const { headerSize } = await inspect(sealed);

const PROVOKED = {
  invalid_argument: () =>
    throwsWith(() => new LocalKey(KEK.subarray(1), 'k'), 'invalid_argument', /32 bytes/),
  invalid_state: async () => {
    const message = encrypt(PLAINTEXT, key());
    await message.bytes();
    return rejectsWith(message.bytes(), 'invalid_state', /taken already/);
  },
  buffer_too_small: async () => {
    const encryptor = await createEncryptor(key());
    const error = throwsWith(
      () => encryptor.encryptInto(new Uint8Array(10), new Uint8Array(20)),
      'buffer_too_small',
      /bytes are needed/,
    );
    assert.equal(error.needed, encryptor.sealedSize(10));
    return error;
  },
  bad_magic: () => rejectsWith(opened(changed(0, 0)), 'bad_magic', /: not a Sealwax envelope$/),
  unsupported_version: () => rejectsWith(opened(changed(7, 2)), 'unsupported_version', /2$/),
  unsupported_suite: () => rejectsWith(opened(changed(13, 9)), 'unsupported_suite', /9$/),
  malformed: () => rejectsWith(fromText('sealwax1.*'), 'malformed'),
  limit_exceeded: () =>
    rejectsWith(
      encrypt(PLAINTEXT, key(), { metadata: new Uint8Array(16_385) }).bytes(),
      'limit_exceeded',
    ),
  no_matching_key: () =>
    rejectsWith(opened(sealed, {}, new LocalKey(KEK, 'another')), 'no_matching_key'),
  provider_failed: () =>
    rejectsWith(
      opened(
        sealed,
        {},
        {
          ...plain(),
          unwrap: async () => {
            throw new Error('away');
          },
        },
      ),
      'provider_failed',
      /away/,
    ),
  key_unwrap: () =>
    rejectsWith(
      opened(
        sealed,
        {},
        new LocalKey(
          KEK.map((byte) => byte + 1),
          'k',
        ),
      ),
      'key_unwrap',
    ),
  commitment_mismatch: () =>
    rejectsWith(opened(sealed, { associatedData: utf8('x') }), 'commitment_mismatch'),
  context_mismatch: () => rejectsWith(opened(sealed, { context: { a: 'c' } }), 'context_mismatch'),
  header_authentication: () =>
    rejectsWith(
      opened(changed(headerSize - 1, sealed[headerSize - 1] ^ 1)),
      'header_authentication',
    ),
  authentication: () =>
    rejectsWith(opened(changed(-1, sealed.at(-1) ^ 1)), 'authentication', /chunk 2/),
  truncated: () => rejectsWith(opened(sealed.subarray(0, headerSize + 60)), 'truncated'),
  trailing_data: async () => {
    const { testGroups } = await vectors('envelope_invalid');
    const vector = testGroups
      .flatMap(({ tests }) => tests)
      .find(({ error }) => error.name === 'trailing_data');
    const { source, options } = inputOf(vector);
    return rejectsWith(decrypt(source, providersOf(vector), options).bytes(), 'trailing_data');
  },
  io: () =>
    rejectsWith(
      encrypt(
        new ReadableStream({ pull: () => Promise.reject(new Error('the disk is gone')) }),
        key(),
      ).bytes(),
      'io',
    ),
  cancelled: () =>
    rejectsWith(encrypt(PLAINTEXT, key(), { signal: AbortSignal.abort() }).bytes(), 'cancelled'),
  no_memory: () =>
    rejectsWith(
      httpRange('https://example.com').read(0, 2 ** 40),
      'no_memory',
      /take the Blob, the stream or parts/,
    ),
  randomness: async () => {
    await encrypt(PLAINTEXT, key()).bytes();
    Object.defineProperty(crypto, 'getRandomValues', {
      configurable: true,
      value: () => {
        throw new Error('no entropy');
      },
    });
    try {
      return await rejectsWith(encrypt(PLAINTEXT, key()).bytes(), 'randomness');
    } finally {
      delete crypto.getRandomValues;
    }
  },
};

const plain = () => ({
  providerId: 'local',
  accepts: () => true,
  wrap: async () => {},
  unwrap: async () => {},
});

const { errorCodes } = await vectors('error_codes');

for (const { code, name, class: area } of errorCodes.filter(({ name }) => PROVOKED[name])) {
  test(`${code} ${name}`, async () => {
    const error = await PROVOKED[name]();
    assert.deepEqual(
      [error.number, error.code, error.class, error.name],
      [code, name, area, 'SealwaxError'],
    );
    assert.ok(error instanceof SealwaxError && error instanceof Error);
    assert.ok(error.message.startsWith(name.replaceAll('_', ' ')), error.message);
  });
}

test('provoked and unreachable codes are all there are', () => {
  const known = [...Object.keys(PROVOKED), ...Object.keys(UNREACHABLE)].sort();
  assert.deepEqual(known, errorCodes.map(({ name }) => name).sort());
});

test('no error tells a key, a DEK or plaintext', async () => {
  const secrets = [KEK, PLAINTEXT.subarray(0, 32)].flatMap((bytes) => [
    Array.from(bytes).join(','),
    btoa(String.fromCharCode(...bytes)).slice(0, 20),
  ]);
  for (const provoke of Object.values(PROVOKED)) {
    const error = await provoke();
    const told = JSON.stringify({
      message: error.message,
      stack: error.stack,
      ...error,
      cause: String(error.cause),
    });
    for (const secret of secrets) assert.ok(!told.includes(secret), told);
  }
  const shown = JSON.stringify([key(), await LocalKey.importKey(KEK, 'k')]);
  for (const secret of secrets) assert.ok(!shown.includes(secret), shown);
});

test('what a host may make itself: codes with messages, causes and chunks', () => {
  const cause = new Error('why');
  const error = new SealwaxError('key_unwrap', 'not this one', { cause, chunk: 3, needed: 4 });
  assert.deepEqual(
    [error.message, error.cause, error.chunk, error.needed, error.attempts.length],
    ['key unwrap: not this one', cause, 3, 4, 0],
  );
  assert.ok(!('cause' in new SealwaxError('io')), 'no cause is no property');
});

// Over real HTTP: HttpProvider and its backend, ranges of a stored object.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  HttpProvider,
  HttpProviderError,
  decrypt,
  encrypt,
  httpRange,
  inspect,
  openRange,
} from 'sealwax';
import {
  CHUNK,
  both,
  isNode,
  key,
  origin,
  plaintextOf,
  readAll,
  rejectsWith,
  throwsWith,
} from '../support/suite.mjs';

const CSRF = { name: 'X-Csrf-Token', value: 'token-1' };
const PLAINTEXT = plaintextOf(3 * CHUNK + 50);
const backend = (mode, options = {}) =>
  new HttpProvider({ url: `${origin}/kms/${mode}`, keyId: 'http-1', ...options });
const asked = async (mode) => (await fetch(`${origin}/asked?mode=${mode}`)).json();

test('HttpProvider: generate, wrap and unwrap; what it sends', async () => {
  const events = [];
  const options = {
    context: { tenant: 'blue' },
    onKeyEvent: ({ operation, requestId }) => events.push([operation, requestId !== undefined]),
  };
  for (const generate of [true, false]) {
    const provider = backend('ok', { generate, headers: { Authorization: 'Bearer 1' } });
    const sealed = await encrypt(PLAINTEXT, provider, options).bytes();
    assert.deepEqual(await decrypt(sealed, provider, options).bytes(), PLAINTEXT);
  }
  if (isNode)
    assert.deepEqual(events, [
      ['generate', true],
      ['unwrap', true],
      ['wrap', true],
      ['unwrap', true],
    ]);
  const requests = await asked('ok');
  for (const { method, headers, body } of requests) {
    assert.deepEqual(
      [method, headers['content-type'], headers['x-requested-with'], headers.authorization],
      ['POST', 'application/json', 'sealwax', 'Bearer 1'],
    );
    assert.equal(headers.referer, undefined);
    assert.deepEqual([body.keyId, body.context], ['http-1', { tenant: 'blue' }]);
  }
});

test('HttpProvider: another context does not unwrap', async () => {
  const sealed = await encrypt(PLAINTEXT, backend('ok'), { context: { tenant: 'blue' } }).bytes();
  const {
    wrappedKeys: [wrapped],
  } = await inspect(sealed);
  const call = { signal: new AbortController().signal, report: () => {} };
  await rejectsWith(backend('ok').unwrap(wrapped, { tenant: 'red' }, call), 'key_unwrap');
});

test('HttpProvider: the CSRF header, given or asked for each time', async () => {
  for (const csrf of [CSRF, () => CSRF, async () => CSRF])
    await encrypt(PLAINTEXT, backend('csrf', { csrf })).bytes();
  const error = await rejectsWith(
    encrypt(PLAINTEXT, backend('csrf')).bytes(),
    'provider_failed',
    /HTTP 403 \(csrf\)/,
  );
  assert.ok(error.cause instanceof HttpProviderError);
  assert.deepEqual([error.cause.status, error.cause.reason], [403, 'csrf']);
});

for (const [mode, message] of [
  ['down', /HTTP 503/],
  ['html', /HTTP 200/],
  ['huge', /HTTP 200/],
  ['empty', /no wrappedDek/],
  ['stranger', /another key/],
  ['redirect', /./],
]) {
  test(`HttpProvider: a backend that is ${mode}`, async () => {
    await rejectsWith(encrypt(PLAINTEXT, backend(mode)).bytes(), 'provider_failed', message);
  });
}

test('HttpProvider: a DEK too short, a backend that hangs', async () => {
  await rejectsWith(encrypt(PLAINTEXT, backend('short')).bytes(), 'provider_failed', /16 bytes/);
  await rejectsWith(
    encrypt(PLAINTEXT, backend('hang'), { providerTimeout: 100 }).bytes(),
    'provider_failed',
    /no answer within/,
  );
});

test('HttpProvider: plain http to this machine only', () => {
  for (const url of [
    'http://example.com/keys',
    'http://10.0.0.1/',
    'http://localhost.example.com/',
    'ftp://localhost/',
    'http://127.0.0.1.example.com/',
  ]) {
    throwsWith(() => new HttpProvider({ url, keyId: 'k' }), 'invalid_argument', /https/);
  }
  for (const url of [
    'https://example.com/keys',
    'http://localhost:1/',
    'http://127.0.0.1/',
    'http://[::1]:8/',
  ])
    new HttpProvider({ url, keyId: 'k' });
  throwsWith(() => new HttpProvider({ url: 'http://', keyId: 'k' }), 'invalid_argument');
  throwsWith(
    () => new HttpProvider({ url: 'https://example.com', keyId: '' }),
    'invalid_argument',
    /keyId/,
  );
});

let sealed;
const put = (name, body) => fetch(`${origin}/objects/${name}`, { method: 'PUT', body });
before(async () => {
  sealed = await encrypt(PLAINTEXT, key(), { metadata: 'm', padding: 'none' }).bytes();
  const changed = sealed.slice();
  changed[changed.length - 60 - CHUNK] ^= 1;
  const stored = {
    sealed,
    cut: sealed.slice(0, -40),
    cutAtChunk: sealed.slice(0, -66),
    longer: new Uint8Array([...sealed, 1]),
    changed,
    tiny: sealed.slice(0, 100),
  };
  for (const [name, bytes] of Object.entries(stored)) await put(name, bytes);
});

const openAt = (name, options) =>
  openRange(httpRange(`${origin}/objects/${name}`, { retryDelay: 1 }), key(), options);

both('openRange over HTTP: every place, every length, streams', async (engine) => {
  const reader = await openAt('sealed', { engine });
  assert.equal(reader.size, PLAINTEXT.length);
  assert.deepEqual(reader.metadata(), new TextEncoder().encode('m'));
  for (const offset of [
    0,
    1,
    CHUNK - 1,
    CHUNK,
    2 * CHUNK + 5,
    PLAINTEXT.length - 1,
    PLAINTEXT.length,
    PLAINTEXT.length + 10,
  ]) {
    for (const length of [0, 1, CHUNK, CHUNK + 1, 2 ** 40]) {
      assert.deepEqual(
        await reader.read(offset, length),
        PLAINTEXT.slice(offset, offset + length),
        `${offset}, ${length}`,
      );
    }
    assert.deepEqual(await readAll(reader.stream(offset)), PLAINTEXT.slice(offset));
  }
  for (const [offset, length] of [
    [-1, 1],
    [0, -1],
    [0.5, 1],
    [0, NaN],
  ])
    await rejectsWith(reader.read(offset, length), 'invalid_argument');
  await rejectsWith(reader.read(0, 10, { signal: AbortSignal.abort() }), 'cancelled');
  reader.close();
  reader[Symbol.dispose]();
  await rejectsWith(reader.read(0, 1), 'invalid_state', /closed/);
});

both('openRange: an object cut, made longer or changed', async (engine) => {
  await rejectsWith(openAt('cut', { engine }), 'authentication');
  await rejectsWith(openAt('cutAtChunk', { engine }), 'truncated');
  await rejectsWith(openAt('longer', { engine }), 'authentication');
  await rejectsWith(openAt('tiny', { engine }), 'truncated');
  const reader = await openAt('changed', { engine });
  assert.deepEqual(await reader.read(0, CHUNK), PLAINTEXT.slice(0, CHUNK), 'other chunks are fine');
  const error = await rejectsWith(reader.read(2 * CHUNK, CHUNK), 'authentication');
  assert.equal(error.chunk, 2);
});

test('openRange: servers that serve no ranges, other lengths, no size, no object', async () => {
  await rejectsWith(openAt('sealed?mode=whole'), 'io', /does not serve ranges/);
  await rejectsWith(openAt('sealed?mode=short'), 'io', /bytes and not/);
  await rejectsWith(openAt('sealed?mode=silent'), 'io', /does not say the size/);
  const reader = await openAt('sealed?mode=silent', { size: sealed.length });
  assert.equal(reader.size, PLAINTEXT.length);
  await rejectsWith(openAt('missing'), 'io', /404/);
  await rejectsWith(
    openRange(httpRange('http://127.0.0.1:1/x', { retryDelay: 1 }), key()),
    'io',
    /the request failed/,
  );
  // A size that is not the object's is no length of anything authentic.
  for (const size of [sealed.length - 1, sealed.length - 66])
    assert.notEqual((await openAt('sealed', { size }).catch((error) => error)).code, undefined);
});

test('openRange: a function of the page, presigned addresses, a detached header', async () => {
  const ask = (offset, length, signal) =>
    fetch(`${origin}/objects/sealed`, {
      headers: { Range: `bytes=${offset}-${offset + length - 1}` },
      signal,
    });
  const reader = await openRange(ask, key(), { size: sealed.length });
  assert.deepEqual(await reader.read(5, 10), PLAINTEXT.slice(5, 15));
  let number = 0;
  const signed = await openRange(
    httpRange(async () => `${origin}/objects/sealed?signature=${++number}`),
    key(),
  );
  await signed.read(0, 1);
  assert.ok(number >= 3, 'an address for each request');
  const { headerSize } = await inspect(sealed);
  await put('body', sealed.slice(headerSize));
  const detached = await openAt('body', { header: sealed.slice(0, headerSize) });
  assert.deepEqual(await detached.read(5, 10), PLAINTEXT.slice(5, 15));
  await rejectsWith(openRange(ask, key()), 'invalid_argument', /option size/);
});

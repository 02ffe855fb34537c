// sealwax/kms against OpenBao and roto-aws, which this file starts on free ports of this machine.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { KMS } from '@aws-sdk/client-kms';
import {
  CachingProvider,
  HttpProvider,
  SealwaxError,
  decrypt,
  encrypt,
  inspect,
} from '../dist/node.js';
import { AwsKms, VaultTransit, VaultTransitError } from '../dist/kms.js';
import { BIN, start } from './support/servers.mjs';

const CONTEXT = { tenant: 'acme', purpose: 'tests' };
const TEXT = new TextEncoder().encode('tide table');
const missing = ['bao', 'roto-server'].filter((name) => !existsSync(`${BIN}/${name}`));
const skip =
  missing.length > 0 && `${missing.join(', ')} not in ${BIN}: cargo xtask setup --only python`;

const codeOf = (promise) =>
  promise.then(
    () => 'ok',
    (error) => (error instanceof SealwaxError ? error.code : String(error)),
  );

describe('VaultTransit', { skip }, () => {
  let bao;
  const headers = { 'X-Vault-Token': 'root', 'Content-Type': 'application/json' };
  const admin = async (path, body = {}, method = 'POST') => {
    const response = await fetch(`${bao.url}/v1/${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
    });
    assert.ok(response.ok, `${path}: ${response.status}`);
  };
  before(async () => {
    bao = await start(
      'bao',
      (url) => [
        'server',
        '-dev',
        '-dev-no-store-token',
        '-dev-root-token-id=root',
        `-dev-listen-address=${new URL(url).host}`,
      ],
      '/v1/sys/health',
      200,
    );
    await admin('sys/mounts/transit', { type: 'transit' });
  });
  after(() => bao?.stop());

  for (const [kind, made, options] of [
    ['plain', {}, {}],
    ['data keys of the server', {}, { datakey: true }],
    ['derived', { derived: true }, { derived: true }],
  ]) {
    test(kind, async () => {
      const name = `key-${kind.replaceAll(' ', '-')}`;
      await admin(`transit/keys/${name}`, made);
      const calls = [];
      const counting = (url, init) => {
        calls.push(new URL(url).pathname);
        return fetch(url, init);
      };
      const key = new VaultTransit(name, {
        url: bao.url,
        token: () => 'root',
        fetch: counting,
        ...options,
      });
      const events = [];
      const onKeyEvent = (event) => events.push(event);
      const sealed = await encrypt(TEXT, key, { context: CONTEXT, onKeyEvent }).bytes();
      assert.deepEqual(await decrypt(sealed, key, { onKeyEvent }).bytes(), TEXT);
      const first = options.datakey || options.derived ? 'datakey/plaintext' : 'encrypt';
      // Of a derived key it is found out once that it is one.
      const asked = options.derived ? [first, first] : [first];
      assert.deepEqual(
        calls,
        [...asked, 'decrypt'].map((operation) => `/v1/transit/${operation}/${name}`),
      );
      assert.equal((await inspect(sealed)).wrappedKeys[0].keyId, `transit/keys/${name}`);
      await encrypt(TEXT, key).bytes();
      assert.equal(calls.length, asked.length + 2);
      assert.deepEqual(
        events.map(({ outcome }) => outcome),
        ['ok', 'ok'],
      );
      assert.ok(events.every(({ requestId }) => requestId));
      const forged = Uint8Array.from(sealed);
      forged.set(new TextEncoder().encode('evil'), Buffer.from(sealed).indexOf('acme'));
      assert.equal(await codeOf(decrypt(forged, key).bytes()), 'key_unwrap');
    });
  }

  test('a rotated key opens old objects; a deleted one does not', async () => {
    await admin('transit/keys/rotated');
    const key = new VaultTransit('rotated', { url: bao.url, token: 'root' });
    const old = await encrypt(TEXT, key).bytes();
    await admin('transit/keys/rotated/rotate');
    const young = await encrypt(TEXT, key).bytes();
    for (const sealed of [old, young]) assert.deepEqual(await decrypt(sealed, key).bytes(), TEXT);
    await admin('transit/keys/rotated/soft-delete', {}, 'DELETE');
    await assert.rejects(decrypt(old, key).bytes(), (error) => {
      assert.equal(error.code, 'provider_failed');
      assert.ok(error.cause instanceof VaultTransitError);
      return error.cause.status === 400;
    });
  });

  test('a key that is not derived binds no context', async () => {
    await admin('transit/keys/underived');
    const key = new VaultTransit('underived', { url: bao.url, token: 'root', derived: true });
    for (const keys of [
      key,
      [new VaultTransit('underived', { url: bao.url, token: 'root', datakey: true }), key],
    ]) {
      await assert.rejects(
        encrypt(TEXT, keys, { context: CONTEXT }).bytes(),
        ({ cause }) =>
          cause.code === 'invalid_argument' &&
          cause.message.includes('transit/keys/underived is not a derived key'),
      );
    }
  });

  test('names in what the server says mean nothing', async () => {
    const answering = (status, ...errors) =>
      new VaultTransit('sealed', {
        url: bao.url,
        token: 'root',
        mountPoint: 'invalid-token',
        fetch: async () => new Response(JSON.stringify({ errors }), { status }),
      });
    const outcomeOf = async (key) => {
      const events = [];
      const code = await codeOf(
        decrypt(sealed, key, { onKeyEvent: ({ outcome }) => events.push(outcome) }).bytes(),
      );
      return [code, ...events];
    };
    await admin('transit/keys/sealed');
    const mine = new VaultTransit('sealed', {
      url: bao.url,
      token: 'root',
      keyId: 'invalid-token/keys/sealed',
    });
    const sealed = await encrypt(TEXT, mine).bytes();
    for (const [status, error, ...outcome] of [
      [403, 'policy "invalid token" denies invalid ciphertext', 'provider_failed', 'denied'],
      [
        403,
        '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n',
        'provider_failed',
        'failed',
      ],
      [400, 'no key called message authentication failed', 'provider_failed', 'failed'],
      [400, 'cipher: message authentication failed', 'key_unwrap', 'rejected'],
      [400, 'invalid ciphertext: no prefix', 'key_unwrap', 'rejected'],
    ])
      assert.deepEqual(await outcomeOf(answering(status, error)), outcome, error);
  });

  test('what the server says moves no cursor', async () => {
    const fetching = async () =>
      new Response(JSON.stringify({ errors: ['a\u001b[2Jb\u202ec'] }), { status: 400 });
    const key = new VaultTransit('any', { url: bao.url, token: 'root', fetch: fetching });
    await assert.rejects(encrypt(TEXT, key).bytes(), ({ cause }) => {
      assert.equal(cause.message, 'encrypt: HTTP 400 (a\\u{1b}[2Jb\\u{202e}c)');
      return true;
    });
  });

  test('a token that is none is not shown', async () => {
    for (const token of ['s3cret\nx', 's3 cret', 's3\u001bcret', 's3crét']) {
      const key = new VaultTransit('any', { url: bao.url, token: () => token });
      await assert.rejects(encrypt(TEXT, key).bytes(), (error) => {
        assert.ok(
          ![error, error.cause, error.cause.cause].some((each) => String(each).includes(token)),
        );
        return error.cause.code === 'invalid_argument';
      });
    }
  });

  test('a wrong token', async () => {
    const key = new VaultTransit('any', { url: bao.url, token: 'wrong' });
    await assert.rejects(
      encrypt(TEXT, key).bytes(),
      ({ code, cause }) => code === 'provider_failed' && cause.status === 403,
    );
  });

  test('every use of a key is an event, in the words of every language', async () => {
    await admin('transit/keys/events');
    await admin('sys/policies/acl/nothing', {
      policy: 'path "transit/decrypt/other" { capabilities = ["update"] }',
    });
    const created = await fetch(`${bao.url}/v1/auth/token/create`, {
      method: 'POST',
      headers,
      body: '{"policies":["nothing"]}',
    });
    const narrow = (await created.json()).auth.client_token;
    const of = (token, options) => new VaultTransit('events', { url: bao.url, token, ...options });
    const events = [];
    const options = {
      context: CONTEXT,
      objectName: 'tides.csv',
      onKeyEvent: (event) => events.push(event),
    };
    const cached = new CachingProvider(of('root', { datakey: true }));
    const before = Date.now();
    const sealed = await encrypt(TEXT, cached, options).bytes();
    await encrypt(TEXT, of('root'), options).bytes();
    const again = await encrypt(TEXT, cached, options).bytes();
    for (const bytes of [again, again]) await decrypt(bytes, cached, options).bytes();
    assert.equal(await codeOf(decrypt(sealed, of(narrow), options).bytes()), 'provider_failed');
    assert.equal(
      await codeOf(
        decrypt(
          sealed,
          new VaultTransit('events', { url: 'http://127.0.0.1:9', token: 'root' }),
          options,
        ).bytes(),
      ),
      'provider_failed',
    );
    const forged = Uint8Array.from(sealed);
    forged.set(new TextEncoder().encode('evil'), Buffer.from(sealed).indexOf('acme'));
    assert.equal(
      await codeOf(decrypt(forged, of('root'), { ...options, context: {} }).bytes()),
      'key_unwrap',
    );
    assert.deepEqual(
      events.map(({ operation, outcome }) => `${operation} ${outcome}`),
      [
        'generate ok',
        'wrap ok',
        'cache_hit ok',
        'unwrap ok',
        'cache_hit ok',
        'unwrap denied',
        'unwrap failed',
        'unwrap rejected',
      ],
    );
    for (const event of events) {
      assert.equal(event.providerId, 'vault-transit');
      assert.equal(event.keyId, 'transit/keys/events');
      assert.equal(event.objectName, 'tides.csv');
      assert.equal(event.context.tenant, event.outcome === 'rejected' ? 'evil' : 'acme');
      assert.ok(event.time.getTime() >= before - 1000 && event.durationMs >= 0);
      assert.equal(event.error === undefined, event.outcome === 'ok');
      // OpenBao names a request in answers of success alone.
      assert.equal(
        event.requestId !== undefined,
        event.operation !== 'cache_hit' && event.outcome === 'ok',
      );
    }
    const said = JSON.stringify(events, (_, value) =>
      value instanceof Error ? [String(value), value.cause] : value,
    );
    assert.ok(!said.includes('root') && !said.includes(narrow));
  });

  test('arguments', () => {
    for (const url of ['http://vault.example.org', 'ftp://localhost', 'nonsense']) {
      assert.throws(() => new VaultTransit('key', { url, token: 't' }), {
        code: 'invalid_argument',
      });
      assert.throws(() => new HttpProvider({ url, keyId: 'key' }), { code: 'invalid_argument' });
    }
    for (const mountPoint of ['', '..', 'a/../b', 'a?b', 'a b']) {
      assert.throws(() => new VaultTransit('key', { url: bao.url, token: 't', mountPoint }), {
        code: 'invalid_argument',
      });
    }
    for (const name of ['a/b', '..', 'a?b', 'a b', ''])
      assert.throws(() => new VaultTransit(name, { url: bao.url, token: 't' }), {
        code: 'invalid_argument',
      });
  });
});

describe('AwsKms', { skip }, () => {
  let roto;
  let client;
  before(async () => {
    roto = await start('roto-server', (url) => ['--ephemeral', '--port', new URL(url).port]);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'not-a-secret' };
    client = new KMS({ endpoint: roto.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  });
  after(() => roto?.stop());

  test('with the real SDK', async () => {
    const arns = [];
    for (let n = 0; n < 2; n += 1) arns.push((await client.createKey({})).KeyMetadata.Arn);
    const keys = arns.map((arn) => new AwsKms(arn, client));
    const events = [];
    const sealed = await encrypt(TEXT, keys, {
      context: CONTEXT,
      onKeyEvent: (event) => events.push(event),
    }).bytes();
    assert.deepEqual(events.map(({ operation }) => operation).sort(), ['generate', 'wrap']);
    assert.ok(events.every(({ requestId }) => requestId));
    for (const key of keys) assert.deepEqual(await decrypt(sealed, key).bytes(), TEXT);
    const forged = Uint8Array.from(sealed);
    forged.set(new TextEncoder().encode('evil'), Buffer.from(sealed).indexOf('acme'));
    assert.equal(await codeOf(decrypt(forged, keys[0]).bytes()), 'key_unwrap');
    await client.disableKey({ KeyId: arns[0] });
    await assert.rejects(
      decrypt(sealed, keys[0]).bytes(),
      ({ code, cause }) => code === 'provider_failed' && cause.name === 'DisabledException',
    );
    assert.deepEqual(await decrypt(sealed, keys).bytes(), TEXT);
  });

  test('a client in clear text is for this machine only', async () => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'not-a-secret' };
    const abroad = new KMS({
      endpoint: 'http://kms.example.org',
      region: 'us-east-1',
      credentials,
    });
    abroad.middlewareStack.add(() => () => assert.fail('a request was made'), {
      step: 'initialize',
    });
    const key = new AwsKms('arn:aws:kms:us-east-1:111122223333:key/1', abroad);
    await assert.rejects(
      encrypt(TEXT, key).bytes(),
      ({ code, cause }) => code === 'provider_failed' && cause.code === 'invalid_argument',
    );
    const own = new KMS({ region: 'us-east-1', credentials, maxAttempts: 1 });
    own.middlewareStack.add(() => () => Promise.reject(new Error('asked')), { step: 'initialize' });
    const usual = new AwsKms('arn:aws:kms:us-east-1:111122223333:key/1', own);
    await assert.rejects(encrypt(TEXT, usual).bytes(), ({ cause }) => cause.message === 'asked');
  });

  test('a permission that AWS refuses is denied', async () => {
    const denying = {
      config: client.config,
      generateDataKey: async () => {
        throw Object.assign(new Error('no identity-based policy'), {
          name: 'AccessDeniedException',
          $metadata: { requestId: 'r-1' },
        });
      },
      encrypt() {},
      decrypt() {},
    };
    const events = [];
    const key = new AwsKms('arn:aws:kms:us-east-1:111122223333:key/1', denying);
    await assert.rejects(
      encrypt(TEXT, key, { onKeyEvent: (event) => events.push(event) }).bytes(),
      { code: 'provider_failed' },
    );
    assert.deepEqual(
      events.map(({ operation, outcome, requestId }) => [operation, outcome, requestId]),
      [['generate', 'denied', 'r-1']],
    );
  });

  test('names of keys', () => {
    const arn = (region, id) => `arn:aws:kms:${region}:111122223333:key/${id}`;
    const key = new AwsKms(arn('eu-west-1', 'mrk-1'), client);
    assert.ok(key.accepts(arn('us-east-1', 'mrk-1')));
    assert.ok(!key.accepts(arn('us-east-1', 'mrk-2')));
    assert.ok(!new AwsKms(arn('eu-west-1', '1'), client).accepts(arn('us-east-1', '1')));
    assert.throws(() => new AwsKms('alias/orders', client), { code: 'invalid_argument' });
  });
});

// sealwax/kms against OpenBao and roto-aws, which this file starts on free ports of this machine.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { KMS } from '@aws-sdk/client-kms';
import { SealwaxError, decrypt, encrypt, inspect } from '../dist/node.js';
import { AwsKms, VaultTransit, VaultTransitError } from '../dist/kms.js';

const BIN = process.env.SEALWAX_KMS_BIN ?? fileURLToPath(new URL('../../target/tools/venv/bin', import.meta.url));
const CONTEXT = { tenant: 'acme', purpose: 'tests' };
const TEXT = new TextEncoder().encode('tide table');
const missing = ['bao', 'roto-server'].filter((name) => !existsSync(`${BIN}/${name}`));
const skip = missing.length > 0 && `${missing.join(', ')} not in ${BIN}: cargo xtask setup --only python`;

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

async function start(name, argumentsOf) {
  const url = `http://127.0.0.1:${await freePort()}`;
  const server = spawn(`${BIN}/${name}`, argumentsOf(url), { stdio: 'ignore' });
  process.once('exit', () => server.kill());
  for (let tries = 0; tries < 600; tries += 1) {
    if (await fetch(url).then(() => true, () => false)) return { url, stop: () => server.kill() };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  server.kill();
  throw new Error(`${name} did not start`);
}

const codeOf = (promise) => promise.then(() => 'ok', (error) => (error instanceof SealwaxError ? error.code : String(error)));

describe('VaultTransit', { skip }, () => {
  let bao;
  const headers = { 'X-Vault-Token': 'root', 'Content-Type': 'application/json' };
  const admin = async (path, body = {}, method = 'POST') => {
    const response = await fetch(`${bao.url}/v1/${path}`, { method, headers, body: JSON.stringify(body) });
    assert.ok(response.ok, `${path}: ${response.status}`);
  };
  before(async () => {
    bao = await start('bao', (url) => ['server', '-dev', '-dev-no-store-token', '-dev-root-token-id=root', `-dev-listen-address=${new URL(url).host}`]);
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
      const key = new VaultTransit(name, { url: bao.url, token: () => 'root', fetch: counting, ...options });
      const events = [];
      const onKeyEvent = (event) => events.push(event);
      const sealed = await encrypt(TEXT, key, { context: CONTEXT, onKeyEvent }).bytes();
      assert.deepEqual(await decrypt(sealed, key, { onKeyEvent }).bytes(), TEXT);
      const first = options.datakey || options.derived ? 'datakey/plaintext' : 'encrypt';
      assert.deepEqual(calls, [`/v1/transit/${first}/${name}`, `/v1/transit/decrypt/${name}`]);
      assert.equal((await inspect(sealed)).wrappedKeys[0].keyId, `transit/keys/${name}`);
      assert.equal(calls.length, 2);
      assert.deepEqual(events.map(({ outcome }) => outcome), ['ok', 'ok']);
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

  test('a wrong token', async () => {
    const key = new VaultTransit('any', { url: bao.url, token: 'wrong' });
    await assert.rejects(encrypt(TEXT, key).bytes(), ({ code, cause }) => code === 'provider_failed' && cause.status === 403);
  });

  test('arguments', () => {
    for (const url of ['http://vault.example.org', 'ftp://localhost', 'nonsense']) {
      assert.throws(() => new VaultTransit('key', { url, token: 't' }), { code: 'invalid_argument' });
    }
    assert.throws(() => new VaultTransit('a/b', { url: bao.url, token: 't' }), { code: 'invalid_argument' });
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
    const sealed = await encrypt(TEXT, keys, { context: CONTEXT, onKeyEvent: (event) => events.push(event) }).bytes();
    assert.deepEqual(events.map(({ operation }) => operation).sort(), ['generate', 'wrap']);
    assert.ok(events.every(({ requestId }) => requestId));
    for (const key of keys) assert.deepEqual(await decrypt(sealed, key).bytes(), TEXT);
    const forged = Uint8Array.from(sealed);
    forged.set(new TextEncoder().encode('evil'), Buffer.from(sealed).indexOf('acme'));
    assert.equal(await codeOf(decrypt(forged, keys[0]).bytes()), 'key_unwrap');
    await client.disableKey({ KeyId: arns[0] });
    await assert.rejects(decrypt(sealed, keys[0]).bytes(), ({ code, cause }) => code === 'provider_failed' && cause.name === 'DisabledException');
    assert.deepEqual(await decrypt(sealed, keys).bytes(), TEXT);
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

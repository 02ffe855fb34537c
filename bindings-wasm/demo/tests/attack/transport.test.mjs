// Below the requests: where they come from, whose they are, how they are sent.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { addressOf, Limits } from '../../server/limits.mjs';
import { originsOf } from '../../server/server.mjs';
import { client, raw } from '../support/client.mjs';
import { withServer } from '../support/server.mjs';
import { listUploads } from '../support/store.mjs';
import { world } from '../support/world.mjs';

const head = (demo, lines) =>
  `POST /api/objects/list HTTP/1.1\r\nHost: ${new URL(demo.url).host}\r\nOrigin: ${demo.url}\r\nContent-Type: application/json\r\n${lines}\r\n`;

test('another site gets nothing done: origin, type, host name and the name of the user are all asked for', async () => {
  const alice = await client('alice');
  const { demo } = alice;
  const list = (headers) => alice.post('/api/objects/list', { space: 'vault', limit: 1 }, headers);
  assert.equal((await list({})).status, 200);
  for (const origin of [
    'http://elsewhere.example',
    'null',
    '',
    `${demo.url}.elsewhere.example`,
    demo.url.replace('http', 'https'),
    `${demo.url}, ${demo.url}`,
  ]) {
    assert.equal((await list({ Origin: origin })).status, 403, origin);
  }
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonx',
    '',
  ]) {
    assert.equal((await list({ 'Content-Type': type })).status, 400, type);
  }
  assert.deepEqual(
    [
      (await list({ 'Sealwax-User': '' })).status,
      (await list({ 'Sealwax-User': 'alice, alice' })).status,
    ],
    [409, 409],
  );
  const rebound = await raw(
    demo,
    `GET /api/session HTTP/1.1\r\nHost: evil.example:${new URL(demo.url).port}\r\nCookie: ${alice.cookie}\r\nConnection: close\r\n\r\n`,
  );
  assert.equal(rebound.status, 403);
});

test("the page is accepted under all of its own names, with the scheme's port and without", async () => {
  assert.deepEqual(originsOf({ host: 'files.example', port: 443, tls: {} }), [
    'https://files.example',
  ]);
  assert.deepEqual(originsOf({ host: 'files.example', port: 8443, tls: {} }), [
    'https://files.example:8443',
  ]);
  assert.deepEqual(originsOf({ host: '::1', port: 80 }), [
    'http://[::1]',
    'http://127.0.0.1',
    'http://localhost',
  ]);
  const alice = await client('alice');
  const origin = alice.demo.url.replace('127.0.0.1', 'localhost');
  const { port } = new URL(origin);
  const body = '{"space":"vault","limit":1}';
  const { status } = await raw(
    alice.demo,
    `POST /api/objects/list HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: ${origin}\r\nContent-Type: application/json\r\n` +
      `Cookie: ${alice.cookie}\r\nSealwax-User: alice\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  assert.equal(status, 200);
});

test('only the paths of the API are its paths', async () => {
  const alice = await client('alice');
  const { host } = new URL(alice.demo.url);
  for (const path of [
    '//api/objects/list',
    '/api//objects/list',
    '/api/objects/list/',
    '/api/objects/list?x',
    '/api/objects/./list',
    '/api/x/../objects/list',
    '/api%2fobjects/list',
    '/API/objects/list',
    '/api/objects/list%00',
    '/api/objects\\list',
    '/api/objects/list;x',
    `http://${host}/api/objects/list`,
    '*',
  ]) {
    const { status } = await raw(
      alice.demo,
      `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${alice.demo.url}\r\nContent-Type: application/json\r\n` +
        `Cookie: ${alice.cookie}\r\nSealwax-User: alice\r\nContent-Length: 27\r\nConnection: close\r\n\r\n{"space":"vault","limit":1}`,
    );
    assert.equal(status, 404, path);
  }
});

test('requests that two readers of HTTP would cut differently are refused', async () => {
  const { demo } = await world();
  const cases = {
    'two lengths': 'Content-Length: 2\r\nContent-Length: 3\r\n',
    'length and chunks': 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n',
    'odd chunks': 'Transfer-Encoding: xchunked\r\n',
    'a space before the colon': 'Content-Length : 2\r\n',
    'a folded line': 'X-A: b\r\n c\r\nContent-Length: 2\r\n',
    'a signed length': 'Content-Length: +2\r\n',
    'a bare line feed': 'X-A: b\nX-B: c\r\nContent-Length: 2\r\n',
    'a null': 'X-A: a\0b\r\nContent-Length: 2\r\n',
  };
  for (const [what, lines] of Object.entries(cases)) {
    const { status } = await raw(demo, `${head(demo, lines)}{}`);
    assert.equal(status, 400, what);
  }
});

test('a session is never one that somebody chose, and ends when its browser signs in anew', async () => {
  const nobody = await client();
  nobody.cookie = 'session=chosen-by-somebody-else';
  const { headers } = await nobody.post('/api/session', { user: 'alice' });
  assert.doesNotMatch(headers.get('set-cookie'), /chosen/);
  nobody.user = 'alice';
  assert.equal((await nobody.post('/api/objects/list', { space: 'vault', limit: 1 })).status, 401);

  const alice = await client('alice');
  const old = alice.cookie;
  const list = (cookie, user) =>
    alice.post(
      '/api/objects/list',
      { space: 'vault', limit: 1 },
      { Cookie: cookie, 'Sealwax-User': user },
    );
  assert.equal((await list(old, 'alice')).status, 200);
  assert.equal(
    (await list(`session=planted; ${old}`, 'alice')).status,
    401,
    'a cookie beside the real one',
  );
  await alice.signIn('bob');
  assert.equal((await list(old, 'alice')).status, 401, 'the session before');
  assert.equal((await list(alice.cookie, 'alice')).status, 409, 'a tab that still shows Alice');
  assert.equal((await list(alice.cookie, 'bob')).status, 200);
  assert.equal(
    (await alice.send('DELETE', '/api/session', {}, { 'Sealwax-User': 'alice' })).status,
    409,
    'nor can it sign Bob out',
  );
  assert.equal((await alice.send('DELETE', '/api/session', {})).status, 200);
  assert.equal((await list(alice.cookie, 'bob')).status, 401);
});

test('a session ends by itself', async () => {
  await withServer({ sessionSeconds: 1 }, async (demo) => {
    const alice = await client('alice', demo);
    await sleep(1_100);
    const { status } = await alice.post('/api/objects/list', { space: 'vault', limit: 1 });
    assert.deepEqual([status, (await alice.send('GET', '/api/session')).status], [401, 401]);
  });
});

test('two tabs race: what one user began, another never goes on with, and signing out removes it', async () => {
  const tab = await client('alice');
  const { id } = await tab.create();
  const {
    body: { uploadId },
  } = await tab.post('/api/uploads/begin', { object: id });
  assert.ok((await listUploads(tab.demo)).includes(uploadId));
  const requests = Array.from({ length: 20 }, () =>
    tab.post('/api/uploads/parts', { object: id, uploadId, from: 1, count: 1 }),
  );
  const {
    body: { results },
  } = await tab.post('/api/objects', { space: 'vault', count: 5 });
  requests.push(
    ...results.map(({ value }) => tab.post('/api/uploads/begin', { object: value.id })),
  );
  const other = { ...tab, user: 'bob' };
  const [answers] = await Promise.all([
    Promise.all(requests),
    tab.post('/api/session', { user: 'bob' }, { 'Sealwax-User': other.user }),
  ]);
  for (const { status } of answers) assert.ok(status === 200 || status === 401, `${status}`);
  assert.deepEqual(await listUploads(tab.demo), [], 'an upload is still there');
});

test('large bodies are refused without being read, slow ones are not waited for', async () => {
  const alice = await client('alice');
  const big = await alice.post('/api/objects', `"${'x'.repeat(70_000)}"`);
  assert.deepEqual([big.status, big.body.error], [413, 'too_large']);
  const announced = await raw(
    alice.demo,
    head(
      alice.demo,
      `Cookie: ${alice.cookie}\r\nSealwax-User: alice\r\nContent-Length: 99999999999\r\n`,
    ),
  );
  assert.equal(announced.status, 413);
  const chunked = await raw(
    alice.demo,
    `${head(alice.demo, `Cookie: ${alice.cookie}\r\nSealwax-User: alice\r\nTransfer-Encoding: chunked\r\n`)}${`4000\r\n${' '.repeat(0x4000)}\r\n`.repeat(8)}`,
  );
  assert.equal(chunked.status, 413);
  // Who has no session is not listened to at all.
  const stranger = await raw(
    alice.demo,
    head(alice.demo, 'Sealwax-User: alice\r\nContent-Length: 1000\r\n'),
  );
  assert.equal(stranger.status, 401);
  await withServer(
    { times: { headersTimeout: 1_000, requestTimeout: 2_000, connectionsCheckingInterval: 100 } },
    async (demo) => {
      const slow = await client('alice', demo);
      const body = await raw(
        demo,
        head(demo, `Cookie: ${slow.cookie}\r\nSealwax-User: alice\r\nContent-Length: 27\r\n`),
      );
      assert.ok(body.milliseconds < 30_000);
      assert.notEqual(body.status, 200);
      const headers = await raw(demo, 'POST /api/session HTTP/1.1\r\nHost: x\r\nX-A');
      assert.ok(headers.milliseconds < 30_000);
    },
  );
});

test('nobody gets more than their share, and a flood is one line in the trail', async () => {
  const limits = {
    sign: { burst: 5, perSecond: 0.01 },
    signIn: { burst: 1, perSecond: 0.01 },
    rotate: { burst: 1, perSecond: 0.01 },
  };
  await withServer({ limits }, async (demo) => {
    const alice = await client('alice', demo);
    const create = (count) => alice.post('/api/objects', { space: 'vault', count });
    assert.equal((await create(5)).status, 200);
    const before = demo.audit.all().length;
    for (let tries = 0; tries < 10; tries += 1) {
      const { status, headers, body } = await create(1);
      assert.deepEqual([status, body.error], [429, 'too_many']);
      assert.ok(Number(headers.get('retry-after')) >= 1);
    }
    assert.equal(demo.audit.all().length, before + 1);
    const bob = await client('bob', demo);
    assert.equal(
      (await bob.post('/api/objects', { space: 'vault', count: 5 })).status,
      200,
      'another user has a share of their own',
    );
    await client('carol', demo);
    await client('alice', demo);
    assert.equal(
      (await bob.post('/api/session', { user: 'bob' })).status,
      429,
      'four people at one address',
    );
    assert.equal((await bob.post('/api/keys/rotate', { key: 'vault' })).status, 200);
    assert.equal((await bob.post('/api/keys/rotate', { key: 'vault' })).status, 429);
  });
});

test('whoever floods the backend with what it refuses does not fill the trail', async () => {
  await withServer({ limits: { refusal: { burst: 1, perSecond: 0.01 } } }, async (demo) => {
    const alice = await client('alice', demo);
    const stranger = await client(undefined, demo);
    const before = demo.audit.all().length;
    for (let tries = 0; tries < 50; tries += 1) await stranger.post('/api/nowhere', {});
    assert.deepEqual(
      demo.audit
        .all()
        .slice(before)
        .map(({ detail }) => detail),
      [...Array(4).fill('not_found'), 'too_many'],
    );
    assert.equal((await stranger.post('/api/nowhere', {})).status, 429);
    assert.equal(
      (await alice.post('/api/objects/list', { space: 'vault', limit: 1 })).status,
      200,
      'who is not refused is served',
    );
  });
});

test('one address does not take all connections', async () => {
  await withServer({ connections: { perAddress: 4 } }, async (demo) => {
    const { host, port } = new URL(demo.url);
    const open = Array.from({ length: 4 }, () => connect(Number(port), '127.0.0.1'));
    await Promise.all(open.map((socket) => once(socket, 'connect')));
    const request = `GET /api/users HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    assert.equal((await raw(demo, request)).answer, '');
    for (const socket of open) socket.destroy();
    while ((await raw(demo, request)).status !== 200) await sleep(20);
  });
});

test('limits fill again with time, and count a network of IPv6 as one address', () => {
  let now = 0;
  const limits = new Limits({ sign: { burst: 2, perSecond: 1 } }, () => now);
  const who = { user: { id: 'alice' }, address: '::1' };
  limits.take('sign', who, 2);
  assert.throws(() => limits.take('sign', who), { status: 429, retryAfter: 1 });
  now += 1_000;
  limits.take('sign', who);
  assert.throws(() => limits.take('sign', who, 3), { status: 429 });
  const address = (remoteAddress) => addressOf({ socket: { remoteAddress } });
  assert.equal(address('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(address('2001:db8::1'), address('2001:db8:0:0:ffff::2'));
  assert.notEqual(address('2001:db8::1'), address('2001:db8:0:1::1'));
});

test('who has many addresses does not get the share of a user anew', () => {
  const limits = new Limits({ sign: { burst: 1, perSecond: 0.001 } }, () => 0);
  const user = { id: 'alice' };
  limits.take('sign', { user, address: '2001:db8:0:0' });
  for (let network = 1; network <= 20_001; network += 1)
    limits.take('sign', { address: `2001:db8:0:${network.toString(16)}` });
  assert.throws(() => limits.take('sign', { user, address: '2001:db8:1:0' }), { status: 429 });
});

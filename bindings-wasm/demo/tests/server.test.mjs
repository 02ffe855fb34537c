// The backend without a browser: who may do what, and what it says.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';

import { isUnbroken } from '../server/audit.mjs';
import { world } from './support/world.mjs';

const ENDPOINTS = { create: {}, parts: { uploadId: 'x', from: 1, count: 1 }, complete: { uploadId: 'x' },
  abort: { uploadId: 'x' }, 'put-header': {}, 'replace-header': { etag: '"x"' }, 'get-header': {},
  'get-body': {}, 'head-body': {} };

/** A client with a cookie, as a program would be one. */
async function client(user) {
  const { demo } = await world();
  let cookie = '';
  const post = async (path, body, headers = {}) => {
    const response = await fetch(demo.url + path, {
      method: 'POST',
      headers: { Origin: demo.url, 'Content-Type': 'application/json', Cookie: cookie, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  if (user) {
    const { headers } = await post('/api/session', { user });
    cookie = headers.get('set-cookie').split(';')[0];
  }
  return { post, demo };
}

async function objectOf(user, space = 'vault') {
  const owner = await client(user);
  const { body } = await owner.post('/api/objects', { space });
  return { owner, ...body };
}

test('every answer has a strict policy, and the page may talk to the store and the key service only', async () => {
  const { demo } = await world();
  for (const path of ['/', '/app.mjs', '/api/session', '/nothing']) {
    const { headers } = await fetch(demo.url + path);
    const policy = headers.get('content-security-policy');
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'(;|$)/);
    assert.ok(policy.includes(`connect-src 'self' ${demo.fronts.store.url} ${demo.fronts.kms.url};`));
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|\*/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
  }
});

test('no path leads out of the served folders', async () => {
  const { demo } = await world();
  const { port } = new URL(demo.url);
  const status = (path) => new Promise((resolve, reject) => {
    // Not fetch, which would tidy the path before it sends it.
    request({ host: '127.0.0.1', port, path }, (response) => resolve(response.resume().statusCode)).on('error', reject).end();
  });
  assert.equal(await status('/view/dom.mjs'), 200);
  for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/view/../../demo.mjs', '//etc/passwd']) {
    assert.equal(await status(path), 404, path);
  }
});

test('without a session nothing is signed and no key is unwrapped', async () => {
  const { id, context } = await objectOf('alice');
  const { post } = await client();
  for (const [path, body] of [['/api/objects', { space: 'vault' }], ['/api/objects/sign', { object: id, action: 'get-body' }],
    ['/api/keys/unwrap', { context, wrappedDek: 'x' }], ['/api/keys/generate', { context }], ['/api/keys/rotate', { key: 'vault' }]]) {
    const { status, body: { error: code } } = await post(path, body);
    assert.deepEqual([status, code], [401, 'not_signed_in'], path);
  }
});

test('the session cookie is out of reach of scripts and other sites', async () => {
  const { demo } = await world();
  const { post } = await client();
  const { headers } = await post('/api/session', { user: 'alice' });
  assert.match(headers.get('set-cookie'), /^session=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Strict$/);
  const foreign = await post('/api/session', { user: 'alice' }, { Origin: 'http://elsewhere.example' });
  assert.equal(foreign.status, 403);
  const none = await fetch(`${demo.url}/api/session`, { method: 'POST', body: '{}' });
  assert.equal(none.status, 403);
});

test('a stranger gets no URL for any action on an object, and the attempt is in its trail', async () => {
  const { owner, id } = await objectOf('alice');
  const bob = await client('bob');
  for (const [action, details] of Object.entries(ENDPOINTS)) {
    const { status, body } = await bob.post('/api/objects/sign', { object: id, action, ...details });
    assert.deepEqual([status, body.error], [403, 'forbidden'], action);
  }
  const { body: { entries } } = await owner.post('/api/objects/audit', { object: id });
  const refused = entries.filter(({ actor, outcome }) => actor === 'bob' && outcome === 'refused');
  assert.equal(refused.length, Object.keys(ENDPOINTS).length);
  assert.equal((await bob.post('/api/objects/audit', { object: id })).status, 403);
});

test('a key opens for its owner and its object alone', async () => {
  const { owner, context } = await objectOf('alice');
  const made = await owner.post('/api/keys/generate', { context });
  assert.equal(made.status, 200);
  const { wrappedDek } = made.body;
  assert.equal((await owner.post('/api/keys/unwrap', { context, wrappedDek })).body.dek, made.body.dek);

  const bob = await client('bob');
  const stolen = await bob.post('/api/keys/unwrap', { context, wrappedDek });
  assert.deepEqual([stolen.status, stolen.body.error], [403, 'forbidden']);
  // Bob presents Alice's wrapped key with a context of his own: the key service refuses it.
  const his = await objectOf('bob');
  const relabelled = await his.owner.post('/api/keys/unwrap', { context: his.context, wrappedDek });
  assert.deepEqual([relabelled.status, relabelled.body.error], [422, 'key_unwrap']);
  const forged = await bob.post('/api/keys/unwrap', { context: { ...context, owner: 'bob' }, wrappedDek });
  assert.equal(forged.status, 403);
});

test('the backend opens nothing of the inbox', async () => {
  const { owner, context } = await objectOf('alice', 'inbox');
  for (const path of ['generate', 'wrap', 'unwrap']) {
    const { status } = await owner.post(`/api/keys/${path}`, { context, dek: 'x', wrappedDek: 'x' });
    assert.equal(status, 403, path);
  }
  const { demo } = await world();
  const direct = await fetch(`${demo.bao.url}/v1/transit/decrypt/inbox`, {
    method: 'POST', headers: { 'X-Vault-Token': demo.bao.token }, body: JSON.stringify({ ciphertext: 'vault:v1:AAAA' }),
  });
  assert.equal(direct.status, 403);
});

test('malformed requests are refused with 400 and leave no trace of their content', async () => {
  const { owner, id, context } = await objectOf('alice');
  const cases = [['/api/objects', '{'], ['/api/objects', '[]'], ['/api/objects', { space: 'attic' }],
    ['/api/objects/sign', { object: '../../x', action: 'get-body' }], ['/api/objects/sign', { object: id, action: 'constructor' }],
    ['/api/objects/sign', { object: id, action: 'parts', uploadId: 'x', from: 0, count: 1 }],
    ['/api/objects/sign', { object: id, action: 'parts', uploadId: 'x', from: 1, count: 101 }],
    ['/api/objects/sign', { object: id, action: 'complete' }], ['/api/keys/unwrap', { context: { ...context, extra: 'x' }, wrappedDek: 'x' }],
    ['/api/keys/rotate', { key: 'attic' }], ['/api/session', { user: 'mallory' }]];
  for (const [path, body] of cases) {
    const answer = await owner.post(path, body);
    assert.deepEqual([answer.status, answer.body.error], [400, 'bad_request'], `${path} ${JSON.stringify(body)}`);
  }
  assert.equal((await owner.post('/api/objects', `"${'x'.repeat(70_000)}"`)).status, 413);
});

test('a signed URL does one thing: another key, another method and another condition are refused', async () => {
  const { owner, id } = await objectOf('alice');
  const signed = (await owner.post('/api/objects/sign', { object: id, action: 'put-header' })).body;
  const other = await objectOf('alice');
  const moved = signed.url.replace(id, other.id);
  assert.notEqual(moved, signed.url);
  assert.equal((await fetch(moved, { method: 'PUT', headers: signed.headers, body: 'x' })).status, 403);
  assert.equal((await fetch(signed.url, { method: 'DELETE', headers: signed.headers })).status, 403);
  assert.equal((await fetch(signed.url, { method: 'PUT', body: 'x' })).status, 403);
  assert.equal((await fetch(signed.url, { method: 'PUT', headers: signed.headers, body: 'x' })).status, 200);
  // The condition that was signed lets no one overwrite a header.
  assert.equal((await fetch(signed.url, { method: 'PUT', headers: signed.headers, body: 'y' })).status, 412);
});

test('the audit trail is a chain: a line that is changed or missing shows', async () => {
  const { demo } = await world();
  const { id } = await objectOf('alice');
  const all = demo.audit.all();
  assert.ok(isUnbroken(all));
  assert.equal(demo.audit.of(id).length, 1);
  const changed = all.map((entry, index) => (index === 0 ? { ...entry, actor: 'nobody' } : entry));
  assert.ok(!isUnbroken(changed));
  assert.ok(!isUnbroken(all.filter((_, index) => index !== 0)));
});

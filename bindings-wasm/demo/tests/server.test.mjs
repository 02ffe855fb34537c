// The backend without a browser: who may do what, and what it says.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';

import { isUnbroken } from '../server/audit.mjs';
import { ObjectId } from '../server/objects.mjs';
import { client, objectOf } from './support/client.mjs';
import { world } from './support/world.mjs';

const ACTIONS = ['get-header', 'get-body', 'head-body', 'put-body'];
const HEADER = Buffer.from('no header').toString('base64');
/** Everything else that is asked about an object. */
const ROUTES = {
  '/api/uploads/begin': {},
  '/api/uploads/parts': { uploadId: 'x', from: 1, count: 1 },
  '/api/uploads/complete': { uploadId: 'x', size: 1, etags: ['"x"'] },
  '/api/uploads/abort': { uploadId: 'x' },
  '/api/objects/replace-header': { header: HEADER, etag: '"x"' },
  '/api/objects/audit': {},
};

test('every answer has a strict policy, and the page may talk to the store and the key service only', async () => {
  const { demo } = await world();
  for (const path of ['/', '/app.mjs', '/api/session', '/nothing']) {
    const { headers } = await fetch(demo.url + path);
    const policy = headers.get('content-security-policy');
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'(;|$)/);
    assert.ok(
      policy.includes(`connect-src 'self' ${demo.fronts.store.url} ${demo.fronts.kms.url};`),
    );
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|\*/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
  }
});

test('no path leads out of the served folders', async () => {
  const { demo } = await world();
  const { port } = new URL(demo.url);
  const status = (path) =>
    new Promise((resolve, reject) => {
      // Not fetch, which would tidy the path before it sends it.
      request({ host: '127.0.0.1', port, path }, (response) =>
        resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end();
    });
  assert.equal(await status('/view/dom.mjs'), 200);
  for (const path of [
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/view/../../demo.mjs',
    '//etc/passwd',
  ]) {
    assert.equal(await status(path), 404, path);
  }
});

test('files and the way to them are only read: another method is refused, not redirected', async () => {
  const { demo } = await world();
  for (const path of ['/', '/files/', '/app.mjs']) {
    const { status } = await fetch(demo.url + path, { method: 'POST', redirect: 'manual' });
    assert.equal(status, 404, path);
  }
  assert.equal((await fetch(`${demo.url}/`, { redirect: 'manual' })).status, 302);
});

test('without a session nothing is signed and no key is unwrapped', async () => {
  const { id, context } = await objectOf('alice');
  const nobody = await client();
  const keyId = 'transit/keys/vault';
  const routes = {
    '/api/objects': { space: 'vault', count: 1 },
    '/api/objects/list': { space: 'vault', limit: 1 },
    '/api/objects/sign': { requests: [{ object: id, action: 'get-body' }] },
    '/api/objects/hand-in': { requests: [{ object: id, header: HEADER }] },
    '/api/keys/unwrap': { keyId, context, wrappedDek: 'AAAA' },
    '/api/keys/generate': { keyId, context },
    '/api/keys/rotate': { key: 'vault' },
  };
  for (const [path, details] of Object.entries(ROUTES)) routes[path] = { object: id, ...details };
  for (const [path, body] of Object.entries(routes)) {
    const {
      status,
      body: { error: code },
    } = await nobody.post(path, body);
    assert.deepEqual([status, code], [401, 'not_signed_in'], path);
  }
});

test('the session cookie is out of reach of scripts and other sites', async () => {
  const { demo } = await world();
  const nobody = await client();
  const { headers } = await nobody.post('/api/session', { user: 'alice' });
  assert.match(
    headers.get('set-cookie'),
    /^session=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  const foreign = await nobody.post(
    '/api/session',
    { user: 'alice' },
    { Origin: 'http://elsewhere.example' },
  );
  assert.equal(foreign.status, 403);
  const none = await fetch(`${demo.url}/api/session`, { method: 'POST', body: '{}' });
  assert.equal(none.status, 403);
});

test('a stranger gets nothing signed or done for an object, and each attempt is in its trail', async () => {
  const { owner, id } = await objectOf('alice');
  const bob = await client('bob');
  for (const action of ACTIONS) {
    assert.deepEqual(await bob.sign(id, action), { status: 403, error: 'forbidden' }, action);
  }
  assert.deepEqual(await bob.one('/api/objects/hand-in', { object: id, header: HEADER }), {
    status: 403,
    error: 'forbidden',
  });
  for (const [path, details] of Object.entries(ROUTES)) {
    const { status, body } = await bob.post(path, { object: id, ...details });
    assert.deepEqual([status, body.error], [403, 'forbidden'], path);
  }
  const {
    body: { entries },
  } = await owner.post('/api/objects/audit', { object: id });
  const refused = entries
    .filter(({ actor, outcome }) => actor === 'bob' && outcome === 'refused')
    .map(({ action }) => action);
  assert.deepEqual(refused, [
    ...ACTIONS.map((action) => `sign ${action}`),
    'hand in',
    'begin upload',
    'sign parts',
    'complete upload',
    'abort upload',
    'replace header',
    'read trail',
  ]);
});

test('a key opens for its owner and its object alone', async () => {
  const { owner, context } = await objectOf('alice');
  const keyId = 'transit/keys/vault';
  const made = await owner.post('/api/keys/generate', { keyId, context });
  assert.equal(made.status, 200);
  const { wrappedDek } = made.body;
  assert.equal(
    (await owner.post('/api/keys/unwrap', { keyId, context, wrappedDek })).body.dek,
    made.body.dek,
  );

  const bob = await client('bob');
  const stolen = await bob.post('/api/keys/unwrap', { keyId, context, wrappedDek });
  assert.deepEqual([stolen.status, stolen.body.error], [403, 'forbidden']);
  // Bob presents Alice's wrapped key with a context of his own: the key service refuses it.
  const his = await objectOf('bob');
  const relabelled = await his.owner.post('/api/keys/unwrap', {
    keyId,
    context: his.context,
    wrappedDek,
  });
  assert.deepEqual([relabelled.status, relabelled.body.error], [422, 'key_unwrap']);
  const forged = await bob.post('/api/keys/unwrap', {
    keyId,
    context: { ...context, owner: 'bob' },
    wrappedDek,
  });
  assert.deepEqual([forged.status, forged.body.error], [400, 'bad_request']);
});

test('the backend opens nothing of the inbox', async () => {
  const { owner, context } = await objectOf('alice', 'inbox');
  const fields = { keyId: 'transit/keys/vault', context };
  const dek = Buffer.alloc(32).toString('base64');
  for (const [path, body] of [
    ['generate', fields],
    ['wrap', { ...fields, dek }],
    ['unwrap', { ...fields, wrappedDek: dek }],
  ]) {
    assert.equal((await owner.post(`/api/keys/${path}`, body)).status, 403, path);
  }
  const { demo } = await world();
  const direct = await fetch(`${demo.bao.url}/v1/transit/decrypt/inbox`, {
    method: 'POST',
    headers: { 'X-Vault-Token': demo.bao.token },
    body: JSON.stringify({ ciphertext: 'vault:v1:AAAA' }),
  });
  assert.equal(direct.status, 403);
});

test('a signed URL does one thing: another key, another method and another condition are refused', async () => {
  const { owner, id } = await objectOf('alice');
  const { value: signed } = await owner.sign(id, 'put-body');
  const other = await objectOf('alice');
  const moved = signed.url.replace(id, other.id);
  assert.notEqual(moved, signed.url);
  const put = (url, headers, method = 'PUT') =>
    fetch(url, { method, headers, body: method === 'PUT' ? 'x' : undefined });
  assert.equal((await put(moved, signed.headers)).status, 403);
  assert.equal((await put(signed.url, signed.headers, 'DELETE')).status, 403);
  assert.equal((await put(signed.url, {})).status, 403);
  assert.equal((await put(signed.url, { 'If-Match': '*' })).status, 403);
  assert.equal((await put(signed.url, signed.headers)).status, 200);
  // The condition that was signed lets no one overwrite a body.
  assert.equal((await put(signed.url, signed.headers)).status, 412);
});

test('the audit trail is a chain: a line that is changed or missing shows', async () => {
  const { demo } = await world();
  const { id } = await objectOf('alice');
  const all = demo.audit.all();
  assert.ok(isUnbroken(all));
  assert.equal(demo.audit.of(ObjectId.parse(id)).length, 1);
  const changed = all.map((entry, index) =>
    index === 0 ? { ...entry, actor: 'nobody', action: 'list' } : entry,
  );
  assert.ok(!isUnbroken(changed));
  assert.ok(!isUnbroken(all.filter((_, index) => index !== 0)));
});

test('the store obeys nobody past its S3 interface: not who reads, writes, deletes or assigns', async () => {
  const { owner, id } = await objectOf('alice');
  const { value } = await owner.sign(id, 'put-body');
  await fetch(value.url, { method: 'PUT', headers: value.headers, body: 'sealed' });
  const form = new FormData();
  form.append('file', new Blob(['forged']));
  const requests = [
    ['GET', '/col/delete?collection=sealwax-demo'],
    ['GET', '/dir/assign?collection=sealwax-demo'],
    ['GET', `/buckets/sealwax-demo/${id}/body`],
    ['POST', `/buckets/sealwax-demo/${id}/body`, form],
    ['DELETE', '/buckets/sealwax-demo/?recursive=true'],
    ['GET', '/1,01'],
    ['POST', '/1,01', form],
  ];
  const parts = owner.demo.weed.parts.filter(({ name }) => !name.endsWith('grpc'));
  for (const { name, port } of parts) {
    for (const [method, path, body] of requests) {
      const { status } = await fetch(`http://127.0.0.1:${port}${path}`, { method, body });
      assert.ok(
        [400, 401, 404].includes(status),
        `${name}: ${method} ${path} is answered ${status}`,
      );
    }
  }
  const { value: read } = await owner.sign(id, 'get-body');
  assert.equal(await (await fetch(read.url)).text(), 'sealed');
});

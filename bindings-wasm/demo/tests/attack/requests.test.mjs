// Requests that say one thing to one reader and another to the next: ids that a URL would
// normalise, values of other types, fields that nobody asked for.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AwsClient } from 'aws4fetch';

import { AuditTrail } from '../../server/audit.mjs';
import { ObjectId } from '../../server/objects.mjs';
import { Signer } from '../../server/signer.mjs';
import { client, objectOf } from '../support/client.mjs';
import { listUploads } from '../support/store.mjs';
import { watchStore } from '../support/store-watch.mjs';
import { world } from '../support/world.mjs';

const KEY_ID = 'transit/keys/vault';
const HEADER = Buffer.from('no header').toString('base64');

/** All requests that name an object, for `object` in the place of an id. */
function requestsAbout(object) {
  const context = { app: 'sealwax-demo', object, owner: 'carol', space: 'inbox' };
  return [
    ...['get-header', 'get-body', 'head-body', 'put-body'].map((action) => [
      '/api/objects/sign',
      { requests: [{ object, action }] },
    ]),
    ['/api/objects/hand-in', { requests: [{ object, header: HEADER }] }],
    ['/api/objects/replace-header', { object, header: HEADER, etag: '"x"' }],
    ['/api/objects/audit', { object }],
    ['/api/uploads/begin', { object }],
    ['/api/uploads/parts', { object, uploadId: 'x', from: 1, count: 1 }],
    ['/api/uploads/complete', { object, uploadId: 'x', size: 1, etags: ['"x"'] }],
    ['/api/uploads/abort', { object, uploadId: 'x' }],
    ['/api/keys', { requests: [{ operation: 'generate', keyId: KEY_ID, context }] }],
    ...['generate', 'wrap', 'unwrap'].map((name) => [
      `/api/keys/${name}`,
      {
        keyId: KEY_ID,
        context,
        ...(name === 'wrap' ? { dek: Buffer.alloc(32).toString('base64') } : {}),
        ...(name === 'unwrap' ? { wrappedDek: 'AAAA' } : {}),
      },
    ]),
  ];
}

/**
 * Sends them all as `user`; each must be refused with 400, with nothing asked of the store, and be
 * in the trail.
 */
async function allRefused(user, object, what = JSON.stringify(object)) {
  const { demo } = user;
  const { seen, end } = watchStore(demo);
  try {
    for (const [path, body] of requestsAbout(object)) {
      const before = demo.audit.all().length;
      const answer = await user.post(path, body);
      assert.deepEqual(
        [answer.status, answer.body.error],
        [400, 'bad_request'],
        `${path} with ${what}`,
      );
      const [line, ...more] = demo.audit.all().slice(before);
      assert.deepEqual(
        [line.actor, line.action, line.object, line.outcome, line.detail],
        [user.user, 'request', undefined, 'refused', 'bad_request'],
      );
      assert.equal(more.length, 0);
    }
    assert.deepEqual(seen, []);
  } finally {
    end();
  }
}

test('an id that a URL would turn into another reaches nothing', async () => {
  const { id } = await objectOf('alice');
  const name = id.split('/')[2];
  const carol = await client('carol');
  for (const owner of [
    '..\\vault\\alice',
    '..\\..\\vault\\alice',
    'carol\\..\\..\\vault\\alice',
    '?prefix=vault',
    '#',
    'x?',
    'x#',
    '..',
    '.',
    '%2e%2e',
    '..%2fvault%2falice',
    '..%5cvault%5calice',
    '%252e%252e',
    '%2e%2e%2fvault%2falice',
    '\u2025',
    '\uff0e\uff0e',
    '\uff0f',
    'carol\u0000',
    'carol ',
    ' carol',
    'carol;',
    'carol:',
    'carol@',
    'Carol',
    'CAROL',
    'c\u0430rol',
    'carol\u200b',
    'carol\u0301',
    'constructor',
    '__proto__',
    'toString',
    'mallory',
    '',
    '*',
  ]) {
    await allRefused(carol, `inbox/${owner}/${name}`);
  }
  for (const text of [
    `inbox//${name}`,
    `/inbox/carol/${name}`,
    `inbox/carol/${name}/`,
    `inbox/carol/${name}/body`,
    `inbox\\carol\\${name}`,
    `INBOX/carol/${name}`,
    `attic/carol/${name}`,
    `inbox/carol/${name.toUpperCase()}`,
    `inbox/carol/${name}?uploads`,
    `inbox/carol/${name}\n`,
    `inbox/carol/../../vault/alice/${name}`,
    `inbox/carol/${name.replaceAll('-', '')}`,
    '',
    '/',
    '../../x',
    'x'.repeat(10_000),
  ]) {
    await allRefused(carol, text);
  }
});

test('an id of another type is no id, whatever it turns into as a text', async () => {
  const { owner, id } = await objectOf('alice');
  for (const value of [
    [id],
    [[id]],
    { toString: id },
    { 0: id, length: 1 },
    { object: id },
    [id.split('/')],
    7,
    true,
    null,
    id.split('/'),
    {},
    [],
  ]) {
    await allRefused(owner, value);
  }
});

test('fields that nobody asked for are refused, and nothing is polluted', async () => {
  const { owner, id, context } = await objectOf('alice');
  const quoted = JSON.stringify(id);
  const cases = [
    ['/api/objects/audit', `{"object":${quoted},"__proto__":{"role":"reader"}}`],
    ['/api/objects/audit', `{"object":${quoted},"constructor":{"prototype":{"role":"reader"}}}`],
    ['/api/objects/audit', `{"object":${quoted},"toString":1}`],
    ['/api/objects/audit', `{"__proto__":{"object":${quoted}}}`],
    ['/api/objects/audit', { object: id, user: 'bob' }],
    ['/api/objects/sign', { requests: [{ object: id, action: 'get-body', owner: 'bob' }] }],
    ['/api/objects/sign', { requests: [{ object: id, action: 'constructor' }] }],
    ['/api/objects/sign', { requests: [{ object: id, action: ['get-body'] }] }],
    ['/api/objects/sign', { requests: [{ object: id, action: 'x'.repeat(10_000) }] }],
    ['/api/objects/sign', { requests: [] }],
    ['/api/objects/sign', { requests: { length: 1, 0: { object: id, action: 'get-body' } } }],
    ['/api/objects/sign', { requests: Array(65).fill({ object: id, action: 'get-body' }) }],
    ['/api/objects', { space: 'vault', count: 65 }],
    ['/api/objects', { space: 'vault', count: 1.5 }],
    ['/api/objects', { space: 'vault', count: '1' }],
    ['/api/objects', { space: ['vault'], count: 1 }],
    ['/api/objects', { space: 'attic', count: 1 }],
    ['/api/objects', { space: 'vault' }],
    ['/api/objects/list', { space: 'vault', limit: 0 }],
    ['/api/objects/list', { space: 'vault', limit: 10, prefix: '' }],
    ['/api/uploads/parts', { object: id, uploadId: 'x', from: 0, count: 1 }],
    ['/api/uploads/parts', { object: id, uploadId: 'x', from: 9_999, count: 3 }],
    ['/api/uploads/parts', { object: id, uploadId: 'x&partNumber=2', from: 1, count: 1 }],
    ['/api/uploads/parts', { object: id, uploadId: '', from: 1, count: 1 }],
    ['/api/uploads/complete', { object: id, uploadId: 'x', size: 1, etags: ['"</ETag><x>"'] }],
    ['/api/uploads/complete', { object: id, uploadId: 'x', size: 1, etags: [] }],
    ['/api/keys/generate', { keyId: KEY_ID, context: { ...context, extra: 'x' } }],
    ['/api/keys/generate', { keyId: 'transit/keys/inbox', context }],
    ['/api/keys/generate', { keyId: KEY_ID, context: { ...context, owner: 'bob' } }],
    ['/api/keys/generate', { keyId: KEY_ID, context: [context] }],
    ['/api/keys', { requests: [{ operation: 'export', keyId: KEY_ID, context }] }],
    ['/api/keys', { requests: [{ operation: 'generate', keyId: KEY_ID, context, dek: 'AAAA' }] }],
    ['/api/keys', { requests: [{ operation: '__proto__', keyId: KEY_ID, context }] }],
    ['/api/keys', { requests: [{ keyId: KEY_ID, context }] }],
    ['/api/keys/wrap', { keyId: KEY_ID, context, dek: 'AAAA' }],
    ['/api/keys/unwrap', { keyId: KEY_ID, context, wrappedDek: ['AAAA'] }],
    ['/api/keys/unwrap', { keyId: KEY_ID, context, wrappedDek: '!' }],
    ['/api/keys/rotate', { key: 'attic' }],
    ['/api/keys/rotate', { key: ['vault'] }],
    ['/api/session', { user: 'mallory' }],
    ['/api/session', { user: '__proto__' }],
    ['/api/session', { user: ['alice'] }],
    ['/api/session', {}],
    ['/api/objects', '{'],
    ['/api/objects', '[]'],
    ['/api/objects', '"x"'],
    ['/api/objects', 'null'],
    ['/api/objects', ''],
  ];
  for (const [path, body] of cases) {
    const answer = await owner.post(path, body);
    assert.deepEqual(
      [answer.status, answer.body.error],
      [400, 'bad_request'],
      `${path} ${JSON.stringify(body).slice(0, 200)}`,
    );
    assert.ok(!JSON.stringify(answer.body).includes(id), 'the answer repeats the request');
  }
  assert.equal({}.role, undefined);
  assert.equal({}.object, undefined);
});

test('where a field comes twice, what is authorised is what is signed', async () => {
  const { owner, id } = await objectOf('alice');
  const other = await objectOf('bob');
  const send = (first, second) =>
    owner.post(
      '/api/objects/sign',
      `{"requests":[{"object":"${first}","action":"get-body","object":"${second}"}]}`,
    );
  assert.equal((await send(id, other.id)).body.results[0].status, 403);
  const { value } = (await send(other.id, id)).body.results[0];
  assert.equal(new URL(value.url).pathname, `/sealwax-demo/${id}/body`);
});

test('the store is asked about no upload but those that this session has begun for this object', async () => {
  const { owner, id } = await objectOf('alice');
  const other = await objectOf('bob');
  const {
    body: { uploadId },
  } = await other.owner.post('/api/uploads/begin', { object: other.id });
  const { seen, end } = watchStore(owner.demo);
  try {
    for (const made of [uploadId, 'x', '.', '..', '...', '__proto__', '0'.repeat(256)]) {
      const about = { object: id, uploadId: made };
      const parts = await owner.post('/api/uploads/parts', { ...about, from: 1, count: 1 });
      assert.deepEqual([parts.status, parts.body.error], [404, 'no_such_upload'], made);
      const complete = await owner.post('/api/uploads/complete', {
        ...about,
        size: 1,
        etags: ['"x"'],
      });
      assert.deepEqual([complete.status, complete.body.error], [404, 'no_such_upload'], made);
      assert.equal(
        (await owner.post('/api/uploads/abort', about)).status,
        200,
        'what is not there is removed',
      );
    }
    assert.deepEqual(seen, []);
  } finally {
    end();
  }
  assert.ok((await listUploads(owner.demo)).includes(uploadId));
  assert.equal(
    (await other.owner.post('/api/uploads/abort', { object: other.id, uploadId })).status,
    200,
  );
  assert.ok(!(await listUploads(owner.demo)).includes(uploadId));
});

test('the signer itself signs nothing but parts of objects', async () => {
  const { demo } = await world();
  const signer = new Signer({ ...demo.weed, bucket: 'sealwax-demo' });
  const { id } = await objectOf('alice');
  for (const what of [id, [id], { space: 'vault', owner: 'alice', name: '..' }, undefined, null]) {
    assert.throws(() => signer.object('GET', what, 'body'), TypeError);
  }
  assert.throws(() => signer.object('GET', ObjectId.parse(id), '../header'), TypeError);
  const odd = { uploadId: 'a b&partNumber=9#?/..\\%2e', partNumber: 1 };
  const { url } = signer.object('PUT', ObjectId.parse(id), 'body', odd);
  assert.equal(new URL(url).searchParams.get('uploadId'), odd.uploadId);
  assert.deepEqual(new URL(url).searchParams.getAll('partNumber'), ['1']);
  // A field that would stand in for one of the signature's own.
  assert.throws(
    () => signer.object('GET', ObjectId.parse(id), 'body', { 'X-Amz-Expires': 9_999_999 }),
    /not the one that was asked for/,
  );
});

test('the signature is the one that another program makes of the same request', async () => {
  const { demo } = await world();
  const { id } = await objectOf('alice');
  const signer = new Signer({ ...demo.weed, bucket: 'sealwax-demo' });
  const other = new AwsClient({ ...demo.weed, service: 's3', region: 'us-east-1' });
  for (const [method, query, headers] of [
    ['GET', {}, {}],
    ['PUT', { uploadId: "a-b_c.~!(*)' é&", partNumber: 10 }, {}],
    ['PUT', {}, { 'If-None-Match': '*' }],
    ['PUT', {}, { 'If-Match': '"0123"' }],
    ['POST', { uploads: '' }, {}],
  ]) {
    const ours = new URL(signer.object(method, ObjectId.parse(id), 'body', query, headers).url);
    const theirs = new URL(ours);
    theirs.searchParams.delete('X-Amz-Signature');
    const { url } = await other.sign(theirs, {
      method,
      headers,
      aws: { signQuery: true, allHeaders: true, datetime: ours.searchParams.get('X-Amz-Date') },
    });
    assert.equal(
      ours.searchParams.get('X-Amz-Signature'),
      new URL(url).searchParams.get('X-Amz-Signature'),
      method,
    );
  }
});

test('the trail takes fixed words only and does not grow without end', async () => {
  const trail = new AuditTrail(undefined, { most: 100 });
  const line = { actor: 'alice', action: 'list', outcome: 'allowed' };
  for (const change of [
    { action: 'x'.repeat(9999) },
    { actor: 'mallory' },
    { outcome: 'perhaps' },
    { object: 'vault/alice/x' },
    { detail: 'A sentence.' },
  ]) {
    assert.throws(() => trail.record({ ...line, ...change }), TypeError);
  }
  const of = (owner) => new ObjectId('vault', owner, '00000000-0000-4000-8000-000000000000');
  trail.record({
    ...line,
    actor: 'bob',
    object: of('alice'),
    outcome: 'refused',
    detail: 'forbidden',
  });
  for (let count = 0; count < 1_000; count += 1) {
    trail.record(line);
    trail.record({ ...line, actor: 'bob', object: of('bob') });
  }
  assert.ok(trail.all().length <= 251);
  assert.equal(
    trail.of(of('alice')).length,
    1,
    "a flood pushed out what was done with another's object",
  );
  const numbers = trail.all().map(({ number }) => number);
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
});

test('a trail that cannot be written decides nothing any more', async () => {
  const trail = new AuditTrail('/nowhere/at/all/audit.jsonl');
  const line = { actor: 'alice', action: 'list', outcome: 'allowed' };
  trail.record(line);
  await trail.flush();
  assert.throws(() => trail.record(line), { status: 503, code: 'no_audit_trail' });
});

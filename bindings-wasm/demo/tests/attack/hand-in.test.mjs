// What is handed in does not change: neither its sender nor its reader can put something else in
// its place.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';

import { client } from '../support/client.mjs';
import { headerOf, rewrapped, vaultKey } from '../support/seal.mjs';
import { getDirectly, listUploads } from '../support/store.mjs';

const base64 = (bytes) => Buffer.from(bytes).toString('base64');
const handIn = (user, object, header) =>
  user.one('/api/objects/hand-in', { object, header: base64(header) });
const replace = async (user, object, header, etag) => {
  const { status, body } = await user.post('/api/objects/replace-header', {
    object,
    header: base64(header),
    etag,
  });
  return [status, body.error];
};

/** The inbox's key as a header names it, with something in the place of a wrapped DEK. */
async function inboxKey(user) {
  const {
    body: { latest, keys },
  } = await user.send('GET', '/api/keys/inbox');
  const der = Buffer.from(keys[latest].replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return {
    providerId: 'rsa-oaep',
    keyId: `sha256:${createHash('sha256').update(der).digest('hex')}`,
    wrappedDek: randomBytes(384),
  };
}

async function putBody(user, id, text) {
  const { value } = await user.sign(id, 'put-body');
  return fetch(value.url, { method: 'PUT', headers: value.headers, body: text });
}

/** An object of Alice's in the inbox, handed in, and `next`, a header with another key alone. */
async function handedIn() {
  const alice = await client('alice');
  const { id, context } = await alice.create('inbox');
  assert.equal((await putBody(alice, id, 'the first')).status, 200);
  const key = await inboxKey(alice);
  const header = await headerOf(context, [key]);
  assert.equal((await handIn(alice, id, header)).error, undefined);
  const next = rewrapped(header, key.wrappedDek, randomBytes(384));
  return { alice, id, context, header, next };
}

async function etagOf(user, id) {
  const { value } = await user.sign(id, 'get-header');
  return (await fetch(value.url)).headers.get('etag');
}

test('its sender cannot change a body that is there: not by a request, a replay, parts, or a race', async () => {
  const { alice, id, header } = await handedIn();
  const { demo } = alice;
  assert.equal((await putBody(alice, id, 'another')).status, 412);
  assert.deepEqual(
    (await alice.post('/api/uploads/begin', { object: id })).body.error,
    'already_there',
  );
  assert.deepEqual(await listUploads(demo), []);
  assert.deepEqual(
    await handIn(alice, id, Buffer.concat([header])),
    { status: 200, value: undefined },
    'the same again is no change',
  );
  const other = await headerOf(
    { app: 'sealwax-demo', object: id, owner: 'alice', space: 'inbox' },
    [await inboxKey(alice)],
  );
  assert.deepEqual(await handIn(alice, id, other), { status: 409, error: 'already_there' });
  assert.equal((await getDirectly(demo, `${id}/body`)).toString(), 'the first');
  assert.deepEqual(await getDirectly(demo, `${id}/header`), header);
});

test('an upload that was begun before the hand-in cannot be completed after it', async () => {
  const alice = await client('alice');
  const { id, context } = await alice.create('inbox');
  const {
    body: { uploadId },
  } = await alice.post('/api/uploads/begin', { object: id });
  const {
    body: {
      parts: [part],
    },
  } = await alice.post('/api/uploads/parts', { object: id, uploadId, from: 1, count: 1 });
  const etag = (await fetch(part.url, { method: 'PUT', body: 'by parts, longer' })).headers.get(
    'etag',
  );
  const complete = () =>
    alice.post('/api/uploads/complete', { object: id, uploadId, size: 16, etags: [etag] });
  assert.equal((await putBody(alice, id, 'the first')).status, 200);
  await handIn(alice, id, await headerOf(context, [await inboxKey(alice)]));
  assert.equal((await complete()).body.error, 'already_there');
  assert.equal((await getDirectly(alice.demo, `${id}/body`)).toString(), 'the first');
  await alice.post('/api/uploads/abort', { object: id, uploadId });
  assert.deepEqual(await listUploads(alice.demo), []);
});

test('of many who write at once one writes, and completing twice is completing once', async () => {
  const alice = await client('alice');
  const { id } = await alice.create('inbox');
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) => putBody(alice, id, `number ${index}`)),
  );
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  const second = await alice.create('inbox');
  const {
    body: { uploadId },
  } = await alice.post('/api/uploads/begin', { object: second.id });
  assert.equal(
    (await alice.post('/api/uploads/begin', { object: second.id })).body.uploadId,
    uploadId,
    'a second try finds the first',
  );
  const {
    body: {
      parts: [part],
    },
  } = await alice.post('/api/uploads/parts', { object: second.id, uploadId, from: 1, count: 1 });
  const etag = (await fetch(part.url, { method: 'PUT', body: 'sixteen letters!' })).headers.get(
    'etag',
  );
  for (const tries of [1, 2]) {
    const { status } = await alice.post('/api/uploads/complete', {
      object: second.id,
      uploadId,
      size: 16,
      etags: [etag],
    });
    assert.equal(status, 200, `try ${tries}`);
  }
  assert.deepEqual(await listUploads(alice.demo), []);
});

test('what is stored as a header is one: of its object, with one key of its space, and nothing behind it', async () => {
  const alice = await client('alice');
  const { id, context } = await alice.create('vault');
  const inbox = await alice.create('inbox');
  const good = await headerOf(context, [vaultKey()]);
  const cases = {
    'no header': Buffer.from('<script>'),
    nothing: Buffer.alloc(0),
    'something behind it': Buffer.concat([good, Buffer.from('x')]),
    cut: good.subarray(0, -1),
    'a whole text': Buffer.from(good.toString('latin1'), 'utf8'),
    'another object': await headerOf({ ...context, object: inbox.id }, [vaultKey()]),
    'another owner': await headerOf({ ...context, owner: 'bob' }, [vaultKey()]),
    'a pair more': await headerOf({ ...context, note: 'x' }, [vaultKey()]),
    'a pair less': await headerOf({ app: 'sealwax-demo', object: id, owner: 'alice' }, [
      vaultKey(),
    ]),
    'a polluted context': await headerOf(
      [...Object.entries(context), ['__proto__', 'x']],
      [vaultKey()],
    ),
    'two keys': await headerOf(context, [vaultKey(), vaultKey({ providerId: 'other' })]),
    'another provider': await headerOf(context, [vaultKey({ providerId: 'local' })]),
    'another key': await headerOf(context, [vaultKey({ keyId: 'transit/keys/mine' })]),
    'a wrapped key that is none': await headerOf(context, [
      vaultKey({ wrappedDek: Buffer.from('x') }),
    ]),
  };
  for (const [what, header] of Object.entries(cases)) {
    assert.deepEqual(await handIn(alice, id, header), { status: 422, error: 'bad_header' }, what);
  }
  const large = await headerOf(context, [vaultKey()], { padding: 40_000 });
  assert.equal((await handIn(alice, id, large)).status, 400, 'a header larger than any');
  const stranger = { ...(await inboxKey(alice)), keyId: `sha256:${'0'.repeat(64)}` };
  assert.deepEqual(await handIn(alice, inbox.id, await headerOf(inbox.context, [stranger])), {
    status: 422,
    error: 'bad_header',
  });
  assert.equal((await handIn(alice, id, good)).error, undefined);
});

test('its sender cannot replace a header that was handed in, not even by one that differs in its key alone', async () => {
  const { alice, id, header, next } = await handedIn();
  assert.deepEqual(await replace(alice, id, next, await etagOf(alice, id)), [403, 'forbidden']);
  assert.deepEqual(await getDirectly(alice.demo, `${id}/header`), header);
});

test('a reader replaces exactly the header she read, by one that differs in nothing but its key', async () => {
  const { alice, id, context, header, next } = await handedIn();
  const carol = await client('carol');
  const etag = await etagOf(carol, id);
  assert.deepEqual(await replace(carol, id, next, '*'), [400, 'bad_request']);
  assert.deepEqual(await replace(carol, id, next, '"0123456789abcdef0123456789abcdef"'), [
    409,
    'header_changed',
  ]);
  assert.deepEqual(await replace(carol, id, Buffer.from('anything'), etag), [422, 'bad_header']);
  assert.deepEqual(
    await replace(
      carol,
      id,
      await headerOf({ ...context, owner: 'carol' }, [await inboxKey(carol)]),
      etag,
    ),
    [422, 'bad_header'],
  );
  const renamed = await headerOf(context, [await inboxKey(carol)], {
    metadata: '{"name":"something else","type":""}',
  });
  assert.deepEqual(await replace(carol, id, renamed, etag), [422, 'bad_header']);
  const sameLength = await headerOf(context, [await inboxKey(carol)], {
    metadata: '{"name":"y","type":""}',
  });
  assert.equal(sameLength.length, header.length);
  assert.deepEqual(await replace(carol, id, sameLength, etag), [422, 'bad_header']);
  assert.deepEqual(await getDirectly(carol.demo, `${id}/header`), header, 'nothing was written');
  const bob = await client('bob');
  assert.deepEqual(await replace(bob, id, next, etag), [403, 'forbidden']);
  assert.equal((await carol.sign(id, 'put-body')).error, 'forbidden');
  assert.equal((await carol.post('/api/uploads/begin', { object: id })).body.error, 'forbidden');
  assert.deepEqual(await handIn(carol, id, next), { status: 403, error: 'forbidden' });
  assert.deepEqual(await replace(carol, id, next, etag), [200, undefined]);
  assert.deepEqual(
    await replace(carol, id, next, etag),
    [200, undefined],
    'the same again is no change',
  );
  assert.deepEqual(await getDirectly(alice.demo, `${id}/header`), next);
});

// Uploads that race, and signed URLs in the hands of somebody who adds to them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ObjectId } from '../../server/objects.mjs';
import { uploadRoutes } from '../../server/routes/uploads.mjs';
import { USERS } from '../../server/users.mjs';
import { client, objectOf } from '../support/client.mjs';
import { getDirectly, listUploads } from '../support/store.mjs';

const MOST_OPEN = 1_000;

test('of requests that begin one upload at the same time all find the same', async () => {
  const { owner, id } = await objectOf('alice');
  const before = await listUploads(owner.demo);
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => owner.post('/api/uploads/begin', { object: id })),
  );
  const [{ uploadId }] = answers.map(({ body }) => body);
  for (const { status, body } of answers) assert.deepEqual([status, body], [200, { uploadId }]);
  const after = await listUploads(owner.demo);
  assert.deepEqual(
    after.filter((each) => !before.includes(each)),
    [uploadId],
  );
  await owner.post('/api/uploads/abort', { object: id, uploadId });
});

test('no more uploads are open than a session may have, if they are all begun at once, too', async () => {
  const user = USERS.get('alice');
  const session = { user, uploads: new Map(), beginning: 0 };
  let begun = 0;
  const store = {
    beginUpload: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return `upload-${(begun += 1)}`;
    },
  };
  const begin = uploadRoutes({ store }).find(({ name }) => name === 'POST /api/uploads/begin');
  const decide = (action, object, work) => work();
  const call = () =>
    begin.run({ user, session, body: { object: ObjectId.fresh('vault', user) }, decide });
  const results = await Promise.allSettled(Array.from({ length: MOST_OPEN + 50 }, call));
  const refused = results.filter(({ status }) => status === 'rejected');
  assert.deepEqual([begun, session.uploads.size, refused.length], [MOST_OPEN, MOST_OPEN, 50]);
  for (const { reason } of refused) assert.equal(reason.code, 'too_many');
});

test('what a signed URL gives is data, whatever its sender called it', async () => {
  const { owner, id } = await objectOf('alice');
  const { value } = await owner.sign(id, 'put-body');
  const put = await fetch(value.url, {
    method: 'PUT',
    headers: { ...value.headers, 'Content-Type': 'text/html', 'Content-Disposition': 'inline' },
    body: '<script>alert(document.domain)</script>',
  });
  assert.equal(put.status, 200);
  const { value: get } = await owner.sign(id, 'get-body');
  const { status, headers } = await fetch(get.url);
  assert.deepEqual(
    [status, headers.get('content-type'), headers.get('content-disposition')],
    [200, 'application/octet-stream', 'attachment'],
  );
});

test('a signed URL takes no further header, query, or method: nothing is copied, opened or removed', async () => {
  const alice = await objectOf('alice');
  const { owner: bob, id } = await objectOf('bob');
  const putBody = async (user, object, extra = {}) => {
    const { value } = await user.sign(object, 'put-body');
    const headers = { ...value.headers, ...extra };
    return fetch(value.url, { method: 'PUT', headers, body: 'sealed' });
  };
  assert.equal((await putBody(alice.owner, alice.id)).status, 200);
  for (const extra of [
    { 'X-Amz-Copy-Source': `/sealwax-demo/${alice.id}/body` },
    { 'X-Amz-Acl': 'public-read-write' },
    { 'X-Amz-Tagging': 'a=b' },
    { 'X-Amz-Meta-A': 'b' },
    { 'X-Amz-Website-Redirect-Location': 'http://elsewhere.example' },
    { 'X-Amz-Server-Side-Encryption-Customer-Algorithm': 'AES256' },
  ]) {
    assert.equal((await putBody(bob, id, extra)).status, 403, JSON.stringify(extra));
  }
  assert.equal((await putBody(bob, id)).status, 200);
  for (const action of ['get-body', 'head-body', 'put-body']) {
    const { value } = await bob.sign(id, action);
    for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH']) {
      if (method === value.method) continue;
      const { status } = await fetch(value.url, { method, headers: value.headers });
      assert.ok([403, 405].includes(status), `${method} by ${action}: ${status}`);
    }
    for (const query of ['uploads', 'acl', 'delete', 'partNumber=1&uploadId=x', 'X-Amz-Expires=9'])
      for (const url of [`${value.url}&${query}`, value.url.replace('?', `?${query}&`)]) {
        const { status } = await fetch(url, { method: value.method, headers: value.headers });
        assert.ok([403, 405].includes(status), `${action} with ${query}: ${status}`);
      }
  }
  assert.equal((await getDirectly(bob.demo, `${id}/body`)).toString(), 'sealed');
});

test('a part that arrives after its upload was removed is not stored', async () => {
  const alice = await client('alice');
  const { id } = await alice.create();
  const {
    body: { uploadId },
  } = await alice.post('/api/uploads/begin', { object: id });
  const {
    body: {
      parts: [part],
    },
  } = await alice.post('/api/uploads/parts', { object: id, uploadId, from: 1, count: 1 });
  assert.equal((await alice.send('DELETE', '/api/session', {})).status, 200);
  assert.equal((await fetch(part.url, { method: 'PUT', body: 'late' })).status, 404);
  assert.ok(!(await listUploads(alice.demo)).includes(uploadId));
});

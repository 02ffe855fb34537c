// Whatever is sent to whatever route by whomever: nothing outside the sender's own objects is ever
// signed or asked of the store, each request leaves a decision in the trail, and none of them
// breaks the server.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { isUnbroken } from '../../server/audit.mjs';
import { client, objectOf } from '../support/client.mjs';
import { headerOf, vaultKey } from '../support/seal.mjs';
import { listUploads } from '../support/store.mjs';
import { trespass, watchStore } from '../support/store-watch.mjs';
import { ALL } from '../support/world.mjs';

const RUNS = ALL ? 3_000 : 250;
const USERS = ['alice', 'bob', 'carol'];
const SCRAPS = [
  'vault',
  'inbox',
  'attic',
  ...USERS,
  '..',
  '.',
  '/',
  '//',
  '\\',
  '?',
  '#',
  '%2f',
  '%5c',
  '%2e%2e',
  '%',
  '&',
  '=',
  ';',
  '@',
  ':',
  ' ',
  '\0',
  '\n',
  '\u202e',
  '\u200b',
  '\u0430',
  '\uff0f',
  '*',
  'body',
  'header',
  'uploads',
  '?prefix=',
  '?uploadId=x',
  '__proto__',
  'constructor',
];

/** Ids: real ones, real ones that were bent, scraps, and what is no text. */
function ids(objects) {
  const real = fc.constantFrom(...objects.map(({ id }) => id));
  const scrap = fc.constantFrom(...SCRAPS);
  const bent = fc
    .tuple(real, fc.nat(70), scrap)
    .map(([id, at, text]) => id.slice(0, at) + text + id.slice(at));
  const swapped = fc.tuple(real, scrap).map(([id, text]) => id.replace(/\/[a-z]+\//, `/${text}/`));
  const made = fc
    .array(fc.oneof(scrap, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 8 })
    .map((parts) => parts.join(''));
  const wrapped = real.chain((id) =>
    fc.constantFrom([id], { id }, { toString: id }, [[id]], [id, id], Buffer.from(id).toJSON()),
  );
  return fc.oneof({ weight: 6, arbitrary: real }, bent, swapped, made, wrapped, fc.jsonValue());
}

/**
 * Requests for every route: mostly well formed, about any id, with some fields that are anything.
 */
function requests(objects, headers) {
  const id = ids(objects);
  const rarely = (good, odd = fc.jsonValue()) => fc.oneof({ weight: 12, arbitrary: good }, odd);
  const word = (...words) =>
    rarely(fc.constantFrom(...words), fc.oneof(fc.constantFrom(...SCRAPS), fc.jsonValue()));
  const number = rarely(fc.integer({ min: -1, max: 70 }));
  const header = rarely(fc.constantFrom(...headers), fc.base64String());
  const etag = word('"0123456789abcdef0123456789abcdef"', '"x"', '*', '');
  const uploadId = word('x', '0123456789abcdef', '..', 'x&partNumber=1');
  const key = fc
    .oneof(id, fc.constant(undefined))
    .map((object) => ({ app: 'sealwax-demo', object, ...ownerOf(object) }));
  const keyId = word('transit/keys/vault', 'transit/keys/inbox');
  const wrapped = rarely(fc.constantFrom('AAAA', Buffer.alloc(32).toString('base64')));
  const record = (fields) => fc.record(fields, { requiredKeys: Object.keys(fields) });
  const list = (item) => rarely(fc.array(item, { minLength: 1, maxLength: 4 }));
  const space = word('vault', 'inbox');
  const bodies = {
    '/api/objects': record({ space, count: number }),
    '/api/objects/list': record({ space, limit: number }),
    '/api/objects/audit': record({ object: id }),
    '/api/objects/sign': record({
      requests: list(
        record({ object: id, action: word('get-header', 'get-body', 'head-body', 'put-body') }),
      ),
    }),
    '/api/objects/hand-in': record({ requests: list(record({ object: id, header })) }),
    '/api/objects/replace-header': record({ object: id, header, etag }),
    '/api/uploads/begin': record({ object: id }),
    '/api/uploads/parts': record({ object: id, uploadId, from: number, count: number }),
    '/api/uploads/complete': record({ object: id, uploadId, size: number, etags: list(etag) }),
    '/api/uploads/abort': record({ object: id, uploadId }),
    '/api/keys/generate': record({ keyId, context: rarely(key) }),
    '/api/keys/wrap': record({ keyId, context: rarely(key), dek: wrapped }),
    '/api/keys/unwrap': record({ keyId, context: rarely(key), wrappedDek: wrapped }),
    '/api/keys': record({
      requests: list(
        fc.oneof(
          record({ operation: word('generate'), keyId, context: rarely(key) }),
          record({ operation: word('unwrap'), keyId, context: rarely(key), wrappedDek: wrapped }),
        ),
      ),
    }),
    '/api/keys/rotate': record({ key: space }),
  };
  const known = Object.entries(bodies).map(([path, body]) =>
    fc.tuple(fc.constant(path), rarely(body)),
  );
  const bentPath = fc
    .tuple(fc.constantFrom(...Object.keys(bodies)), fc.constantFrom(...SCRAPS), fc.nat(30))
    .map(([path, text, at]) => path.slice(0, at) + encodeURI(text) + path.slice(at))
    .filter((path) => /^\/[^/]/.test(path));
  return fc.oneof(
    { weight: 14, arbitrary: fc.oneof(...known) },
    fc.tuple(bentPath, record({ object: id })),
  );
}

/** What the context of `object` should say, if it says anything. */
function ownerOf(object) {
  const [space, owner] = typeof object === 'string' ? object.split('/') : [];
  return { space, owner };
}

test("nothing outside the sender's objects is ever signed, and every decision is in the trail", async () => {
  const objects = [];
  for (const user of USERS)
    for (const space of ['vault', 'inbox']) objects.push(await objectOf(user, space));
  const headers = await Promise.all(objects.map(({ context }) => headerOf(context, [vaultKey()])));
  const clients = Object.fromEntries(
    await Promise.all(USERS.map(async (user) => [user, await client(user)])),
  );
  const { demo } = clients.alice;
  let reached = 0;
  const { seen, end } = watchStore(demo);
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...USERS),
        requests(
          objects,
          headers.map((bytes) => bytes.toString('base64')),
        ),
        async (user, [path, body]) => {
          seen.length = 0;
          const before = demo.audit.all().length;
          const { status, body: answer } = await clients[user].post(path, body);
          for (const request of seen) assert.equal(trespass(request, user), undefined);
          if (!path.startsWith('/api/'))
            return assert.ok(status === 404 || status === 403, `${status}`);
          const lines = demo.audit.all().slice(before);
          assert.ok(lines.length > 0, 'no decision was written down');
          // Where there is no route, nobody is asked who it is.
          for (const { actor, detail } of lines)
            assert.equal(actor, detail === 'not_found' ? 'nobody' : user);
          checkOutcomes(status, answer, lines);
          assert.ok(
            status !== 500 && !answer.results?.some((result) => result.status === 500),
            'the server failed',
          );
          reached += Number(status === 200);
        },
      ),
      { numRuns: RUNS },
    );
  } finally {
    end();
  }
  assert.ok(
    reached > RUNS / 10,
    `only ${reached} of ${RUNS} requests got anywhere: the test tests too little`,
  );
  assert.ok(isUnbroken(demo.audit.all()));
  for (const user of USERS)
    assert.equal((await clients[user].send('DELETE', '/api/session', {})).status, 200);
  assert.deepEqual(await listUploads(demo), [], 'an upload is left behind');
});

/** The trail says of each item what its sender was told. */
function checkOutcomes(status, answer, lines) {
  const told = answer.results?.map(({ error }) => error) ?? [
    status === 200 ? undefined : answer.error,
  ];
  const written = lines.map(({ outcome, detail }) => (outcome === 'allowed' ? undefined : detail));
  assert.deepEqual(written.toSorted(), told.toSorted());
}

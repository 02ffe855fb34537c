// Deeds that should stay out of the trail, or disappear from it.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { AuditTrail } from '../../server/audit.mjs';
import { ObjectId } from '../../server/objects.mjs';
import { client, raw } from '../support/client.mjs';
import { withServer } from '../support/server.mjs';
import { watchStore } from '../support/store-watch.mjs';
import { world } from '../support/world.mjs';

const object = ObjectId.parse('inbox/alice/00000000-0000-4000-8000-000000000000');

/** The lines that `work` adds, in short. */
async function linesOf(demo, work) {
  const before = demo.audit.all().length;
  await work();
  const lines = demo.audit.all().slice(before);
  return lines.map(({ actor, action, outcome, detail }) => [actor, action, outcome, detail]);
}

test('where the trail cannot be written nothing is done: no key is rotated, nothing is stored', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sealwax-trail-'));
  const audit = new AuditTrail(join(folder, 'audit.jsonl'));
  await withServer({ audit }, async (demo) => {
    const alice = await client('alice', demo);
    const { id } = await alice.create();
    await audit.flush();
    await rm(folder, { recursive: true });
    await alice.create();
    await audit.flush();
    const { seen, end } = watchStore(demo);
    try {
      for (const [path, body] of [
        ['/api/keys/rotate', { key: 'vault' }],
        ['/api/uploads/begin', { object: id }],
        ['/api/objects/list', { space: 'vault', limit: 1 }],
        ['/api/session', { user: 'bob' }],
      ]) {
        const before = await vaultVersion(demo);
        const answer = await alice.post(path, body);
        assert.deepEqual([answer.status, answer.body.error], [503, 'no_audit_trail'], path);
        assert.equal(answer.headers.get('set-cookie'), null);
        assert.equal(await vaultVersion(demo), before, 'the key was rotated all the same');
      }
      assert.deepEqual(seen, [], 'the store was asked all the same');
    } finally {
      end();
    }
  });
});

async function vaultVersion({ bao }) {
  const response = await fetch(`${bao.url}/v1/transit/keys/vault`, {
    headers: { 'X-Vault-Token': bao.token },
  });
  return (await response.json()).data.latest_version;
}

test('who changed an object cannot hide it behind a flood of reads or of refusals', async () => {
  const trail = new AuditTrail(undefined, { most: 100 });
  const line = { object, outcome: 'allowed' };
  trail.record({ ...line, actor: 'alice', action: 'hand in' });
  trail.record({ ...line, actor: 'carol', action: 'replace header' });
  for (let count = 0; count < 1_000; count += 1) {
    trail.record({ ...line, actor: 'carol', action: 'sign get-header' });
    trail.record({
      ...line,
      actor: 'carol',
      action: 'replace header',
      outcome: 'refused',
      detail: 'header_changed',
    });
  }
  const [first, second, ...rest] = trail.of(object);
  assert.deepEqual(
    [first, second].map(({ actor, action, outcome }) => [actor, action, outcome]),
    [
      ['alice', 'hand in', 'allowed'],
      ['carol', 'replace header', 'allowed'],
    ],
  );
  assert.ok(rest.length > 0 && rest.length <= 125);
  const numbers = rest.map(({ number }) => number);
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
});

test('the trail says who has signed in, and who has not: a made-up session, another host', async () => {
  const { demo } = await world();
  const { host } = new URL(demo.url);
  assert.deepEqual(await linesOf(demo, () => client('alice')), [
    ['alice', 'sign in', 'allowed', undefined],
  ]);
  const forged = { headers: { Cookie: `session=${'A'.repeat(43)}` } };
  assert.deepEqual(await linesOf(demo, () => fetch(`${demo.url}/api/session`, forged)), [
    ['nobody', 'request', 'refused', 'not_signed_in'],
  ]);
  for (const hosts of ['Host: evil.example', `Host: ${host}\r\nHost: evil.example`]) {
    const request = `GET /api/session HTTP/1.1\r\n${hosts}\r\nConnection: close\r\n\r\n`;
    const lines = await linesOf(demo, async () =>
      assert.equal((await raw(demo, request)).status, 403, hosts),
    );
    assert.deepEqual(lines, [['nobody', 'request', 'refused', 'forbidden']]);
  }
});

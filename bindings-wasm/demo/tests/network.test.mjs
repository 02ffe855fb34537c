// The network goes, and comes back: for real, by a link that is down, and request by request.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { hashFile, writeFile } from './support/files.mjs';
import { noLink, startLink } from './support/link.mjs';
import { listUploads } from './support/store.mjs';
import { BIG, download, objectRow, openPage, upload, uploadRow, world } from './support/world.mjs';

const MIB = 1024 * 1024;
const CUTS = BIG ? 20 : 2;
const SIZE = (BIG ? 1024 : 40) * MIB;
const LONGEST_MS = BIG ? 30 * 60_000 : 180_000;

/** Waits until `isTrue()`, or fails. */
async function until(what, isTrue) {
  for (const end = Date.now() + LONGEST_MS; !isTrue(); await sleep(20))
    assert.ok(Date.now() < end, what);
}

test(
  `an upload of ${SIZE / MIB} MiB goes through ${CUTS} cuts of its link`,
  { skip: noLink() },
  async () => {
    const { demo, folder } = await world();
    const path = await writeFile(join(folder, 'through-cuts.bin'), SIZE);
    const before = await listUploads(demo);
    const link = await startLink([demo.url, demo.fronts.store.url, demo.fronts.kms.url], folder);
    try {
      const page = await openPage('alice', {}, link.browser);
      await page.evaluate(() => {
        globalThis.told = [];
        for (const name of ['offline', 'online'])
          addEventListener(name, () => globalThis.told.push(name));
      });
      if (!BIG) link.rate = 4 * MIB;
      const start = link.passed;
      await upload(page, path, { wait: false });
      for (let cut = 1; cut <= CUTS; cut += 1) {
        await until(`cut ${cut} is reached`, () => link.passed - start > (cut * SIZE) / (CUTS + 1));
        link.down();
        await sleep(cut % 4 === 0 ? 25_000 : 1_000 + 400 * (cut % 5)); // Some longer than any request waits.
        link.up();
      }
      link.rate = Infinity;
      await uploadRow(page, path, 'done').waitFor({ timeout: LONGEST_MS });
      assert.ok(
        (await page.evaluate(() => globalThis.told)).includes('offline'),
        'the browser never saw its link go down',
      );
      assert.deepEqual(await listUploads(demo), before);
      const saved = await download(page, path, LONGEST_MS);
      execFileSync('cmp', [path, saved]);
      await page.context().close();
    } finally {
      await link.end();
    }
  },
);

test('the page says that there is no network, as long as there is none', async () => {
  const page = await openPage();
  const said = page.getByText('There is no network.').first();
  await said.waitFor({ state: 'hidden' });
  await page.context().setOffline(true);
  await said.waitFor();
  await page.context().setOffline(false);
  await said.waitFor({ state: 'hidden' });
  await page.context().close();
});

/**
 * What becomes of a request the first time: an answer that says no, none at all, or one that is
 * lost on its way.
 */
const FAULTS = {
  503: (route) =>
    route.fulfill({ status: 503, headers: { 'Access-Control-Allow-Origin': '*' }, body: '{}' }),
  502: (route) =>
    route.fulfill({ status: 502, headers: { 'Access-Control-Allow-Origin': '*' }, body: '<html>' }),
  'cut connection': (route) => route.abort('connectionreset'),
  'lost answer': async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  },
};

for (const [name, fault] of Object.entries(FAULTS)) {
  test(`each request in turn meets a ${name} once, and both uploads arrive whole`, async () => {
    const { demo, folder } = await world();
    const paths = [
      await writeFile(join(folder, 'in-turn.bin'), 9 * MIB),
      await writeFile(join(folder, 'in-turn.txt'), 1000),
    ];
    const page = await openPage();
    const seen = new Set();
    await page.context().route(
      ({ pathname }) => /^\/(api|sealwax-demo)\//.test(pathname),
      async (route) => {
        const request = route.request();
        const { pathname, searchParams } = new URL(request.url());
        const key = [
          request.method(),
          pathname,
          searchParams.get('partNumber'),
          pathname.startsWith('/api/') ? request.postData() : '',
        ].join(' ');
        if (request.method() === 'OPTIONS' || seen.has(key)) return route.continue();
        seen.add(key);
        return fault(route);
      },
    );
    await upload(page, paths);
    assert.ok(seen.size >= 10, `only ${seen.size} requests were met`);
    for (const step of [
      '/api/objects',
      '/api/keys',
      '/api/uploads/begin',
      '/api/uploads/parts',
      '/api/uploads/complete',
      '/api/objects/hand-in',
      '/api/objects/sign',
    ]) {
      assert.ok(
        [...seen].some((key) => key.startsWith(`POST ${step} `)),
        step,
      );
    }
    assert.ok(
      [...seen].filter((key) => key.startsWith('PUT ')).length >= 3,
      'both parts and the small body',
    );
    await page.context().unrouteAll({ behavior: 'wait' });
    for (const path of paths) {
      await objectRow(page, path).waitFor();
      assert.equal(await hashFile(await download(page, path)), await hashFile(path));
    }
    assert.deepEqual(await listUploads(demo), []);
    await page.context().close();
  });
}

// Several tabs of one browser, several people one after the other, and sessions that end.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { startDemo } from '../demo.mjs';
import { writeFile } from './support/files.mjs';
import { listUploads } from './support/store.mjs';
import { objectRow, openPage, signIn, upload, uploadRow, world } from './support/world.mjs';

const MIB = 1024 * 1024;
const ASKED = '#sign-in[open]';

/** A second tab beside `page`, with the same session. */
async function secondTab(page) {
  const { demo } = await world();
  const tab = await page.context().newPage();
  tab.setDefaultTimeout(15_000);
  await tab.goto(demo.url);
  await tab.locator('html[data-ready]').waitFor();
  return tab;
}

/** Begins an upload that takes long, and waits until bytes flow. */
async function beginUpload(page, name) {
  const { demo, folder } = await world();
  const path = await writeFile(join(folder, name), 20 * MIB);
  demo.fronts.store.rate = 2 * MIB;
  await upload(page, path, { wait: false });
  await page.locator('.upload[data-state="active"] .state', { hasText: '/s' }).waitFor();
  return path;
}

test('who signs in in one tab ends what the other tab shows and sends', async () => {
  const { demo } = await world();
  const before = demo.audit.all().length;
  const alice = await openPage();
  const path = await beginUpload(alice, 'of-alice.bin');
  const second = await secondTab(alice);
  assert.equal(await second.locator('#user').innerText(), 'Alice');
  await second.getByRole('button', { name: 'Sign out' }).click();
  await signIn(second, 'bob');
  await alice.locator(ASKED).waitFor();
  demo.fronts.store.rate = Infinity;
  assert.equal(
    await alice.locator('.upload, .object').count(),
    0,
    'something of Alice is still shown',
  );
  await second.getByRole('button', { name: 'Refresh' }).click();
  assert.equal(await objectRow(second, path).count(), 0);
  assert.deepEqual(await listUploads(demo), [], 'what was on its way is still at the store');
  const trail = demo.audit
    .all()
    .slice(before)
    .filter(({ actor, action }) => actor === 'bob' && action === 'hand in');
  assert.deepEqual(trail, [], 'something was stored as Bob');
  assert.deepEqual(alice.problems, []);
  await alice.context().close();
});

test('a tab that was told nothing is refused, and what it sends goes to nobody else', async () => {
  const { demo, folder } = await world();
  const alice = await openPage();
  // As if the message between tabs were lost: the session becomes Bob's behind the page's back.
  await alice.evaluate(() =>
    fetch('/api/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"user":"bob"}',
    }),
  );
  const before = demo.audit.all().length;
  await upload(alice, await writeFile(join(folder, 'for-alice.txt'), 1000), { wait: false });
  await alice.locator(ASKED).waitFor();
  assert.match(await alice.locator('#sign-in-reason').innerText(), /^Someone else has signed in/);
  assert.equal(await alice.locator('.upload, .object').count(), 0);
  const since = demo.audit.all().slice(before);
  assert.ok(
    since.length > 0 &&
      since.every(({ outcome, detail }) => outcome === 'refused' && detail === 'other_user'),
    JSON.stringify(since),
  );
  await alice.context().close();
});

test('signing out ends the session, and a page that is loaded again asks who it is', async () => {
  const page = await openPage('bob');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.locator(ASKED).waitFor();
  await page.keyboard.press('Escape');
  assert.ok(await page.locator(ASKED).isVisible(), 'the dialog cannot be passed');
  await page.reload();
  await page.locator(ASKED).waitFor();
  await signIn(page, 'alice');
  await page.reload();
  await page.locator('html[data-ready="alice"]').waitFor();
  await page.context().close();
});

test('uploads of a session that has ended wait, and go on when the same user signs in again', async () => {
  const { browser, folder } = await world();
  const demo = await startDemo({ server: { sessionSeconds: 6 } });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(demo.url);
    await signIn(page, 'alice');
    await page.waitForTimeout(6_500);
    const path = await writeFile(join(folder, 'patient.txt'), 1000);
    await page.locator('#files').setInputFiles(path);
    await page.locator(ASKED).waitFor();
    assert.match(await page.locator('#sign-in-reason').innerText(), /^Your session has ended/);
    await uploadRow(page, path, 'locked').waitFor({ state: 'attached' });
    await signIn(page, 'alice');
    await uploadRow(page, path, 'done').waitFor();
    await objectRow(page, path).waitFor();
    await page.close();
  } finally {
    await demo.stop();
  }
});

test('without a Service Worker people sign in, upload and save all the same', async () => {
  const { demo, browser, folder } = await world();
  const context = await browser.newContext({ acceptDownloads: true });
  await context.addInitScript(() => {
    delete self.showSaveFilePicker;
    ServiceWorkerContainer.prototype.register = () =>
      Promise.reject(new DOMException('not here', 'SecurityError'));
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(demo.url);
  await signIn(page, 'alice');
  const path = await writeFile(join(folder, 'without-worker.bin'), 100_000);
  await upload(page, path);
  await objectRow(page, path).waitFor();
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    objectRow(page, path)
      .getByRole('button', { name: /^Download/ })
      .click(),
  ]);
  assert.equal(saved.suggestedFilename(), 'without-worker.bin');
  assert.equal(await saved.failure(), null);
  await context.close();
});

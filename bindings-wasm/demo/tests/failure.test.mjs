// What an attacker at the store, a stranger at the backend and a dead key service achieve: an error
// that a person understands, and no content.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { writeFile } from './support/files.mjs';
import { getDirectly, putDirectly } from './support/store.mjs';
import {
  CHANGED,
  objectId,
  objectRow,
  openPage,
  upload,
  uploadRow,
  world,
} from './support/world.mjs';

const MIB = 1024 * 1024;
/** Longer than the page tries before it gives up. */
const PATIENCE_MS = 120_000;

/** Uploads a text of `size` bytes; its page, name and id. */
async function stored(name, size) {
  const { folder } = await world();
  const path = await writeFile(join(folder, name), size);
  const page = await openPage();
  await upload(page, path);
  await objectRow(page, path).waitFor();
  return { page, path, id: await objectId(page, path) };
}

/** Opens an object that may not even tell its name any more. */
async function openPreview(page, id) {
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.locator(`.object[data-id="${id}"]`).getByRole('button', { name: /^Open/ }).click();
}

/** Downloads and returns why the browser gave up. */
async function failedDownload(page, path) {
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    objectRow(page, path)
      .getByRole('button', { name: /^Download/ })
      .click(),
  ]);
  return saved.failure();
}

test('a changed byte shows an error and no content', async () => {
  const { demo } = await world();
  const { page, path, id } = await stored('changed.txt', 100_000);
  const body = await getDirectly(demo, `${id}/body`);
  body[2000] ^= 1; // In the first chunk.
  await putDirectly(demo, `${id}/body`, body);
  await openPreview(page, id);
  await page.locator('#panel').getByText(CHANGED).waitFor();
  assert.equal(await page.locator('#panel pre, #panel img').count(), 0);
  await page.getByRole('button', { name: 'Close' }).click();
  assert.ok(await failedDownload(page, path), 'the download must not succeed');
  await objectRow(page, path).getByText(CHANGED).waitFor();
  await page.context().close();
});

test('an object cut between two chunks shows an error and no content', async () => {
  const { demo } = await world();
  const { page, id } = await stored('cut.txt', 100_000);
  const body = await getDirectly(demo, `${id}/body`);
  await putDirectly(demo, `${id}/body`, body.subarray(0, 56 + 2 * 16_400));
  await openPreview(page, id);
  await page
    .locator('#panel')
    .getByText('The stored object is incomplete. Nothing of it is shown.')
    .waitFor();
  assert.equal(await page.locator('#panel pre').count(), 0);
  await page.context().close();
});

test('an object cut inside a chunk shows an error and no content', async () => {
  const { demo } = await world();
  const { page, id } = await stored('cut-inside.txt', 100_000);
  const body = await getDirectly(demo, `${id}/body`);
  await putDirectly(demo, `${id}/body`, body.subarray(0, body.length - 100));
  await openPreview(page, id);
  await page.locator('#panel').getByText(CHANGED).waitFor();
  assert.equal(await page.locator('#panel pre').count(), 0);
  await page.context().close();
});

test('one object in the place of another is noticed', async () => {
  const { demo } = await world();
  const first = await stored('first.txt', 1000);
  const second = await stored('second.txt', 1000);
  for (const part of ['header', 'body']) {
    await putDirectly(demo, `${first.id}/${part}`, await getDirectly(demo, `${second.id}/${part}`));
  }
  await first.page.getByRole('button', { name: 'Refresh' }).click();
  const row = first.page.locator(`.object[data-id="${first.id}"]`);
  await row.getByText('This object is not the one that was asked for.').waitFor();
  await first.page.context().close();
  await second.page.context().close();
});

test('another user is refused, in the page as well, and the owner sees the attempt', async () => {
  const { page, path, id } = await stored('private.txt', 1000);
  const bob = await openPage('bob');
  assert.equal(await objectRow(bob, path).count(), 0);
  const refused = await bob.evaluate(async (object) => {
    const { Backend } = await import('/lib/backend.mjs');
    const { StoredObject } = await import('/lib/objects.mjs');
    const other = new StoredObject(new Backend('bob'), { id: object, size: 1000 });
    return other.open().then(
      () => 'opened',
      (error) => [error.status, error.code].join(' '),
    );
  }, id);
  assert.equal(refused, '403 forbidden');
  await openPreview(page, id);
  await page.getByRole('tab', { name: 'Audit trail' }).click();
  await page.locator('#panel tr', { hasText: 'bob' }).first().waitFor();
  assert.match(
    await page.locator('#panel tr', { hasText: 'bob' }).first().innerText(),
    /refused: forbidden/,
  );
  await bob.context().close();
  await page.context().close();
});

test('with the key service down, the page says so, and a retry succeeds when it is back', async () => {
  const { demo, folder } = await world();
  const path = await writeFile(join(folder, 'patient.txt'), 2 * MIB);
  const page = await openPage();
  demo.fronts.kms.cut();
  await upload(page, path, { wait: false });
  await uploadRow(page, path, 'failed').waitFor({ timeout: PATIENCE_MS });
  const message = 'The key service cannot be reached. Try again when it is back.';
  assert.equal(await uploadRow(page, path).locator('.state').textContent(), message);
  demo.fronts.kms.mend();
  await page.getByRole('button', { name: 'Retry patient.txt' }).click();
  await uploadRow(page, path, 'done').waitFor();
  await objectRow(page, path).waitFor();
  demo.fronts.kms.cut();
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.locator('.object').getByText(message).first().waitFor({ timeout: PATIENCE_MS });
  demo.fronts.kms.mend();
  await page.context().close();
});

test('a file that changes while it is uploaded is refused, not sealed twice', async () => {
  const { demo, folder } = await world();
  const path = await writeFile(join(folder, 'moving.bin'), 64 * MIB); // More parts than are read at once.
  const page = await openPage();
  demo.fronts.store.rate = 2 * MIB;
  await upload(page, path, { wait: false });
  await page.locator('.upload[data-state="active"] .state', { hasText: '/s' }).waitFor();
  await writeFile(path, 64 * MIB, 2);
  demo.fronts.store.rate = Infinity;
  await uploadRow(page, path, 'failed').waitFor();
  assert.equal(await objectRow(page, path).count(), 0);
  await page.context().close();
});

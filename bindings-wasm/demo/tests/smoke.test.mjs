// A file goes up, is listed, comes back; a changed one does not.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { hashFile, MARKER, writeFile } from './support/files.mjs';
import { getDirectly, listUploads, putDirectly } from './support/store.mjs';
import {
  CHANGED,
  download,
  objectId,
  objectRow,
  openPage,
  upload,
  world,
} from './support/world.mjs';

const SIZE = 9 * 1024 * 1024; // Two parts.

test('a file is sealed, stored, listed, opened and saved; once it is changed in the store, it is refused', async () => {
  const { demo, folder } = await world();
  const path = await writeFile(join(folder, 'smoke.txt'), SIZE);
  const page = await openPage();
  await upload(page, path);
  const row = objectRow(page, path);
  await row.getByText('9.0 MiB').waitFor();
  assert.equal(await hashFile(await download(page, path)), await hashFile(path));
  assert.deepEqual(await listUploads(demo), []);

  const id = await objectId(page, path);
  const body = await getDirectly(demo, `${id}/body`);
  assert.ok(body.length > SIZE);
  assert.equal(body.indexOf(MARKER), -1, 'the store has plaintext');
  await row.getByRole('button', { name: /^Open/ }).click();
  await page.locator('#panel pre', { hasText: MARKER.toString() }).waitFor();
  await page.keyboard.press('Escape');

  body[2000] ^= 1;
  await putDirectly(demo, `${id}/body`, body);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.locator(`.object[data-id="${id}"]`).getByRole('button', { name: /^Open/ }).click();
  await page.locator('#panel').getByText(CHANGED).waitFor();
  assert.equal(await page.locator('#panel pre').count(), 0);
  // The Service Worker must not be shown uploads: see page/sw.mjs.
  const scope = await page.evaluate(
    async () => new URL((await navigator.serviceWorker.ready).scope).pathname,
  );
  assert.equal(scope, '/files/');
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

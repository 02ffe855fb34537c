// Files of all sizes go up, come back equal, and leave nothing readable in the store.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { hashFile, MARKER, writeFile } from './support/files.mjs';
import { listUploads, putDirectly } from './support/store.mjs';
import { ALL, download, objectRow, openPage, upload, uploadRow, world } from './support/world.mjs';

const KIB = 1024;
const MIB = 1024 * KIB;
const SIZES = { '1 B': 1, '16 KiB': 16 * KIB, '5 MiB': 5 * MIB };
if (ALL) SIZES['300 MiB'] = 300 * MIB;

/** The files below `folder` that contain `text`. */
async function filesWith(folder, text) {
  const grep = promisify(execFile)('grep', ['-rlaF', text, folder]);
  const { stdout } = await grep.catch((error) =>
    error.code === 1 ? { stdout: '' } : Promise.reject(error),
  );
  return stdout.split('\n').filter(Boolean);
}

/**
 * What has passed towards the store once nothing does any more; what the sockets hold still comes.
 */
async function settled(wire) {
  for (let last = -1; ; last = wire.passed.up) {
    await sleep(700);
    if (wire.passed.up === last) return last;
  }
}

test('files of all sizes come back byte for byte', async () => {
  const { folder } = await world();
  const page = await openPage();
  for (const [name, size] of Object.entries(SIZES)) {
    const path = await writeFile(join(folder, `${name.replace(' ', '-')}.bin`), size);
    await upload(page, path);
    await objectRow(page, path).waitFor();
    assert.equal(await hashFile(await download(page, path)), await hashFile(path), name);
  }
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('an empty file and names that try to be paths are kept as they are', async () => {
  const { folder } = await world();
  const page = await openPage();
  const path = await writeFile(join(folder, 'leer "& <ünïcode> 文件.txt'), 0);
  await upload(page, path);
  const saved = await download(page, path);
  assert.equal((await readFile(saved)).length, 0);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('the store holds no byte of plaintext and no name', async () => {
  const { demo, folder } = await world();
  const name = 'a-telling-file-name';
  const path = await writeFile(join(folder, `${name}.bin`), 2 * MIB);
  // The search finds what is there: the same bytes, put into the store as they are.
  const before = await filesWith(demo.weed.data, MARKER.toString());
  assert.deepEqual(before, []);
  for (const space of ['vault', 'inbox']) {
    const page = await openPage();
    await upload(page, path, { space });
    await page.context().close();
  }
  assert.deepEqual(await filesWith(demo.weed.data, MARKER.toString()), []);
  assert.deepEqual(await filesWith(demo.weed.data, name), []);
  await putDirectly(demo, `control/${name}`, await readFile(path));
  assert.notDeepEqual(await filesWith(demo.weed.data, MARKER.toString()), []);
  assert.notDeepEqual(await filesWith(demo.weed.data, name), []);
});

test('what crosses the wire to the store holds no plaintext', async () => {
  const { demo, folder } = await world();
  const path = await writeFile(join(folder, 'wire.bin'), MIB);
  const page = await openPage();
  const seen = [];
  demo.fronts.store.listener = (data) => seen.push(data);
  await upload(page, path);
  demo.fronts.store.listener = undefined;
  const bytes = Buffer.concat(seen);
  assert.ok(bytes.length > MIB);
  assert.equal(bytes.indexOf(MARKER), -1);
  await page.context().close();
});

test('a pause stops the bytes, and the upload goes on where it was', async () => {
  const { demo, folder } = await world();
  const wire = demo.fronts.store;
  const path = await writeFile(join(folder, 'paused.bin'), 20 * MIB);
  const page = await openPage();
  wire.rate = 2 * MIB;
  const before = wire.passed.up;
  await upload(page, path, { wait: false });
  await page.locator('.upload[data-state="active"] .state', { hasText: '/s' }).waitFor();
  await page.getByRole('button', { name: 'Pause paused.bin' }).click();
  await uploadRow(page, path, 'paused').waitFor();
  const up = await settled(wire);
  assert.ok(up < before + 20 * MIB, 'all bytes were sent in spite of the pause');
  wire.rate = Infinity;
  await page.getByRole('button', { name: 'Resume paused.bin' }).click();
  await uploadRow(page, path, 'done').waitFor();
  assert.equal(await hashFile(await download(page, path)), await hashFile(path));
  await page.context().close();
});

test('a network cut in the middle of a part is survived', async () => {
  const { demo, folder } = await world();
  const wire = demo.fronts.store;
  const path = await writeFile(join(folder, 'cut.bin'), 20 * MIB);
  const page = await openPage();
  wire.cut(11 * MIB);
  await upload(page, path, { wait: false });
  while (!wire.isCut) await page.waitForTimeout(20);
  await page.waitForTimeout(300);
  assert.equal(await uploadRow(page, path).getAttribute('data-state'), 'active');
  const { up } = wire.passed;
  wire.mend();
  await uploadRow(page, path, 'done').waitFor({ timeout: 60_000 });
  assert.ok(wire.passed.up - up > 8 * MIB);
  assert.equal(await hashFile(await download(page, path)), await hashFile(path));
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('cancelling leaves no multipart upload and no object behind', async () => {
  const { demo, folder } = await world();
  const wire = demo.fronts.store;
  const path = await writeFile(join(folder, 'cancelled.bin'), 20 * MIB);
  const page = await openPage();
  wire.rate = 2 * MIB;
  await upload(page, path, { wait: false });
  await page.locator('.upload[data-state="active"] .state', { hasText: '/s' }).waitFor();
  assert.equal((await listUploads(demo)).length, 1);
  await page.getByRole('button', { name: 'Cancel cancelled.bin' }).click();
  wire.rate = Infinity;
  await uploadRow(page, path, 'cancelled').waitFor();
  assert.deepEqual(await listUploads(demo), []);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.waitForTimeout(300);
  assert.equal(await objectRow(page, path).count(), 0);
  await page.context().close();
});

// A file of 10 GiB goes up and comes back in constant memory.
//
//   node tests/big.mjs [--size MIB]
//
// The file is sparse, with marks where an offset could overflow; the store and the saved copy are whole.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { watchMemory } from './support/cost.mjs';
import { endWorld, objectRow, openPage, upload, world } from './support/world.mjs';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const MEMORY = 300 * MIB;
const HOURS = 3_600_000;

const { values } = parseArgs({ options: { size: { type: 'string', default: '10240' } } });
const size = Number(values.size) * MIB;

/** Offset and text of each mark: beginning, end, around 2 GiB, 4 GiB and 8 GiB. */
const MARKS = [0, 2 * GIB - 9, 4 * GIB - 9, 4 * GIB + 1, 8 * GIB - 9, size - 32]
  .filter((offset) => offset + 32 <= size)
  .map((offset) => ({ offset, text: `mark at ${offset}`.padEnd(32) }));

async function makeFile(path) {
  const file = await open(path, 'w');
  await file.truncate(size);
  for (const { offset, text } of MARKS) await file.write(text, offset);
  await file.close();
}

/** Does `work` and tells how long it took and what it needed. */
async function watched(browser, what, work) {
  const memory = await watchMemory(browser);
  const start = performance.now();
  const result = await work();
  const seconds = (performance.now() - start) / 1000;
  const { before, most } = await memory.end();
  const mib = (bytes) => `${(bytes / MIB).toFixed(0)} MiB`;
  console.log(`${what}: ${mib(size)} in ${seconds.toFixed(0)} s; tab ${mib(most.tab)} at most (${mib(before.tab)} before), all of Chromium ${mib(most.browser)}`);
  assert.ok(most.tab < MEMORY, 'the tab took too much memory');
  return result;
}

/** Reads the marks by ranges, in the page. */
async function readMarks(page, id) {
  return page.evaluate(async ([object, offsets]) => {
    const { listObjects } = await import('/lib/objects.mjs');
    const stored = (await listObjects('vault')).find((one) => one.id === object);
    const opened = await stored.open();
    const texts = [];
    for (const offset of offsets) texts.push(new TextDecoder().decode(await opened.read(offset, 32)));
    return texts;
  }, [id, MARKS.map(({ offset }) => offset)]);
}

try {
  const { browser, folder } = await world({ proxy: undefined });
  const { bavail, bsize } = await statfs(folder);
  assert.ok(bavail * bsize > 2.2 * size, `${Math.ceil((2.2 * size) / GIB)} GiB of disk are needed at ${folder}`);
  const path = join(folder, 'big.bin');
  await makeFile(path);
  const page = await openPage();
  await watched(browser, 'upload', () => upload(page, path, { timeout: HOURS }));
  const row = objectRow(page, path);
  await row.waitFor();
  assert.deepEqual(await readMarks(page, await row.getAttribute('data-id')), MARKS.map(({ text }) => text));
  const saved = await watched(browser, 'download', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), row.getByRole('button', { name: /^Download/ }).click()]);
    assert.equal(await download.failure(), null);
    return download.path();
  });
  execFileSync('cmp', [path, saved]);
  await rm(saved);
  assert.deepEqual(page.problems, []);
  console.log('byte for byte the same');
} finally {
  await endWorld();
}

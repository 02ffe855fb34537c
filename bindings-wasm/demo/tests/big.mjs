// A file of 10 GiB goes up and comes back in constant memory.
//
// node tests/big.mjs [--size MIB]
//
// The file is sparse, with marks where an offset could overflow; the store and the saved copy are
// whole.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { open, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Chromium } from './support/chromium.mjs';
import { watchMemory } from './support/cost.mjs';
import { endWorld, world } from './support/world.mjs';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const MEMORY = 300 * MIB;
const TELL_MS = 10_000;

const { values } = parseArgs({ options: { size: { type: 'string', default: '10240' } } });
const size = Number(values.size) * MIB;

/** Offset and text of each mark: beginning, end, around 2 GiB, 4 GiB and 8 GiB. */
const MARKS = [0, 2 * GIB - 9, 4 * GIB - 9, 4 * GIB + 64, 8 * GIB - 9, size - 32]
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
  console.log(
    `${what}: ${mib(size)} in ${seconds.toFixed(0)} s; tab ${mib(most.tab)} at most (${mib(before.tab)} before), all of Chromium ${mib(most.browser)}`,
  );
  assert.ok(most.tab < MEMORY, 'the tab took too much memory');
  return result;
}

/** Reads the marks by ranges, in the page. */
function readMarks(page) {
  return page.evaluate(
    async (offsets) => {
      const { Backend } = await import('/lib/backend.mjs');
      const { listObjects } = await import('/lib/objects.mjs');
      const {
        objects: [stored],
      } = await listObjects(new Backend('alice'), 'vault');
      const opened = await stored.open();
      const texts = [];
      for (const offset of offsets)
        texts.push(new TextDecoder().decode(await opened.read(offset, 32)));
      return texts;
    },
    MARKS.map(({ offset }) => offset),
  );
}

/** Uploads by the page's own input, and tells how far it is. */
async function upload(page, path) {
  const state = () => page.evaluate(() => document.querySelector('.upload .state')?.textContent);
  const telling = setInterval(async () => console.error(await state()), TELL_MS);
  try {
    await page.choose('files', path);
    await page.until(() =>
      ['done', 'failed'].includes(document.querySelector('.upload')?.dataset.state),
    );
  } finally {
    clearInterval(telling);
  }
  assert.match(await state(), /^Sealed and stored/);
}

/** Downloads by the page's own button; the path of what was saved. */
async function download(browser, page, folder) {
  await browser.send('Browser.setDownloadBehavior', {
    behavior: 'allow',
    downloadPath: folder,
    eventsEnabled: true,
  });
  const ended = browser.event('Browser.downloadProgress', ({ state }) => state !== 'inProgress');
  await page.until(() => document.querySelector('.object[data-open]'));
  await page.evaluate(() => {
    delete self.showSaveFilePicker; // It needs a person; without it the Service Worker feeds a download.
    [...document.querySelectorAll('.object button')]
      .find(({ textContent }) => textContent === 'Download')
      .click();
  });
  assert.equal((await ended).state, 'completed');
  return join(folder, 'big.bin');
}

async function check(browser, url, folder, path) {
  const page = await browser.open(url);
  await page.signIn('alice');
  await watched(browser, 'upload', () => upload(page, path));
  assert.deepEqual(
    await readMarks(page),
    MARKS.map(({ text }) => text),
  );
  const saved = await watched(browser, 'download', () =>
    download(browser, page, join(folder, 'saved')),
  );
  execFileSync('cmp', [path, saved]);
  console.log('byte for byte the same');
}

try {
  const { demo, folder } = await world({ proxy: undefined, browser: false });
  const { bavail, bsize } = await statfs(folder);
  assert.ok(
    bavail * bsize > 2.2 * size,
    `${Math.ceil((2.2 * size) / GIB)} GiB of disk are needed at ${folder}`,
  );
  const path = join(folder, 'big.bin');
  await makeFile(path);
  const browser = new Chromium(join(folder, 'profile'));
  try {
    await check(browser, demo.url, folder, path);
  } finally {
    await browser.close();
  }
} finally {
  await endWorld();
}

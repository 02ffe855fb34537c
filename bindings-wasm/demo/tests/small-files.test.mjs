// Thousands of small files: how fast they go, and that the page stays quick. The browser has no
// instruments, which would copy each request.
import assert from 'node:assert/strict';
import diagnostics from 'node:diagnostics_channel';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { Chromium } from './support/chromium.mjs';
import { listUploads } from './support/store.mjs';
import { BIG, world } from './support/world.mjs';

const FILES = BIG ? 5_000 : 200;
const PER_SECOND = 50;
const LONGEST_TASK_MS = 50;
/** Of the backend, for each file: its share of what travels together, and of the list. */
const REQUESTS_PER_FILE = 1.5;
const ROWS = 60;

/**
 * A folder with many files; it is dropped, since choosing them all is one long task of the
 * browser's own.
 */
async function makeFolder(path) {
  await mkdir(path);
  for (let index = 0; index < FILES; index += 1) {
    await writeFile(join(path, `small-${index}.txt`), `the content of file ${index}\n`.repeat(80));
  }
  return path;
}

/** Watches the page for tasks that are too long. */
function watchTasks() {
  globalThis.longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries())
      globalThis.longest = Math.max(globalThis.longest, duration);
  }).observe({ type: 'longtask' });
}

test(`${FILES} small files are sealed and stored`, async (context) => {
  const { demo, folder } = await world();
  let requests = 0;
  const count = () => {
    requests += 1;
  };
  diagnostics.subscribe('http.server.request.start', count);
  const many = await makeFolder(join(folder, 'many'));
  const browser = new Chromium(join(folder, 'many-profile'));
  try {
    const page = await browser.open(demo.url);
    await page.signIn('bob');
    await page.evaluate(watchTasks);
    const before = requests;
    const start = performance.now();
    await page.drop('drop', many);
    await page.until(
      (count) =>
        document.getElementById('totals').textContent.startsWith(`${count} of ${count} stored`),
      FILES,
    );
    const seconds = (performance.now() - start) / 1000;
    requests -= before;
    const { longest, rows } = await page.evaluate(() => ({
      longest: globalThis.longest,
      rows: document.querySelectorAll('.upload').length,
    }));
    context.diagnostic(
      `${(FILES / seconds).toFixed(0)} files a second, ${(requests / FILES).toFixed(2)} requests to the backend for each, longest task ${longest.toFixed(0)} ms`,
    );
    assert.ok(rows <= ROWS, `${rows} rows`);
    assert.ok(requests / FILES < REQUESTS_PER_FILE, `${requests} requests`);
    if (BIG)
      assert.ok(FILES / seconds >= PER_SECOND, `${(FILES / seconds).toFixed(1)} files a second`);
    if (BIG) assert.ok(longest <= LONGEST_TASK_MS, `a task of ${longest} ms`);
    await page.until(
      (count) => document.getElementById('objects-note').textContent.endsWith(` of ${count}.`),
      FILES,
    );
    await page.until(() => document.querySelectorAll('.object[data-open]').length === 50);
    assert.deepEqual(await listUploads(demo), []);
  } finally {
    diagnostics.unsubscribe('http.server.request.start', count);
    await browser.close();
  }
});

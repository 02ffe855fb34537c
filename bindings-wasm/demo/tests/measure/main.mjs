// What encryption costs an upload: the same page sends the same file sealed and as it is, in turns.
// Also the longest task of the main thread and the most memory of the tab while it seals.
//
//   node tests/measure/main.mjs [--size MIB] [--rounds N]
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { writeFile } from '../support/files.mjs';
import { endWorld, openPage, world } from '../support/world.mjs';

const MIB = 1024 * 1024;
const RATIO = 0.7;
const LONGEST_TASK_MS = 50;
const MEMORY = 300 * MIB;

const { values } = parseArgs({ options: { size: { type: 'string', default: '1024' }, rounds: { type: 'string', default: '2' } } });
const size = Number(values.size) * MIB;
const rounds = Number(values.rounds);

/** Uploads the chosen file with `worker` and returns bytes per second. */
async function run(page, worker) {
  const milliseconds = await page.evaluate(async (path) => {
    const { UploadQueue } = await import('/upload/queue.mjs');
    const queue = new UploadQueue(path);
    const start = performance.now();
    return new Promise((resolve, reject) => {
      queue.addEventListener('change', ({ detail: { state, message } }) => {
        if (state === 'done') resolve(performance.now() - start);
        if (state === 'failed') reject(new Error(message));
      });
      queue.add([{ file: document.getElementById('measured').files[0], path: 'measured.bin' }], 'vault');
    });
  }, worker);
  return size / (milliseconds / 1000);
}

/** Calls `watch` with the tab's proportional set size, ten times a second, until the end. */
async function watchMemory(browser, watch) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const sample = async () => {
    for (const id of renderers) {
      const rollup = await readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => '');
      watch(1024 * Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0));
    }
  };
  const timer = setInterval(sample, 100);
  return () => clearInterval(timer);
}

const best = (list) => Math.max(...list);
const rate = (value) => `${(value / MIB).toFixed(0)} MiB/s`;

try {
  const { browser, folder } = await world({ proxy: undefined, mounts: { '/measure/': fileURLToPath(new URL('.', import.meta.url)) } });
  const path = await writeFile(join(folder, 'measured.bin'), size);
  const page = await openPage();
  await page.evaluate(() => {
    const input = Object.assign(document.createElement('input'), { type: 'file', id: 'measured', hidden: true });
    document.body.append(input);
    globalThis.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
    }).observe({ type: 'longtask' });
  });
  await page.locator('#measured').setInputFiles(path);
  let memory = 0;
  const end = await watchMemory(browser, (bytes) => { memory = Math.max(memory, bytes); });
  const [plain, sealed] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    plain.push(await run(page, '/measure/plain-worker.mjs'));
    sealed.push(await run(page, '/upload/worker.mjs'));
  }
  end();
  const longest = await page.evaluate(() => globalThis.longest);
  const ratio = best(sealed) / best(plain);
  console.log(`${values.size} MiB, best of ${rounds}: sealed ${rate(best(sealed))}, plain ${rate(best(plain))}, ratio ${ratio.toFixed(2)}`);
  console.log(`all: sealed ${sealed.map(rate).join(', ')}; plain ${plain.map(rate).join(', ')}`);
  console.log(`longest task of the main thread: ${longest.toFixed(0)} ms (none over 50 ms counts as 0)`);
  console.log(`most memory of the tab: ${(memory / MIB).toFixed(0)} MiB`);
  assert.ok(longest <= LONGEST_TASK_MS, 'the main thread was blocked');
  assert.ok(memory < MEMORY, 'the tab took too much memory');
  assert.ok(ratio >= RATIO, 'encryption costs too much');
} finally {
  await endWorld();
}

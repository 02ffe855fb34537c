// What encryption costs an upload: the same page sends the same file to the same store, sealed and
// as it is, in turns. The worker beside this file differs from the page's in one thing: what it
// sends of the file.
//
// node tests/measure/main.mjs [--quick] [--size MIB] [--rounds N]
//
// - Speeds are medians of the rounds, the ratio is the median of the rounds' ratios; each round
// begins with the other of the two. What the store wrote is on disk before the next upload begins.
// - The main thread is watched by a PerformanceObserver for tasks over 50 ms, from the first byte
// to the last.
// - Memory is the proportional set size of the tab's process, twice a second.
//
// The table goes to standard output, what goes on to standard error; a missed target ends it with
// 1.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { Chromium } from '../support/chromium.mjs';
import { cpuSeconds, watchMemory } from '../support/cost.mjs';
import { writeFile } from '../support/files.mjs';
import { endWorld, world } from '../support/world.mjs';

const MIB = 1024 * 1024;
const RATIO = 0.7;
const LONGEST_TASK_MS = 50;
const MEMORY_MIB = 300;
const WORKERS = { plain: '/measure/plain-worker.mjs', sealed: '/upload/worker.mjs' };

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, size: { type: 'string' }, rounds: { type: 'string' } },
});
const mebibytes = Number(values.size ?? (values.quick ? 32 : 1024));
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));

/**
 * Uploads the chosen file with `worker`; MiB per second and the browser's seconds of processor
 * time.
 */
async function run(browser, page, worker) {
  execFileSync('sync');
  const cpu = await cpuSeconds(browser);
  const seconds = await page.evaluate(async (path) => {
    const { UploadQueue } = await import('/upload/queue.mjs');
    // One for all rounds, as a page has: each has a worker with memory of its own.
    globalThis.queues ??= {};
    const queue = (globalThis.queues[path] ??= new UploadQueue('alice', path));
    const start = performance.now();
    await new Promise((resolve, reject) => {
      const ended = new AbortController();
      const settle = (action, value) => (ended.abort(), action(value));
      queue.addEventListener(
        'change',
        ({ detail: [{ state, message }] }) => {
          if (state === 'done') settle(resolve);
          if (state === 'failed') settle(reject, new Error(message));
        },
        ended,
      );
      queue.add(
        [{ file: document.getElementById('measured').files[0], path: 'measured.bin' }],
        'vault',
      );
    });
    return (performance.now() - start) / 1000;
  }, worker);
  return { speed: mebibytes / seconds, cpu: (await cpuSeconds(browser)) - cpu };
}

/** A file input with the file, and an ear for long tasks. */
async function prepare(page, path) {
  await page.evaluate(() => {
    document.body.append(
      Object.assign(document.createElement('input'), {
        type: 'file',
        id: 'measured',
        hidden: true,
      }),
    );
    globalThis.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries())
        globalThis.longest = Math.max(globalThis.longest, duration);
    }).observe({ type: 'longtask' });
  });
  await page.choose('measured', path);
}

async function measure() {
  const mounts = { '/measure/': fileURLToPath(new URL('.', import.meta.url)) };
  const { demo, folder } = await world({ proxy: undefined, browser: false, mounts });
  const path = await writeFile(join(folder, 'measured.bin'), mebibytes * MIB);
  const browser = new Chromium(join(folder, 'profile'));
  try {
    const page = await browser.open(demo.url);
    await page.signIn('alice');
    await prepare(page, path);
    return await runAll(browser, page);
  } finally {
    await browser.close();
  }
}

async function runAll(browser, page) {
  const memory = await watchMemory(browser);
  const results = [];
  for (let round = 1; round <= rounds; round += 1) {
    const result = {};
    const order = round % 2 ? ['plain', 'sealed'] : ['sealed', 'plain'];
    for (const name of order) result[name] = await run(browser, page, WORKERS[name]);
    console.error(
      `round ${round} of ${rounds}: sealed ${result.sealed.speed.toFixed(0)}, plain ${result.plain.speed.toFixed(0)} MiB/s`,
    );
    results.push(result);
  }
  const { before, most } = await memory.end();
  return { results, before, most, longest: await page.evaluate(() => globalThis.longest) };
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The rows: what, Sealwax, limit, ratio, target, met. */
function rowsOf({ results, before, most, longest }) {
  const of = (name, value) => median(results.map((result) => result[name][value]));
  const ratio = median(results.map(({ sealed, plain }) => sealed.speed / plain.speed));
  const mib = (bytes) => `${(bytes / MIB).toFixed(0)} MiB`;
  const met = (isMet) => (isMet ? 'yes' : 'no');
  const size = mebibytes % 1024 ? `${mebibytes} MiB` : `${mebibytes / 1024} GiB`;
  return [
    ['what', 'Sealwax', 'beside it, same run', 'ratio', 'target', 'met'],
    [
      `upload ${size} to the store on loopback`,
      `${of('sealed', 'speed').toFixed(0)} MiB/s`,
      `${of('plain', 'speed').toFixed(0)} MiB/s, the same page without encryption`,
      ratio.toFixed(2),
      `>= ${RATIO}`,
      met(ratio >= RATIO),
    ],
    [
      'processor time of all of Chromium for it',
      `${of('sealed', 'cpu').toFixed(1)} s`,
      `${of('plain', 'cpu').toFixed(1)} s, the same`,
      '',
      '',
      '',
    ],
    [
      'longest task of the main thread',
      longest ? `${longest.toFixed(0)} ms` : 'none over 50 ms',
      '',
      '',
      `<= ${LONGEST_TASK_MS} ms`,
      met(longest <= LONGEST_TASK_MS),
    ],
    [
      'most memory of the tab',
      mib(most.tab),
      `${mib(before.tab)} before the first upload`,
      '',
      `< ${MEMORY_MIB} MiB`,
      met(most.tab < MEMORY_MIB * MIB),
    ],
    [
      'most memory of all of Chromium',
      mib(most.browser),
      `${mib(before.browser)} before the first upload`,
      '',
      '',
      '',
    ],
  ];
}

try {
  // Cells between tabs: `cargo xtask bench` makes columns of them.
  for (const cells of rowsOf(await measure())) console.log(cells.join('\t'));
} finally {
  await endWorld();
}

// The benchmark: Sealwax in Chromium beside its limits and its peers, in one run.
//
//     cargo xtask bench wasm [--quick] [--save]
//
// What goes on is told on standard error, the table on standard output.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launchProfile, serve } from '../tests/support/browser.mjs';
import { bundle, peerPage, sealwaxPage } from './shipped.mjs';
import { table } from './table.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({ options: { quick: { type: 'boolean' } } });
const SIZES = options.quick
  ? {
      blobs: { mib: 8, rounds: 1 },
      wasm: { mib: 2, rounds: 1 },
      peers: { mib: 2, rounds: 1 },
      small: { messages: 200 },
      frames: { mib: 16 },
      loads: 2,
    }
  : {
      blobs: { mib: 256, rounds: 5 },
      wasm: { mib: 64, rounds: 5 },
      peers: { mib: 64, rounds: 3 },
      small: { messages: 20_000 },
      frames: { mib: 1024 },
      loads: 11,
    };

const WORKER = `<!doctype html><link rel="icon" href="data:,"><script type="module">
  globalThis.measure = (name, options) => new Promise((resolve, reject) => {
    const worker = new Worker('/worker.js', { type: 'module' });
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }) => (worker.terminate(), data.error ? reject(new Error(data.error)) : resolve(data.result));
    worker.postMessage({ name, options });
  });
</script>`;
/** From the import to the first byte; on `/` a page without any. */
const IMPORT = `<!doctype html><link rel="icon" href="data:,"><script type="module">
  const start = performance.now();
  const { encrypt, LocalKey } = await import('/dist/index.js');
  await encrypt(new Uint8Array(1), new LocalKey(new Uint8Array(32), 'k')).bytes();
  globalThis.result = performance.now() - start;
</script>`;
/** Frames a second at rest, and while a worker encrypts. */
const FRAMES = `<!doctype html><link rel="icon" href="data:,"><script type="module">
  import { LocalKey } from '/dist/index.js';
  import { SealwaxWorker } from '/dist/worker.js';
  const piece = crypto.getRandomValues(new Uint8Array(65536));
  async function frames(work) {
    const times = [];
    let ended = false;
    const step = (time) => (times.push(time), ended || requestAnimationFrame(step));
    requestAnimationFrame(step);
    await work();
    ended = true;
    const gaps = times.slice(1).map((time, index) => time - times[index]);
    return { perSecond: (1000 * gaps.length) / (times.at(-1) - times[0]), longest: Math.max(...gaps) };
  }
  globalThis.measure = async ({ mib }) => {
    const blob = new Blob(Array.from({ length: mib * 16 }, () => piece));
    const worker = new SealwaxWorker();
    const key = await LocalKey.generate('k');
    const encrypt = async () => {
      for await (const _ of worker.encrypt(blob, key).stream());
    };
    await encrypt(); // everything is loaded
    return { rest: await frames(() => new Promise((resolve) => setTimeout(resolve, 2000))), busy: await frames(encrypt) };
  };
</script>`;

async function start() {
  const worker = await bundle(at('browser/worker.mjs'), {
    external: ['/dist/*', '/bare/*'],
    alias: {},
    define: { global: 'globalThis' },
  });
  const script = (_request, response) =>
    response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(worker);
  const server = await serve({
    folders: { '/dist/': at('../dist/'), '/bare/': at('../build/bare/') },
    pages: { '/': WORKER, '/import': IMPORT, '/frames': FRAMES },
    routes: { '/worker.js': script },
    headers: { 'Cache-Control': 'public, max-age=3600' },
  });
  const profile = await mkdtemp(join(tmpdir(), 'sealwax-bench-'));
  const browser = await launchProfile(profile);
  const end = async () => {
    await browser.close();
    await server.close();
    await rm(profile, { recursive: true });
  };
  return { origin: server.origin, browser, end };
}

/**
 * Loads in one profile, whose cache the first one fills; the median of the others, in milliseconds.
 */
async function importTime(browser, origin) {
  const page = await browser.newPage();
  const times = [];
  for (let load = 0; load < SIZES.loads; load++) {
    await page.goto(`${origin}/import`);
    await page.waitForFunction(() => globalThis.result !== undefined);
    const time = await page.evaluate(() => globalThis.result);
    if (load > 0) times.push(time);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

async function frames(browser, origin) {
  const page = await browser.newPage();
  await page.goto(`${origin}/frames`);
  await page.waitForFunction(() => globalThis.measure !== undefined);
  const frames = await page.evaluate((sizes) => globalThis.measure(sizes), SIZES.frames);
  await page.close();
  return frames;
}

async function measure() {
  const { origin, browser, end } = await start();
  try {
    const results = {};
    for (const name of ['blobs', 'wasm', 'peers', 'small']) {
      console.error(`measuring ${name}`);
      const page = await browser.newPage();
      await page.goto(origin);
      results[name] = await page.evaluate(
        ([name, sizes]) => globalThis.measure(name, sizes),
        [name, SIZES[name]],
      );
      await page.close();
    }
    results.frames = await frames(browser, origin);
    results.import = await importTime(browser, origin);
    results.browser = `Chromium ${browser.browser()?.version() ?? ''}`;
    return results;
  } finally {
    await end();
  }
}

async function shipped() {
  return {
    Sealwax: await sealwaxPage(),
    'AWS Encryption SDK client': await peerPage('aws'),
    typage: await peerPage('age'),
    'libsodium.js': await peerPage('libsodium'),
  };
}

const results = await measure();
console.log(`${results.browser}, Node ${process.versions.node}:\n`);
console.log(table(results, await shipped(), SIZES));

// The suite in Chromium: every file in a page of its own, its tests reported as Node's.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { launch, runPage } from './support/browser.mjs';
import { watch } from './support/memory.mjs';
import { serveSuite } from './support/pages.mjs';
import { reportSuite } from './support/report.mjs';

/**
 * Most that a process of the browser may hold, in bytes; a page with nothing takes about 150 MiB.
 */
const MOST_MEMORY = 1 << 30;

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([serveSuite(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

await reportSuite(async (file, context) => {
  const url = `${server.origin}/${file}?big=${process.env.SEALWAX_BIG_MIB ?? 192}`;
  const stop = watch();
  const { result } = await runPage(browser, url, { timeout: 900_000 });
  const memory = stop();
  context.diagnostic(`at most ${Math.round(memory / 2 ** 20)} MiB in one process`);
  assert.ok(memory < MOST_MEMORY, `a process of the browser held ${memory} bytes`);
  return result;
});

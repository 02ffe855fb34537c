// The suite in Firefox, Debian's own, driven by WebDriver BiDi: every file in a page of its own.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { serveSuite, suiteFiles } from './support/pages.mjs';

const FIREFOX = process.env.SEALWAX_FIREFOX ?? '/usr/bin/firefox-esr';

const chosen = process.env.SEALWAX_SUITE?.split(',');
const files = (await suiteFiles()).filter((file) => !chosen || chosen.some((name) => file.startsWith(name)));
let server;
let browser;

before(async () => {
  const firefox = { browser: 'firefox', executablePath: FIREFOX, headless: true, protocolTimeout: 600_000 };
  [server, browser] = await Promise.all([serveSuite(), puppeteer.launch(firefox)]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

async function run(file) {
  const page = await browser.newPage();
  try {
    await page.goto(`${server.origin}/${file}`);
    await page.waitForFunction(() => globalThis.result !== undefined, { timeout: 600_000 });
    return await page.evaluate(() => globalThis.result);
  } finally {
    await page.close();
  }
}

for (const file of files) {
  test(file, async (context) => {
    const result = await run(file);
    assert.ok(result.length > 0, 'the file has no tests');
    for (const { name, error, skip } of result) {
      await context.test(name, { skip }, () => {
        if (error) throw new Error(error);
      });
    }
  });
}

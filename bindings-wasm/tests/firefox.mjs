// The suite in Firefox, Debian's own, driven by WebDriver BiDi: every file in a page of its own.
import { after, before } from 'node:test';
import puppeteer from 'puppeteer-core';
import { serveSuite } from './support/pages.mjs';
import { reportSuite } from './support/report.mjs';

const FIREFOX = process.env.SEALWAX_FIREFOX ?? '/usr/bin/firefox-esr';
const TIMEOUT = 600_000;

let server;
let browser;

before(async () => {
  const firefox = {
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    protocolTimeout: TIMEOUT,
  };
  [server, browser] = await Promise.all([serveSuite(), puppeteer.launch(firefox)]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

await reportSuite(async (file) => {
  const page = await browser.newPage();
  try {
    await page.goto(`${server.origin}/${file}`);
    await page.waitForFunction(() => globalThis.result !== undefined, { timeout: TIMEOUT });
    return await page.evaluate(() => globalThis.result);
  } finally {
    await page.close();
  }
});

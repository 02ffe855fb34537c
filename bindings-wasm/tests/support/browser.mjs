// Chromium for tests: Debian's, driven by playwright-core.
import { chromium } from 'playwright-core';

export { serve } from './static-server.mjs';

export const CHROMIUM = process.env.SEALWAX_CHROMIUM ?? '/usr/bin/chromium';

/** No sandbox, because CI runs as root; no traffic of its own. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the browser; `args` come on top of its own. */
export const launch = ({ args = [], ...options } = {}) =>
  chromium.launch({ executablePath: CHROMIUM, args: [...ARGUMENTS, ...args], ...options });

/**
 * Starts the browser with a profile of its own in `folder`, as people do, not as a private window.
 */
export const launchProfile = (folder) =>
  chromium.launchPersistentContext(folder, { executablePath: CHROMIUM, args: ARGUMENTS });

/**
 * Opens a page. `problems` gathers its exceptions, the errors of its console and requests that
 * failed.
 */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('requestfailed', (request) =>
    problems.push(`${request.url()}: ${request.failure()?.errorText}`),
  );
  await page.goto(url);
  return { page, problems, close: () => context.close() };
}

/**
 * Runs a page to its end and returns what it found: its script sets `globalThis.result` to a value
 * that JSON can carry, or to `{ error }`.
 */
export async function runPage(browser, url, { timeout = 60_000, ...options } = {}) {
  const { page, problems, close } = await open(browser, url, options);
  try {
    await page.waitForFunction(() => globalThis.result !== undefined, undefined, { timeout });
    return { result: await page.evaluate(() => globalThis.result), problems };
  } catch (error) {
    throw new Error(`${url} set no result: ${[String(error), ...problems].join('; ')}`, {
      cause: error,
    });
  } finally {
    await close();
  }
}

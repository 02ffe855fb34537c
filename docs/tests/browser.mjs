// The site in Chromium: no violation of accessibility at two widths and in two schemes, no request to
// another host, no sideways scrolling; and the page of `start/javascript.md` does what it says.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const installed = createRequire(join(ROOT, 'bindings-wasm/demo/package.json'));
const { chromium } = installed('playwright-core');
const AXE = await readFile(installed.resolve('axe-core/axe.min.js'), 'utf8');

const PAGES = ['index.html', 'start/python.html', 'guides/choose-a-kms.html', 'reference/errors.html', 'reference/format.html'];
const VIEWS = [
  { name: 'desktop', viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  { name: 'phone', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
];
const TYPES = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json', '.svg': 'image/svg+xml', '.wasm': 'application/wasm' };

/** Serves a folder on loopback; returns its address. */
async function serve(folder) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://here').pathname));
    try {
      const body = await readFile(join(folder, path));
      response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

const scrollsByKeyboard = () =>
  [...document.querySelectorAll('pre > code, .md-typeset__scrollwrap')].every((it) => it.scrollWidth <= it.clientWidth || it.tabIndex === 0);

/** What axe-core has against a page, what it asked other hosts for, and what does not fit its width. */
async function problems(context, url, origin) {
  const page = await context.newPage();
  const found = [];
  page.on('request', (request) => request.url().startsWith(origin) || found.push(`asks ${request.url()}`));
  page.on('requestfailed', (request) => found.push(`${request.url()} failed`));
  page.on('pageerror', (error) => found.push(String(error)));
  await page.goto(url, { waitUntil: 'load' });
  // The theme's script lets the keyboard reach code that scrolls; where it does not, axe says so.
  await page.waitForFunction(scrollsByKeyboard, undefined, { timeout: 60_000 }).catch(() => {});
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }));
  found.push(...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).slice(0, 3).join(' ')}`));
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wider > 0) found.push(`${wider} pixels wider than the window`);
  if (process.env.SEALWAX_SCREENSHOTS) {
    const name = `${new URL(url).pathname.slice(1).replaceAll('/', '-')}-${page.viewportSize().width}.png`;
    await page.screenshot({ path: join(process.env.SEALWAX_SCREENSHOTS, name) });
  }
  await page.close();
  return found;
}

async function checkSite(browser, folder) {
  const server = await serve(folder);
  for (const { name, ...view } of VIEWS) {
    const context = await browser.newContext(view);
    for (const path of PAGES) {
      const found = await problems(context, `${server.url}/${path}`, server.url);
      assert.deepEqual(found, [], `${path}, ${name}`);
    }
    await context.close();
  }
  server.close();
}

/** The example in `start/javascript.md`: its page, opened with a file of 21 bytes. */
async function checkExample(browser) {
  const text = await readFile(join(ROOT, 'docs/pages/start/javascript.md'), 'utf8');
  const [, html] = /^<!-- browser -->\n```html title="index\.html"\n(.*?)^```$/ms.exec(text);
  const [, expected] = /^<!-- page-output -->\n```text\n(.*?)\n```$/ms.exec(text);
  const folder = await mkdtemp(join(tmpdir(), 'sealwax-docs-'));
  try {
    await writeFile(join(folder, 'index.html'), html);
    await mkdir(join(folder, 'node_modules'));
    await symlink(join(ROOT, 'bindings-wasm'), join(folder, 'node_modules/sealwax'));
    const server = await serve(folder);
    const page = await browser.newPage();
    await page.goto(`${server.url}/index.html`);
    const file = { name: 'tides.csv', mimeType: 'text/csv', buffer: Buffer.from('06:12,high\n12:30,low\n') };
    await page.setInputFiles('input', file);
    await page.waitForFunction(() => document.querySelector('output').value !== '');
    assert.equal(await page.evaluate(() => document.querySelector('output').value), expected);
    server.close();
  } finally {
    await rm(folder, { recursive: true });
  }
}

const browser = await chromium.launch({
  executablePath: process.env.SEALWAX_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  await checkSite(browser, process.argv[2]);
  await checkExample(browser);
} finally {
  await browser.close();
}
console.log(`${PAGES.length * VIEWS.length + 1} pages`);

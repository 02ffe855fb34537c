// What the tests share: one demo behind wires, one browser, a folder for files, another for what
// people look at afterwards.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { startDemo } from '../../demo.mjs';
import { LIMITS } from '../../server/limits.mjs';
import { FLAGS, PROGRAM } from './chromium.mjs';
import { startWire } from './proxy.mjs';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
export const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');

/** Where screenshots are kept. */
export const ARTEFACTS = join(TARGET, 'demo-artefacts');

/** Whether nothing may be left out: all sizes, all languages. */
export const ALL = Boolean(process.env.SEALWAX_DEMO_ALL);

/** Whether the tests that take minutes run in their full size. */
export const BIG = Boolean(process.env.SEALWAX_DEMO_BIG);

/** What the page says of an object that does not verify. */
export const CHANGED = 'The stored bytes were changed. Nothing of them is shown.';

/** The tests are many people at one address; limits have tests of their own. */
const GENEROUS = Object.fromEntries(
  Object.keys(LIMITS).map((kind) => [kind, { burst: 1e6, perSecond: 1e5 }]),
);

/** A browser that has just been started, on a busy machine. */
const LOADING_MS = 60_000;

let started;

/** Starts everything, once; the first call says how. */
export function world(options = { proxy: startWire }) {
  started ??= start(options);
  return started;
}

/** Ends everything that was started. */
export async function endWorld() {
  const current = await started?.catch(() => undefined);
  started = undefined;
  await current?.end();
}

async function start(options) {
  await mkdir(ARTEFACTS, { recursive: true });
  const demo = await startDemo({ ...options, server: { limits: GENEROUS, ...options.server } });
  const folder = await mkdtemp(join(tmpdir(), 'sealwax-files-'));
  const browser =
    options.browser === false
      ? undefined
      : await launch().catch(async (error) => {
          await demo.stop();
          throw error;
        });
  const end = async () => {
    await browser?.close();
    await demo.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { demo, browser, folder, end };
}

function launch() {
  return chromium.launch({ executablePath: PROGRAM, args: FLAGS });
}

/** A fresh window on the page, signed in as `user`; errors of the page fail the test at its end. */
export async function openPage(user = 'alice', options = {}, browser = undefined) {
  const { demo, browser: shared } = await world();
  const context = await (browser ?? shared).newContext({
    acceptDownloads: true,
    reducedMotion: 'reduce',
    ...options,
  });
  // A file chooser needs a person; without it the page downloads through its Service Worker.
  await context.addInitScript(() => delete self.showSaveFilePicker);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|TrustedScript/.test(message.text()))
      page.problems.push(message.text());
  });
  await page.goto(demo.url);
  await signIn(page, user);
  return page;
}

/** Signs `user` in, in the dialog that opens once the page is loaded. */
export async function signIn(page, user) {
  await page
    .locator('#sign-in')
    .getByRole('button', { name: new RegExp(`^${user}`, 'i') })
    .click({ timeout: LOADING_MS });
  await page.locator(`html[data-ready="${user}"]`).waitFor({ timeout: LOADING_MS });
}

/** Uploads files by their paths and waits for them. */
export async function upload(
  page,
  paths,
  { space = 'vault', wait = true, timeout = 120_000 } = {},
) {
  await page.locator(`input[name="space"][value="${space}"]`).check();
  await page.locator('#files').setInputFiles(paths);
  if (!wait) return;
  for (const path of [paths].flat()) await uploadRow(page, path, 'done').waitFor({ timeout });
}

/** The queue's row of a file, in a state if one is given. */
export function uploadRow(page, path, state) {
  const name = path.split('/').at(-1);
  return page.locator(`.upload${state ? `[data-state="${state}"]` : ''}`, { hasText: name });
}

/** The list's row of a stored file. */
export function objectRow(page, path) {
  const name = path.split('/').at(-1);
  return page.locator('.object', { has: page.getByText(name, { exact: true }) }).first(); // The newest.
}

/** Downloads a stored file by the page's button; the path of what the browser saved. */
export async function download(page, path, timeout = 120_000) {
  const { folder } = await world();
  const row = objectRow(page, path);
  await row.waitFor();
  const [saved] = await Promise.all([
    page.waitForEvent('download', { timeout }),
    row.getByRole('button', { name: /^Download/ }).click(),
  ]);
  const target = join(folder, `saved-${path.split('/').at(-1)}`);
  await saved.saveAs(target);
  return target;
}

/** The id of a stored file. */
export async function objectId(page, path) {
  return objectRow(page, path).getAttribute('data-id');
}

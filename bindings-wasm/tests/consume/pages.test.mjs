// The installed package in Chromium without a bundler, under a strict policy; and the errors of pages
// that cannot load the module, which say what to do.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, runPage, serve } from '../support/browser.mjs';
import { project } from './support.mjs';

const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
const DIST = '/node_modules/sealwax/dist/';
const ENTRIES = Object.fromEntries(
  ['index', 'worker', 'worker-host', 'inline'].map((name) => [name === 'index' ? 'sealwax' : `sealwax/${name}`, `${DIST}${name}.js`]),
);
const IMPORTS = JSON.stringify({ imports: ENTRIES });
const HASH = `'sha256-${createHash('sha256').update(IMPORTS).digest('base64')}'`;

const page = (script) => `<!doctype html><script type="module" src="${script}"></script>`;
const DIRECT = page('/direct/main.mjs');
const INLINE = page('/direct/inline.mjs');
const SMALL = page('/direct/small.mjs');
const MAPPED = `<!doctype html><script type="importmap">${IMPORTS}</script><script type="module" src="/main.mjs"></script>`;

let consumer;
let browser;
before(async () => {
  [consumer, browser] = await Promise.all([project(), launch()]);
  for (const name of ['main.mjs', 'report.mjs', 'inline.mjs', 'inline-worker.mjs', 'small.mjs']) await consumer.use(name);
});
after(async () => {
  await browser?.close();
  await consumer?.clean();
});

/** Serves the project and runs a page of it; `wasm` and `aes` answer in place of the modules' files. */
async function visit(page, { policy = STRICT, wasm, aes } = {}) {
  const server = await serve({
    folders: { '/': consumer.folder },
    pages: { '/': page },
    headers: { 'Content-Security-Policy': policy },
    routes: { '/direct/': direct, ...(wasm && { [`${DIST}sealwax.wasm`]: wasm }), ...(aes && { [`${DIST}aes.wasm`]: aes }) },
  });
  try {
    return await runPage(browser, server.origin);
  } finally {
    await server.close();
  }
}

/** A script of the project with addresses for the names of the package. */
async function direct(_request, response, { pathname }) {
  const text = await readFile(join(consumer.folder, basename(pathname)), 'utf8');
  const resolved = text.replace(/'(sealwax[^']*)'/g, (_, name) => `'${ENTRIES[name]}'`);
  response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(resolved);
}

const answer = (status, type, text) => (_request, response) => response.writeHead(status, { 'Content-Type': type }).end(text);
const WORKS = 'tide table, 100011 of 100011';

test('a page with addresses under a strict policy, and its worker', async () => {
  const { result, problems } = await visit(DIRECT);
  assert.deepEqual(result, { page: WORKS, worker: WORKS });
  assert.deepEqual(problems, []);
});

test('a page with an import map, whose hash the policy names', async () => {
  const policy = STRICT.replace("script-src 'self'", `script-src 'self' ${HASH}`);
  const { result, problems } = await visit(MAPPED, { policy });
  assert.deepEqual(result, { page: WORKS, worker: WORKS });
  assert.deepEqual(problems, []);
});

test('a server that does not know the type of .wasm', async () => {
  const module = await readFile(`${consumer.folder}${DIST}sealwax.wasm`);
  const { result } = await visit(DIRECT, { wasm: answer(200, 'application/octet-stream', module) });
  assert.deepEqual(result, { page: WORKS, worker: WORKS });
});

test('a server that answers a page of HTML for the module', async () => {
  const { result } = await visit(DIRECT, { wasm: answer(200, 'text/html', '<!doctype html><div id="app">') });
  assert.equal(result.error, 'io');
  assert.match(result.message, /answered 200 with text\/html in place of the WebAssembly module: serve sealwax\.wasm there, or import 'sealwax\/inline'/);
});

test('a server without the module', async () => {
  const { result } = await visit(DIRECT, { wasm: answer(404, 'text/plain', '') });
  assert.equal(result.error, 'io');
  assert.match(result.message, /answered 404 .*serve sealwax\.wasm there, or import 'sealwax\/inline'/);
});

test('a policy that forbids WebAssembly', async () => {
  const { result } = await visit(DIRECT, { policy: "default-src 'self'" });
  assert.equal(result.error, 'io');
  assert.match(result.message, /Content-Security-Policy needs 'wasm-unsafe-eval'/);
});

test('a policy that forbids the request for the module', async () => {
  const { result } = await visit(DIRECT, { policy: "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'" });
  assert.equal(result.error, 'io');
  assert.match(result.message, /cannot be loaded from .*sealwax\.wasm/);
});

test('the module of the cipher is loaded by the second small message, and not before', async () => {
  const { result, problems } = await visit(SMALL);
  assert.deepEqual(result, {
    large: ['100000 bytes, asked 0 times', '100000 bytes, asked 0 times'],
    small: 'asked 0 times',
    second: 'asked 1 times',
    third: '10 bytes, asked 1 times',
    encryptor: 'true',
  });
  assert.deepEqual(problems, []);
});

test('where it is missing, WebCrypto takes small messages, and what needs it says so', async () => {
  const { result } = await visit(SMALL, { aes: answer(404, 'text/plain', '') });
  assert.deepEqual(result.large, ['100000 bytes, asked 0 times', '100000 bytes, asked 0 times']);
  assert.match(result.third, /^10 bytes, asked \d times$/);
  assert.match(result.encryptor, /^io io: .* answered 404 .*serve aes\.wasm there/);
});

test('sealwax/inline where no .wasm is served', async () => {
  const nothing = answer(404, 'text/plain', '');
  const { result, problems } = await visit(INLINE, { wasm: nothing, aes: nothing });
  assert.deepEqual(result, { page: WORKS, worker: WORKS });
  assert.deepEqual(problems, []);
});

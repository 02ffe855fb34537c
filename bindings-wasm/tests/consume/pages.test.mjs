// The installed package in Chromium without a bundler, under a strict policy; and the errors of
// pages that cannot load the module, which say what to do.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { launch, open, runPage, serve } from '../support/browser.mjs';
import { project } from './support.mjs';

const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
const DIST = '/node_modules/sealwax/dist/';
const ENTRIES = Object.fromEntries(
  ['index', 'worker', 'worker-host', 'inline'].map((name) => [
    name === 'index' ? 'sealwax' : `sealwax/${name}`,
    `${DIST}${name}.js`,
  ]),
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
  [consumer, browser] = await Promise.all([
    project(),
    launch({ args: ['--js-flags=--expose-gc'] }),
  ]);
  for (const name of [
    'main',
    'report',
    'inline',
    'inline-worker',
    'small',
    'policy',
    'trusted',
    'host',
    'forgotten',
  ])
    await consumer.use(`${name}.mjs`);
});
after(async () => {
  await browser?.close();
  await consumer?.clean();
});

/**
 * Serves the project and runs a page of it; `wasm`, `aes` and `script` answer in place of files of
 * the package.
 */
async function visit(page, { policy = STRICT, wasm, aes, script } = {}) {
  const server = await serve({
    folders: { '/': consumer.folder },
    pages: { '/': page },
    headers: { 'Content-Security-Policy': policy },
    routes: {
      '/direct/': direct,
      ...(wasm && { [`${DIST}sealwax.wasm`]: wasm }),
      ...(aes && { [`${DIST}aes.wasm`]: aes }),
      ...(script && { [`${DIST}worker-script.js`]: script }),
    },
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

const answer = (status, type, text) => (_request, response) =>
  response.writeHead(status, { 'Content-Type': type }).end(text);
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
  const { result } = await visit(DIRECT, {
    wasm: answer(200, 'text/html', '<!doctype html><div id="app">'),
  });
  assert.equal(result.error, 'io');
  assert.match(
    result.message,
    /answered 200 with text\/html in place of the WebAssembly module: serve sealwax\.wasm there, or import 'sealwax\/inline'/,
  );
});

test('a server without the module', async () => {
  const { result } = await visit(DIRECT, { wasm: answer(404, 'text/plain', '') });
  assert.equal(result.error, 'io');
  assert.match(
    result.message,
    /answered 404 .*serve sealwax\.wasm there, or import 'sealwax\/inline'/,
  );
});

test('a policy that forbids WebAssembly', async () => {
  const { result } = await visit(DIRECT, { policy: "default-src 'self'" });
  assert.equal(result.error, 'io');
  assert.match(result.message, /Content-Security-Policy needs 'wasm-unsafe-eval'/);
});

test('a policy that forbids the request for the module', async () => {
  const { result } = await visit(DIRECT, {
    policy: "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
  });
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

test('a page whose policy forbids WebAssembly, and a worker whose own policy does not', async () => {
  const policy = "default-src 'self'"; // without 'wasm-unsafe-eval'
  const text = await readFile(`${consumer.folder}${DIST}worker-script.js`);
  const script = (_request, response) =>
    response
      .writeHead(200, { 'Content-Type': 'text/javascript', 'Content-Security-Policy': STRICT })
      .end(text);
  const { result } = await visit(page('/direct/policy.mjs'), { policy, script });
  assert.match(result.here, /needs 'wasm-unsafe-eval'/);
  assert.equal(result.there, 'tide table');
});

test('Trusted Types: the error says what to do, and that works', async () => {
  const policy = `${STRICT}; worker-src 'self'; require-trusted-types-for 'script'`;
  const { result } = await visit(page('/direct/trusted.mjs'), { policy });
  assert.match(
    result.refused,
    /^io io: the browser refuses the script of the worker, as where Trusted Types forbid it.*give the option worker/,
  );
  assert.deepEqual([result.own, result.here], [true, true]);
});

test('a worker that nobody can use any more ends, and none that is at work', async () => {
  const server = await serve({
    folders: { '/': consumer.folder },
    pages: { '/': page('/direct/forgotten.mjs') },
    routes: { '/direct/': direct },
  });
  const { page: opened, close } = await open(browser, server.origin);
  try {
    await opened.waitForFunction(() => globalThis.result !== undefined, undefined, {
      timeout: 60_000,
    });
    assert.deepEqual(await opened.evaluate(() => globalThis.result), { read: 20, sealed: true });
    for (let tries = 0; opened.workers().length > 0 && tries < 1_200; tries++) {
      await opened.evaluate(() => globalThis.collected());
      await sleep(50);
    }
    assert.equal(opened.workers().length, 0);
  } finally {
    await close();
    await server.close();
  }
});

/** The package on a server of another origin, as a CDN is; `change` may change a file. */
async function cdn(change = (_name, bytes) => bytes) {
  const file = async (_request, response, { pathname }) => {
    const type = pathname.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
    const bytes = change(
      basename(pathname),
      await readFile(`${consumer.folder}${DIST}${basename(pathname)}`),
    );
    response
      .writeHead(200, { 'Content-Type': type, 'Access-Control-Allow-Origin': '*' })
      .end(bytes);
  };
  const server = await serve({ routes: { '/': file } });
  return { ...server, origin: server.origin.replace('localhost', '127.0.0.1') };
}

/** A page that loads it from there, with the hashes that the package carries. */
async function fromCdn(server) {
  const integrity = JSON.parse(await readFile(`${consumer.folder}${DIST}integrity.json`, 'utf8'));
  const scripts = Object.entries(integrity).filter(([name]) => name.endsWith('.js'));
  const map = {
    imports: { sealwax: `${server.origin}/index.js` },
    integrity: Object.fromEntries(
      scripts.map(([name, hash]) => [`${server.origin}/${name}`, hash]),
    ),
  };
  const script = `
    import { decrypt, encrypt, init, LocalKey } from 'sealwax';
    await init(fetch('${server.origin}/sealwax.wasm', { integrity: '${integrity['sealwax.wasm']}' }));
    const key = new LocalKey(new Uint8Array(32), 'k');
    const sealed = await encrypt(new Blob(['tide table', new Uint8Array(20_000)]), key).blob();
    globalThis.result = (await (await decrypt(sealed, key).blob()).text()).slice(0, 10);`;
  const text = JSON.stringify(map);
  const hash = createHash('sha256').update(text).digest('base64');
  const own = await serve({
    pages: {
      '/': `<!doctype html><script type="importmap">${text}</script><script type="module" src="/load.mjs"></script>`,
    },
    routes: {
      '/load.mjs': answer(
        200,
        'text/javascript',
        "import('/main.mjs').catch((error) => (globalThis.result = `${error.name}: ${error.message}`));",
      ),
      '/main.mjs': answer(200, 'text/javascript', script),
    },
    headers: {
      'Content-Security-Policy': `default-src 'none'; script-src 'self' ${server.origin} 'sha256-${hash}' 'wasm-unsafe-eval'; connect-src ${server.origin}`,
    },
  });
  try {
    return (await runPage(browser, own.origin)).result;
  } finally {
    await own.close();
    await server.close();
  }
}

test('a CDN, with the integrity of every file', async () => {
  assert.equal(await fromCdn(await cdn()), 'tide table');
});

for (const kind of ['.js', '.wasm']) {
  test(`a CDN that has changed a ${kind} file`, async () => {
    const changed = (name, bytes) =>
      name.endsWith(kind) && name !== 'index.js'
        ? Buffer.concat([bytes, Buffer.from('\n')])
        : bytes;
    assert.match(await fromCdn(await cdn(changed)), /^(TypeError|SealwaxError): /);
  });
}

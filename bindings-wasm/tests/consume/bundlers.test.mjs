// The installed package through bundlers, and what they wrote in Chromium.
import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import { rollup } from 'rollup';
import * as vite8 from 'vite';
import * as vite7 from 'vite7';
import webpack from 'webpack';
import { launch, open, runPage, serve } from '../support/browser.mjs';
import { project } from './support.mjs';

const WORKS = 'tide table, 100011 of 100011';
const PAGE =
  '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.mjs"></script>';

let consumer;
let browser;
before(async () => {
  [consumer, browser] = await Promise.all([project(), launch()]);
  for (const name of ['main.mjs', 'report.mjs', 'inline.mjs', 'inline-worker.mjs'])
    await consumer.use(name);
  await writeFile(join(consumer.folder, 'index.html'), PAGE);
});
after(async () => {
  await browser?.close();
  await consumer?.clean();
});

async function works(origin) {
  const { result, problems } = await runPage(browser, origin);
  assert.deepEqual(result, { page: WORKS, worker: WORKS }, problems.join('\n'));
  assert.deepEqual(problems, []);
}

/** Serves what a bundler wrote, and nothing of what it read. */
async function built(folder, page = PAGE) {
  const server = await serve({ folders: { '/': folder }, pages: { '/': page } });
  try {
    await works(server.origin);
  } finally {
    await server.close();
  }
}

for (const [name, vite] of Object.entries({ 'Vite 7': vite7, 'Vite 8': vite8 })) {
  test(`${name}, built and served by its preview`, async () => {
    const config = { ...viteConfig(), build: { outDir: name.replace(' ', '') } };
    await vite.build(config);
    const assets = await readdir(join(consumer.folder, config.build.outDir, 'assets'));
    assert.equal(assets.filter((file) => file.endsWith('.wasm')).length, 3, assets.join());
    await served(await vite.preview({ ...config, preview: { host: '127.0.0.1', port: 0 } }));
  });

  test(`${name}, its server for development`, async () => {
    const server = await vite.createServer({
      ...viteConfig(),
      cacheDir: `node_modules/.vite/${name.replace(' ', '')}`,
      server: { host: '127.0.0.1', port: 0 },
    });
    await server.listen();
    await served(server);
  });
}

test('Vite 7 with its cache elsewhere, by the exclusion of README.md', async () => {
  const config = { ...viteConfig(), cacheDir: 'elsewhere', optimizeDeps: { exclude: ['sealwax'] } };
  const server = await vite7.createServer({ ...config, server: { host: '127.0.0.1', port: 0 } });
  await server.listen();
  await served(server);
});

const viteConfig = () => ({ configFile: false, root: consumer.folder, logLevel: 'error' });

async function served(server) {
  try {
    await works(server.resolvedUrls.local[0].replace('127.0.0.1', 'localhost'));
  } finally {
    await server.close();
  }
}

test('a hot reload leaves no worker behind', async () => {
  const path = await consumer.use('hot.mjs');
  await writeFile(join(consumer.folder, 'hot.html'), PAGE.replace('main.mjs', 'hot.mjs'));
  const server = await vite8.createServer({
    ...viteConfig(),
    server: { host: '127.0.0.1', port: 0 },
  });
  await server.listen();
  const { page, close } = await open(
    browser,
    `${server.resolvedUrls.local[0].replace('127.0.0.1', 'localhost')}hot.html`,
  );
  try {
    for (let version = 1; version <= 4; version++) {
      await page.waitForFunction((version) => globalThis.version === version, version, {
        timeout: 60_000,
      });
      await until(() => server.ws.clients.size === 1 && watched(server, path));
      await writeFile(
        path,
        (await readFile(path, 'utf8')).replace(`version = ${version}`, `version = ${version + 1}`),
      );
    }
    await until(() => page.workers().length === 1);
  } finally {
    await close();
    await server.close();
  }
});

/** Vite forgets an edit that it sees before the page listens, and sees none before it watches. */
const watched = (server, path) =>
  server.watcher.getWatched()[dirname(path)]?.includes(basename(path));

async function until(condition) {
  for (let tries = 0; !condition() && tries < 1_200; tries++) await sleep(50);
  assert.ok(condition(), String(condition));
}

test('webpack', async () => {
  const folder = join(consumer.folder, 'webpack');
  const compile = promisify(webpack);
  const stats = await compile({
    mode: 'production',
    context: consumer.folder,
    entry: './main.mjs',
    output: { path: folder, filename: 'main.mjs' },
  });
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  assert.deepEqual([errors, warnings], [[], []]);
  await built(folder);
});

/**
 * esbuild and Rollup leave `new URL(..., import.meta.url)` as it is: the files go beside the
 * bundle.
 */
async function copyAssets(folder) {
  const dist = join(consumer.folder, 'node_modules/sealwax/dist');
  await mkdir(folder, { recursive: true });
  const names = (await readdir(dist)).filter((name) =>
    /^(sealwax\.wasm|aes\.wasm|worker-script\.js|chunk-.*\.js)$/.test(name),
  );
  await Promise.all(names.map((name) => copyFile(join(dist, name), join(folder, name))));
}

test('esbuild', async () => {
  const folder = join(consumer.folder, 'esbuild');
  await esbuild.build({
    entryPoints: [join(consumer.folder, 'main.mjs')],
    bundle: true,
    minify: true,
    format: 'esm',
    outfile: join(folder, 'main.mjs'),
  });
  await copyAssets(folder);
  await built(folder);
});

test('esbuild with sealwax/inline: scripts alone, those of a page and of its worker', async () => {
  const folder = join(consumer.folder, 'inlined');
  const entryPoints = ['inline.mjs', 'inline-worker.mjs'].map((name) =>
    join(consumer.folder, name),
  );
  await esbuild.build({
    entryPoints,
    bundle: true,
    minify: true,
    format: 'esm',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
  });
  assert.deepEqual((await readdir(folder)).sort(), ['inline-worker.mjs', 'inline.mjs']);
  await built(folder, PAGE.replace('main.mjs', 'inline.mjs'));
});

/** Rollup alone resolves no packages. */
const resolve = {
  name: 'the installed package',
  resolveId: (id) => {
    const [, entry = 'index'] = /^sealwax(?:\/(.*))?$/.exec(id) ?? [undefined, null];
    return entry && join(consumer.folder, `node_modules/sealwax/dist/${entry}.js`);
  },
};

test('Rollup', async () => {
  const folder = join(consumer.folder, 'rollup');
  const bundle = await rollup({ input: join(consumer.folder, 'main.mjs'), plugins: [resolve] });
  await bundle.write({ dir: folder, format: 'es', entryFileNames: '[name].mjs' });
  await bundle.close();
  await copyAssets(folder);
  await built(folder);
});

// The installed package through bundlers, and what they wrote in Chromium.
import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import { rollup } from 'rollup';
import * as vite from 'vite';
import webpack from 'webpack';
import { launch, runPage, serve } from '../support/browser.mjs';
import { project } from './support.mjs';

const WORKS = 'tide table, 100011 of 100011';
const PAGE = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.mjs"></script>';

let consumer;
let browser;
before(async () => {
  [consumer, browser] = await Promise.all([project(), launch()]);
  for (const name of ['main.mjs', 'report.mjs']) await consumer.use(name);
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
async function built(folder) {
  const server = await serve({ folders: { '/': folder }, pages: { '/': PAGE } });
  try {
    await works(server.origin);
  } finally {
    await server.close();
  }
}

test('Vite, built and served by its preview', async () => {
  const config = { configFile: false, root: consumer.folder, logLevel: 'error' };
  await vite.build(config);
  const assets = await readdir(join(consumer.folder, 'dist/assets'));
  assert.equal(assets.filter((name) => name.endsWith('.wasm')).length, 2, assets.join());
  const server = await vite.preview({ ...config, preview: { host: '127.0.0.1', port: 0 } });
  try {
    await works(server.resolvedUrls.local[0].replace('127.0.0.1', 'localhost'));
  } finally {
    await server.close();
  }
});

test('Vite, its server for development', async () => {
  const server = await vite.createServer({ configFile: false, root: consumer.folder, logLevel: 'error', server: { host: '127.0.0.1', port: 0 } });
  try {
    await server.listen();
    await works(server.resolvedUrls.local[0].replace('127.0.0.1', 'localhost'));
  } finally {
    await server.close();
  }
});

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

/** esbuild and Rollup leave `new URL(..., import.meta.url)` as it is: the files go beside the bundle. */
async function copyAssets(folder) {
  const dist = join(consumer.folder, 'node_modules/sealwax/dist');
  await mkdir(folder, { recursive: true });
  const names = (await readdir(dist)).filter((name) => /^(sealwax\.wasm|aes\.wasm|worker-script\.js|chunk-.*\.js)$/.test(name));
  await Promise.all(names.map((name) => copyFile(join(dist, name), join(folder, name))));
}

test('esbuild', async () => {
  const folder = join(consumer.folder, 'esbuild');
  await esbuild.build({ entryPoints: [join(consumer.folder, 'main.mjs')], bundle: true, minify: true, format: 'esm', outfile: join(folder, 'main.mjs') });
  await copyAssets(folder);
  await built(folder);
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

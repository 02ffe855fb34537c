// The installed package where there is no page: Node, its threads, Deno, Bun, Cloudflare's workers.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { program, project, run } from './support.mjs';

let consumer;
before(async () => {
  consumer = await project();
  for (const name of ['once.mjs', 'print.mjs', 'threads.mjs', 'subpaths.mjs', 'require.cjs', 'workerd.mjs']) await consumer.use(name);
});
after(() => consumer?.clean());

const output = (name, ...programArguments) => run(name, programArguments, { cwd: consumer.folder });

test('Node: an ES module', async () => {
  assert.equal(await output('node', 'print.mjs'), 'tide table\n');
});

test('Node: a thread', async () => {
  assert.equal(await output('node', 'threads.mjs'), 'tide table\n');
});

test('Node: every entry point', async () => {
  assert.equal(await output('node', 'subpaths.mjs'), 'true true function function\n');
});

test('Node: require', async () => {
  assert.equal(await output('node', 'require.cjs'), 'true\n');
});

test('Deno, which reads the package and nothing else', async () => {
  const only = `--allow-read=${consumer.folder}`;
  assert.equal(await output(program('deno'), 'run', '--no-prompt', '--cached-only', only, 'print.mjs'), 'tide table\n');
});

test('Bun', async () => {
  assert.equal(await output(program('bun'), 'run', 'print.mjs'), 'tide table\n');
});

test("Cloudflare's workers: the modules are imported, for bytes cannot be compiled there", async () => {
  const bundle = await build({
    entryPoints: [join(consumer.folder, 'workerd.mjs')],
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['*.wasm'],
    write: false,
  });
  const file = (name) => readFile(join(consumer.folder, 'node_modules/sealwax/dist', name));
  const runtime = new Miniflare({
    modules: [
      { type: 'ESModule', path: 'worker.mjs', contents: bundle.outputFiles[0].text },
      { type: 'CompiledWasm', path: 'sealwax.wasm', contents: await file('sealwax.wasm') },
      { type: 'CompiledWasm', path: 'aes.wasm', contents: await file('aes.wasm') },
    ],
    compatibilityDate: '2026-07-01',
  });
  try {
    const response = await runtime.dispatchFetch('http://localhost/');
    assert.equal(await response.text(), 'tide table');
  } finally {
    await runtime.dispose();
  }
});

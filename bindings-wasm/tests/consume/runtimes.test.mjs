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
  for (const name of [
    'once.mjs',
    'print.mjs',
    'threads.mjs',
    'subpaths.mjs',
    'require.cjs',
    'stack.mjs',
    'workerd.mjs',
  ])
    await consumer.use(name);
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
  assert.equal(await output('node', 'require.cjs'), 'true true true node.js\n');
});

test('Node: require where modules cannot be required, as before 20.19 and in Jest', async () => {
  assert.equal(
    await output('node', '--no-experimental-require-module', 'require.cjs'),
    'true true true index.cjs\n',
  );
});

test('Node: bundled into one file, of either kind, with nothing beside it', async () => {
  for (const format of ['esm', 'cjs']) {
    const outfile = join(consumer.folder, `bundled/${format}.${format === 'esm' ? 'mjs' : 'cjs'}`);
    const source = "import { once } from './once.mjs'; once().then(console.log);";
    await build({
      stdin: { contents: source, resolveDir: consumer.folder },
      bundle: true,
      platform: 'node',
      format,
      outfile,
      logLevel: 'error',
    });
    assert.equal(await run('node', [outfile], { cwd: '/' }), 'tide table\n', format);
  }
});

test('Node: names in stacks, and files and lines of the sources where maps are read', async () => {
  assert.match(
    await output('node', 'stack.mjs'),
    /at readHeader .*\n[\s\S]*at async Message\.bytes /,
  );
  assert.match(
    await output('node', '--enable-source-maps', 'stack.mjs'),
    /readHeader.*ts\/header\.ts:\d+/,
  );
});

test('Deno, which reads the package and nothing else', async () => {
  const only = `--allow-read=${consumer.folder}`;
  assert.equal(
    await output(program('deno'), 'run', '--no-prompt', '--cached-only', only, 'print.mjs'),
    'tide table\n',
  );
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
      { type: 'CompiledWasm', path: 'hpke.wasm', contents: await file('hpke.wasm') },
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

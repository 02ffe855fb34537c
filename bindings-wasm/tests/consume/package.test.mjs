// What npm would publish: the files, the exports, the metadata.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PACKAGE, pack, program, project, run } from './support.mjs';

let consumer;
let packed;
before(async () => {
  consumer = await project();
  packed = await pack(consumer.folder);
});
after(() => consumer?.clean());

/** Of the newest, and what most programs have. */
const LIBS = ['es2024,esnext.disposable,dom,dom.iterable,dom.asynciterable', 'es2022,dom'];

const installed = (name) => join(consumer.folder, 'node_modules/sealwax', name);

test('the files, and no other', () => {
  const paths = packed.files.map(({ path }) =>
    path.replace(
      /^dist\/(chunk|hpke-glue|inline-hpke|inline-modules)-[A-Z0-9]{8}\.js/,
      'dist/$1-*.js',
    ),
  );
  const scripts = paths.filter((path) => /^dist\/(?!\w+\.d\.).*\.c?js$/.test(path));
  assert.deepEqual(
    paths.filter((path) => path.endsWith('.map')).sort(),
    withMaps(scripts).sort(),
    'every bundled script has its map',
  );
  assert.deepEqual([...new Set(paths.filter((path) => !path.endsWith('.map')))].sort(), [
    'LICENSE-APACHE',
    'LICENSE-MIT',
    'README.md',
    'dist/aes.wasm',
    'dist/all.cjs',
    'dist/chunk-*.js',
    'dist/edge-light.js',
    'dist/errors.d.cts',
    'dist/hpke-glue-*.js',
    'dist/hpke.wasm',
    'dist/index.cjs',
    'dist/index.d.cts',
    'dist/index.js',
    'dist/inline-hpke-*.js',
    'dist/inline-modules-*.js',
    'dist/inline.js',
    'dist/integrity.json',
    'dist/keys.d.cts',
    'dist/kms.cjs',
    'dist/kms.d.cts',
    'dist/kms.js',
    'dist/messages.d.cts',
    'dist/node.js',
    'dist/providers.d.cts',
    'dist/ranges.d.cts',
    'dist/sealwax.wasm',
    'dist/worker-host.cjs',
    'dist/worker-host.d.cts',
    'dist/worker-host.js',
    'dist/worker-script.js',
    'dist/worker.cjs',
    'dist/worker.d.cts',
    'dist/worker.js',
    'dist/workerd.js',
    'inline/package.json',
    'kms/package.json',
    'package.json',
    'types/errors.d.ts',
    'types/index.d.ts',
    'types/keys.d.ts',
    'types/kms.d.ts',
    'types/messages.d.ts',
    'types/providers.d.ts',
    'types/ranges.d.ts',
    'types/worker-host.d.ts',
    'types/worker.d.ts',
    'worker-host/package.json',
    'worker/package.json',
  ]);
});

/** The files of CommonJS but for the one that has it all are a line each. */
const withMaps = (scripts) =>
  scripts
    .filter((path) => !path.endsWith('.cjs') || path === 'dist/all.cjs')
    .map((path) => `${path}.map`);

test('no file names a place of the machine that built it', async () => {
  for (const { path } of packed.files) {
    const text = await readFile(installed(path), 'latin1');
    assert.deepEqual(text.match(/\/(root|home|Users|tmp)\/[\w.-]+/g), null, path);
  }
});

test('every target of the exports is there', async () => {
  const { exports, main, module, types } = JSON.parse(
    await readFile(installed('package.json'), 'utf8'),
  );
  const targetsOf = (target) =>
    typeof target === 'string' ? [target] : Object.values(target).flatMap(targetsOf);
  for (const target of [main, module, types, ...targetsOf(exports)])
    await readFile(installed(target));
});

test('what npm shows and a provenance statement needs', async () => {
  const { repository, license, publishConfig, dependencies, scripts } = JSON.parse(
    await readFile(installed('package.json'), 'utf8'),
  );
  assert.deepEqual(repository, {
    type: 'git',
    url: 'git+https://github.com/sealwax/sealwax.git',
    directory: 'bindings-wasm',
  });
  assert.deepEqual(publishConfig, { access: 'public', provenance: true });
  assert.equal(license, 'Apache-2.0 OR MIT');
  assert.equal(dependencies, undefined);
  for (const name of ['preinstall', 'install', 'postinstall'])
    assert.equal(scripts[name], undefined);
});

test('publint has nothing to say', async () => {
  const output = await run(program('publint'), ['run', packed.path, '--strict'], { cwd: PACKAGE });
  assert.match(output, /All good!/);
});

test('the types resolve as the code does (attw), for ES modules, CommonJS, bundlers and the way of Node 10', async () => {
  await run(program('attw'), [
    packed.path,
    '--no-definitely-typed',
    '--exclude-entrypoints',
    './sealwax.wasm',
    './aes.wasm',
    './hpke.wasm',
  ]);
});

for (const [module, resolution, file] of [
  ['NodeNext', 'NodeNext', 'types.ts'],
  ['ESNext', 'Bundler', 'types.ts'],
  ['Node18', 'Node16', 'types.cts'],
]) {
  test(`a program in TypeScript, ${file} resolved by ${resolution}`, async () => {
    const path = await consumer.use('types.ts', file);
    for (const lib of LIBS) {
      const options = { module, moduleResolution: resolution, target: 'es2022', lib, types: '' };
      const switches = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
      await run(program('tsc'), ['--noEmit', '--strict', ...switches, path], {
        cwd: consumer.folder,
      });
    }
  });
}

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

const LIB = 'es2024,esnext.disposable,dom,dom.iterable,dom.asynciterable';

const installed = (name) => join(consumer.folder, 'node_modules/sealwax', name);

test('the files, and no other', () => {
  const files = packed.files.map(({ path }) => path.replace(/^dist\/chunk-[A-Z0-9]{8}\.js$/, 'dist/chunk-*.js'));
  assert.deepEqual([...new Set(files)].sort(), [
    'LICENSE-APACHE',
    'LICENSE-MIT',
    'README.md',
    'dist/aes.wasm',
    'dist/chunk-*.js',
    'dist/index.js',
    'dist/inline.js',
    'dist/kms.js',
    'dist/node.js',
    'dist/sealwax.wasm',
    'dist/worker-host.js',
    'dist/worker-script.js',
    'dist/worker.js',
    'dist/workerd.js',
    'package.json',
    'types/index.d.ts',
    'types/kms.d.ts',
    'types/worker-host.d.ts',
    'types/worker.d.ts',
  ]);
});

test('no file names a place of the machine that built it', async () => {
  for (const { path } of packed.files) {
    const text = await readFile(installed(path), 'latin1');
    assert.deepEqual(text.match(/\/(root|home|Users|tmp)\/[\w.-]+/g), null, path);
  }
});

test('every target of the exports is there', async () => {
  const { exports, main, types } = JSON.parse(await readFile(installed('package.json'), 'utf8'));
  const targets = Object.values(exports).flatMap((target) => (typeof target === 'string' ? target : Object.values(target)));
  for (const target of [main, types, ...targets]) await readFile(installed(target));
});

test('what npm shows and a provenance statement needs', async () => {
  const { repository, license, publishConfig, dependencies, scripts } = JSON.parse(await readFile(installed('package.json'), 'utf8'));
  assert.deepEqual(repository, { type: 'git', url: 'git+https://github.com/sealwax/sealwax.git', directory: 'bindings-wasm' });
  assert.deepEqual(publishConfig, { access: 'public', provenance: true });
  assert.equal(license, 'Apache-2.0 OR MIT');
  assert.equal(dependencies, undefined);
  for (const name of ['preinstall', 'install', 'postinstall']) assert.equal(scripts[name], undefined);
});

test('publint has nothing to say', async () => {
  const output = await run(program('publint'), ['run', packed.path, '--strict'], { cwd: PACKAGE });
  assert.match(output, /All good!/);
});

test('the types resolve as the code does (attw, for ES modules)', async () => {
  await run(program('attw'), [packed.path, '--profile', 'esm-only', '--no-definitely-typed', '--exclude-entrypoints', './sealwax.wasm', './aes.wasm']);
});

for (const [module, resolution] of [['NodeNext', 'NodeNext'], ['ESNext', 'Bundler']]) {
  test(`a program in TypeScript, resolved by ${resolution}`, async () => {
    const file = await consumer.use('types.ts');
    const options = { module, moduleResolution: resolution, target: 'es2022', lib: LIB, types: '' };
    const switches = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    await run(program('tsc'), ['--noEmit', '--strict', ...switches, file], { cwd: consumer.folder });
  });
}

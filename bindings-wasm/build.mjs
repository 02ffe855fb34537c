// Bundles ts/ and the generated glue into dist/. Run by `cargo xtask build-wasm`, after the modules.
import { build } from 'esbuild';
import { copyFile, readdir, rm } from 'node:fs/promises';

const here = (path) => new URL(path, import.meta.url).pathname;

// Chunks are named by their content: those of another time would stay, and be packed.
for (const name of await readdir(here('dist'))) {
  if (name.endsWith('.js')) await rm(here(`dist/${name}`));
}
for (const license of ['LICENSE-APACHE', 'LICENSE-MIT']) await copyFile(here(`../${license}`), here(license));
const alias = { 'sealwax-aes': here('ts/aes.ts') }; // as the core's module calls it
// The core's glue alone, for a test of what it computes.
await build({ entryPoints: [here('build/core.js')], outfile: here('build/glue.js'), bundle: true, format: 'esm', alias });
await build({
  entryPoints: ['index', 'node', 'workerd', 'inline', 'kms', 'worker', 'worker-host', 'worker-script'].map((name) => here(`ts/${name}.ts`)),
  outdir: here('dist'),
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  loader: { '.base64': 'text' },
  external: ['node:*', './*.wasm'],
  alias,
  logLevel: 'warning',
});

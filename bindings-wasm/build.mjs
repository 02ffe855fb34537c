// Bundles ts/ and the generated glue into dist/. Run by `cargo xtask build-wasm`, after the module.
import { build } from 'esbuild';
import { readFile, writeFile } from 'node:fs/promises';

const here = (path) => new URL(path, import.meta.url).pathname;

await writeFile(here('build/sealwax.wasm.base64'), (await readFile(here('dist/sealwax.wasm'))).toString('base64'));
await build({
  entryPoints: { index: here('ts/index.ts'), node: here('ts/node.ts'), inline: here('ts/inline.ts'), kms: here('ts/kms.ts') },
  outdir: here('dist'),
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  loader: { '.base64': 'text' },
  external: ['node:*'],
  logLevel: 'warning',
});

// Bundles ts/ and the generated glue into dist/. Run by `cargo xtask build-wasm`, after the
// modules.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';

const here = (path) => new URL(path, import.meta.url).pathname;

/** Files of the entry points, and what each is called among those of CommonJS. */
const COMMON_JS = { index: 'index', kms: 'kms', worker: 'worker', 'worker-host': 'workerHost' };

/**
 * The glue, but for what keeps all of it in every bundle: our handles are freed, and never disposed
 * of.
 */
const glue = {
  name: 'glue',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/build\/((aes|hpke)\/)?core\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replace(/^if \(Symbol\.dispose\) .*$/gm, '')
        .replaceAll(': new FinalizationRegistry(', ': /* @__PURE__ */ new FinalizationRegistry('),
    })),
};

const OPTIONS = {
  bundle: true,
  target: 'es2022',
  // Names stay, for stacks: whoever bundles for a page minifies once more.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  loader: { '.base64': 'text' },
  external: ['node:*', './*.wasm', './*.wasm?module'],
  alias: { 'sealwax-aes': here('ts/aes.ts') }, // as the core's module calls it
  plugins: [glue],
  logLevel: 'warning',
};

// Chunks are named by their content: those of another time would stay, and be packed.
for (const name of await readdir(here('dist'))) {
  if (!name.endsWith('.wasm')) await rm(here(`dist/${name}`));
}
for (const license of ['LICENSE-APACHE', 'LICENSE-MIT'])
  await copyFile(here(`../${license}`), here(license));
// The core's glue alone, for a test of what it computes.
await build({
  ...OPTIONS,
  entryPoints: [here('build/core.js')],
  outfile: here('build/glue.js'),
  format: 'esm',
});
await build({
  ...OPTIONS,
  entryPoints: [
    'index',
    'node',
    'workerd',
    'edge-light',
    'inline',
    'kms',
    'worker',
    'worker-host',
    'worker-script',
  ].map((name) => here(`ts/${name}.ts`)),
  outdir: here('dist'),
  splitting: true,
  format: 'esm',
});
await build({
  ...OPTIONS,
  entryPoints: [here('ts/commonjs.ts')],
  outfile: here('dist/all.cjs'),
  format: 'cjs',
  ignoreAnnotations: true, // the list of files with effects names those in dist
  define: { 'import.meta.url': '"about:blank"' }, // nothing is beside it
});
// What reads no "exports", such as Parcel as it comes and TypeScript's `node10`, looks for folders.
for (const [name, types] of Object.entries({
  inline: 'index',
  kms: 'kms',
  worker: 'worker',
  'worker-host': 'worker-host',
})) {
  await mkdir(here(name), { recursive: true });
  const places = {
    main: `../dist/${types}.cjs`,
    module: `../dist/${name}.js`,
    types: `../types/${types}.d.ts`,
  };
  await writeFile(here(`${name}/package.json`), `${JSON.stringify(places, null, 2)}\n`);
}
for (const [name, part] of Object.entries(COMMON_JS)) {
  await writeFile(
    here(`dist/${name}.cjs`),
    `'use strict';\nmodule.exports = require('./all.cjs').${part};\n`,
  );
}
for (const name of await readdir(here('types'))) {
  const types = await readFile(here(`types/${name}`), 'utf8');
  const commonJs = types.replace(/'\.\/(\w+)\.js'/g, "'./$1.cjs'");
  await writeFile(here(`dist/${name.replace(/ts$/, 'cts')}`), commonJs);
}
for (const name of await readdir(here('dist'))) {
  if (name.endsWith('.map')) await withoutText(here(`dist/${name}`));
}

// For pages that load the package from a CDN: what each file is, as `integrity` takes it.
const integrity = {};
for (const name of (await readdir(here('dist')))
  .filter((name) => /\.(js|wasm)$/.test(name))
  .sort()) {
  integrity[name] = `sha384-${createHash('sha384')
    .update(await readFile(here(`dist/${name}`)))
    .digest('base64')}`;
}
await writeFile(here('dist/integrity.json'), `${JSON.stringify(integrity, null, 2)}\n`);

/** The modules' text is in the file already: its map need not carry it once more. */
async function withoutText(path) {
  const map = JSON.parse(await readFile(path, 'utf8'));
  map.sourcesContent = map.sourcesContent?.map((text, at) =>
    map.sources[at].endsWith('.base64') ? null : text,
  );
  await writeFile(path, JSON.stringify(map));
}

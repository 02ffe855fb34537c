// What a page ships: its script, bundled and minified, and the WebAssembly that it loads.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

export const MODULE = at('../dist/sealwax.wasm');
/** The cipher, which a page with WebCrypto does not load. */
const AES = at('../dist/aes.wasm');
/**
 * The glue as wasm-bindgen wrote it, that of both modules, and the pages that each encrypt a file
 * with one provider.
 */
export const GLUE = at('../build/core.js');
export const page = (name) => at(`apps/${name}.mjs`);

/** As a browser gets it: no names of Node's, entry points of this folder's package. */
export async function bundle(entry, options = {}) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    alias: { sealwax: at('../dist/index.js') },
    logLevel: 'error',
    write: false,
    ...options,
  });
  return outputFiles[0].contents;
}

const gzipped = (bytes) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }).length;

/** Bytes of files, raw and each gzipped as a server sends it. */
export const sizeOf = (...files) => ({
  raw: files.reduce((size, file) => size + file.length, 0),
  gzip: files.reduce((size, file) => size + gzipped(file), 0),
});

/** Our page: script and module. */
export const sealwaxPage = async () =>
  sizeOf(await bundle(page('sealwax')), await readFile(MODULE));

/** A peer's page, whose WebAssembly, if any, is in its script. */
export const peerPage = async (name) => sizeOf(await bundle(page(name)));

/** All that is WebAssembly or speaks to it. */
export const modulesAndGlue = async () =>
  sizeOf(
    await readFile(MODULE),
    await readFile(AES),
    await bundle(GLUE, { alias: { 'sealwax-aes': at('../ts/aes.ts') } }),
  );

// Optimises the generated modules into dist/, and writes their text for sealwax/inline. Run by
// `cargo xtask build-wasm`, before the bundle.
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const here = (path) => new URL(path, import.meta.url).pathname;
const run = promisify(execFile);

const FEATURES = [
  '--enable-reference-types',
  '--enable-bulk-memory',
  '--enable-bulk-memory-opt',
  '--enable-sign-ext',
  '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int',
  '--enable-multivalue',
  '--strip-debug',
  '--strip-producers',
  '--strip-target-features',
];
/** The core for size; the cipher for speed, which more passes take from it. */
const MODULES = {
  sealwax: { from: 'build/core_bg.wasm', passes: ['-Oz', '--converge'] },
  aes: { from: 'build/aes/core_bg.wasm', passes: ['-O1'] },
  hpke: { from: 'build/hpke/core_bg.wasm', passes: ['-Oz', '--converge'] },
};

await mkdir(here('dist'), { recursive: true });
for (const [name, { from, passes }] of Object.entries(MODULES)) {
  const to = here(`dist/${name}.wasm`);
  await run(here('node_modules/.bin/wasm-opt'), [...passes, ...FEATURES, here(from), '-o', to]);
  await writeFile(here(`build/${name}.wasm.base64`), (await readFile(to)).toString('base64'));
}

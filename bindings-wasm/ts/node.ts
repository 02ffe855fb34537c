// Node, Deno and Bun with files: the module lies beside this one.

import { readFile } from 'node:fs/promises';
import { setLoader } from './core.js';

setLoader(() => readFile(new URL('./sealwax.wasm', import.meta.url)));

export * from './index.js';

// Node, Deno and Bun with files: the modules lie beside this one.

import { readFile } from 'node:fs/promises';
import { aesModule } from './aes.js';
import { coreModule } from './core.js';

coreModule.setSource(() => readFile(new URL('./sealwax.wasm', import.meta.url)));
aesModule.setSource(() => readFile(new URL('./aes.wasm', import.meta.url)));

export * from './index.js';

// For pages that cannot serve a .wasm file: the modules are in this one, as text.

import aes from '../build/aes.wasm.base64';
import wasm from '../build/sealwax.wasm.base64';
import { aesModule } from './aes.js';
import { fromBase64 } from './bytes.js';
import { coreModule } from './core.js';

coreModule.setSource(() => fromBase64(wasm)!);
aesModule.setSource(() => fromBase64(aes)!);

export * from './index.js';

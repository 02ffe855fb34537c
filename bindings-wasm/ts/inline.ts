// For pages that cannot serve a .wasm file: the module is in this one, as text.

import wasm from '../build/sealwax.wasm.base64';
import { fromBase64 } from './bytes.js';
import { setLoader } from './core.js';

setLoader(() => fromBase64(wasm)!);

export * from './index.js';

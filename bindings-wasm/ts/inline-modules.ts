// Both modules as text, for hosts that cannot serve files beside the script.

import aes from '../build/aes.wasm.base64';
import core from '../build/sealwax.wasm.base64';
import { fromBase64 } from './bytes.js';

export const coreBytes = () => fromBase64(core)!;
export const aesBytes = () => fromBase64(aes)!;

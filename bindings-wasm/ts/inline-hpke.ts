// The module of public keys as text, apart from the others: most programs never load it.

import hpke from '../build/hpke.wasm.base64';
import { fromBase64 } from './bytes.js';

export const hpkeBytes = () => fromBase64(hpke)!;

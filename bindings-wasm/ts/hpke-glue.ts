// The glue of hpke.wasm, in a script of its own.

export { Identity, Recipient, default } from '../build/hpke/core.js';

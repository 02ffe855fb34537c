// Cloudflare Workers compile no bytes at run time, so the bundler must import the modules.

// @ts-expect-error TypeScript has no types for WebAssembly modules; the bundler provides a WebAssembly.Module.
import aes from './aes.wasm';
// @ts-expect-error The same.
import hpke from './hpke.wasm';
// @ts-expect-error The same.
import wasm from './sealwax.wasm';
import { aesModule } from './aes.js';
import { coreModule } from './core.js';
import { hpkeModule } from './hpke.js';

coreModule.setSource(() => wasm as WebAssembly.Module);
aesModule.setSource(() => aes as WebAssembly.Module);
hpkeModule().setSource(() => hpke as WebAssembly.Module);

export * from './index.js';

// Next's edge runtime compiles no bytes at run time. Its bundlers import modules by the suffix
// `?module`.

// @ts-expect-error TypeScript has no types for WebAssembly modules; the bundler provides a WebAssembly.Module.
import aes from './aes.wasm?module';
// @ts-expect-error The same.
import hpke from './hpke.wasm?module';
// @ts-expect-error The same.
import wasm from './sealwax.wasm?module';
import { aesModule } from './aes.js';
import { coreModule } from './core.js';
import { hpkeModule } from './hpke.js';

coreModule.setSource(() => wasm as WebAssembly.Module);
aesModule.setSource(() => aes as WebAssembly.Module);
hpkeModule().setSource(() => hpke as WebAssembly.Module);

export * from './index.js';

// Next's edge runtime: it compiles no bytes at run time, and its bundlers take modules by the suffix `?module`.

// @ts-expect-error TypeScript knows no modules of WebAssembly; the bundler gives a WebAssembly.Module.
import aes from './aes.wasm?module';
// @ts-expect-error The same.
import wasm from './sealwax.wasm?module';
import { aesModule } from './aes.js';
import { coreModule } from './core.js';

coreModule.setSource(() => wasm as WebAssembly.Module);
aesModule.setSource(() => aes as WebAssembly.Module);

export * from './index.js';

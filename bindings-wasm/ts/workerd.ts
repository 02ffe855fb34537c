// Cloudflare's workers: they compile no bytes at run time, so that their bundler has to know the modules.

// @ts-expect-error TypeScript knows no modules of WebAssembly; the bundler gives a WebAssembly.Module.
import aes from './aes.wasm';
// @ts-expect-error The same.
import wasm from './sealwax.wasm';
import { aesModule } from './aes.js';
import { coreModule } from './core.js';

coreModule.setSource(() => wasm as WebAssembly.Module);
aesModule.setSource(() => aes as WebAssembly.Module);

export * from './index.js';

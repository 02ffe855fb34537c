// Cloudflare's workers: they compile no bytes at run time, so that their bundler has to know the module.

// @ts-expect-error TypeScript knows no modules of WebAssembly; the bundler gives a WebAssembly.Module.
import wasm from './sealwax.wasm';
import { setLoader } from './core.js';

setLoader(() => wasm as WebAssembly.Module);

export * from './index.js';

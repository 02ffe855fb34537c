// sealwax/worker-host: the worker's side, for scripts that bring providers of their own.

export { serveSealwax } from './worker/host.js';

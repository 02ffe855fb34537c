// sealwax/worker-host: the worker's side, for scripts with their own providers.

export { serveSealwax } from './worker/host.js';

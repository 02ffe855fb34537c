// sealwax/worker: the page's side of a Web Worker.

export { SealwaxError } from './errors.js';
export { SealwaxWorker } from './worker/client.js';

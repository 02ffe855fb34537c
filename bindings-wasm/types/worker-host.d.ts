/** `sealwax/worker-host`: for a worker script of one's own. */

import type { KeyProvider } from './index.js';

export interface HostOptions {
  /**
   * Providers of the worker's, by the names that the page uses in place of providers of its own.
   */
  providers?: Readonly<Record<string, KeyProvider>>;
  /**
   * Where the page is; the worker's global scope by default, a port of a `SharedWorker` otherwise.
   */
  endpoint?: MessagePort | typeof globalThis;
}

/** Serves a `SealwaxWorker`. Call it when the script starts: earlier messages are lost. */
export function serveSealwax(options?: HostOptions): void;

/** `sealwax/worker` and `sealwax/worker-host`: the work of a page in a Web Worker. */

import type {
  Bytes,
  DecryptOptions,
  Decryption,
  EncryptOptions,
  Encryption,
  FetchRange,
  KeyProvider,
  Keys,
  OpenRangeOptions,
  RangeReader,
  RangeSource,
  Source,
  TransformPair,
} from './index.js';

export type * from './index.js';

/**
 * Providers of the page, which the worker calls back; or names of providers that the worker has.
 */
export type WorkerKeys = Keys | string | readonly (KeyProvider | string)[];

/** Whether the source's buffer is given up to the worker instead of being copied; no by default. */
export interface Transfer {
  /**
   * The bytes, or the chunks of the stream, are detached: a view takes its whole buffer with it.
   */
  transfer?: boolean;
}

export interface SealwaxWorkerOptions {
  /** A worker of the page's own, which runs `sealwax/worker-host`; or a port to one. */
  worker?: Worker | MessagePort;
  /** The WebAssembly module for the worker, where its own way of loading does not do. */
  wasm?: string | URL | BufferSource | WebAssembly.Module;
  /** The same for the module of the cipher. */
  aes?: string | URL | BufferSource | WebAssembly.Module;
}

/**
 * A worker that encrypts and decrypts, with the functions of the package as its methods. It starts
 * at once and lives until it is terminated, or until nobody can use it any more; several jobs may
 * be under way.
 *
 * Providers stay on the page unless the worker has its own. A DEK that crosses is moved, not
 * copied.
 */
export class SealwaxWorker {
  constructor(options?: SealwaxWorkerOptions);
  encrypt(source: Source, keys: WorkerKeys, options?: EncryptOptions & Transfer): Encryption;
  decrypt(source: Source, keys: WorkerKeys, options?: DecryptOptions & Transfer): Decryption;
  encryptStream(keys: WorkerKeys, options?: EncryptOptions & Transfer): TransformPair;
  decryptStream(keys: WorkerKeys, options?: DecryptOptions & Transfer): TransformPair;
  /** A source that is an object or a function stays on the page and is asked by the worker. */
  openRange(
    source: RangeSource | FetchRange | Blob | Bytes,
    keys: WorkerKeys,
    options?: OpenRangeOptions & Transfer,
  ): Promise<RangeReader>;
  /** Ends the worker. What is under way fails with code `cancelled`. */
  terminate(): void;
  [Symbol.dispose](): void;
}

export { SealwaxError } from './index.js';

/** Random access to sealed objects. */

import type { Bytes, DecryptOptions, HeaderInfo } from './messages.js';

/** Somewhere that hands out ranges of a sealed object. */
export interface RangeSource {
  /** Length of the object, in bytes. */
  size(signal?: AbortSignal): Promise<number>;
  /** Exactly these bytes. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Bytes>;
}

/** A function that hands out ranges; the size of the object goes into the options. */
export type FetchRange = (
  offset: number,
  length: number,
  signal?: AbortSignal,
) => Promise<Bytes | Blob | Response>;

export interface HttpRangeOptions {
  headers?: HeadersInit;
  credentials?: RequestCredentials;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
  /**
   * How often a request is made again without a byte more than before; 5 by default, 0 for never.
   */
  retries?: number;
  /**
   * About the first pause before that, in milliseconds, doubled each time up to 20 seconds; 250 by
   * default.
   */
  retryDelay?: number;
  /**
   * Longest time without an answer or a byte of it, in milliseconds; 30,000 by default, 0 for no
   * limit.
   */
  timeout?: number;
}

export interface OpenRangeOptions extends Omit<DecryptOptions, 'onProgress'> {
  /** Length of the sealed object, in bytes; needed with a {@link FetchRange}. */
  size?: number;
}

export interface RangeReader {
  readonly header: HeaderInfo;
  /** Length of the plaintext, authenticated. */
  readonly size: number;
  metadata(): Uint8Array<ArrayBuffer> | undefined;
  /** Authentic plaintext from `offset` on: `length` bytes, fewer only at the end. */
  read(
    offset: number,
    length: number,
    options?: { signal?: AbortSignal },
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** The same as a stream in constant memory; to the end without a length. */
  stream(
    offset?: number,
    length?: number,
    options?: { signal?: AbortSignal },
  ): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Forgets the keys. */
  close(): void;
  [Symbol.dispose](): void;
}

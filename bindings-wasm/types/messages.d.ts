/** Sources, options, and the results of encryption and decryption. */

import type { ContextInput, EncryptionContext, KeyEvent, WrappedKey } from './keys.js';

/** Bytes of any view, its offset and length respected. `SharedArrayBuffer`s are refused. */
export type Bytes = ArrayBuffer | ArrayBufferView;

/** What is encrypted or decrypted. Streams carry `Uint8Array`s. */
export type Source = Bytes | Blob | ReadableStream<Uint8Array>;

/**
 * `webcrypto`: AES-GCM of the browser, in hardware. `wasm`: AES-GCM in WebAssembly, everywhere.
 * `auto`: WebCrypto where it exists and the data is worth a call.
 */
export type EngineChoice = 'auto' | 'webcrypto' | 'wasm';

export interface Progress {
  /** Bytes of plaintext so far. */
  readonly done: number;
  /** Bytes of plaintext in total; undefined for a stream of unknown length. */
  readonly total: number | undefined;
}

interface CommonOptions {
  engine?: EngineChoice;
  /** Bytes that are authenticated but never stored; the reader must present them again. */
  associatedData?: Bytes;
  /** Ends everything, and fails with code `cancelled`. */
  signal?: AbortSignal;
  /** Most time for a call of a provider, in milliseconds; 30,000 by default, 0 for no limit. */
  providerTimeout?: number;
  onProgress?: (progress: Progress) => void;
  /** Told of every use of a key. What it throws becomes an uncaught error, and the call goes on. */
  onKeyEvent?: (event: KeyEvent) => void;
  /** A name for the object, for audit logs only. */
  objectName?: string;
}

/** How long the header is made, so that it can be rewrapped in place: see FORMAT.md, section 8. */
export type Padding = 'auto' | 'none' | 'page' | number;

export interface EncryptorOptions extends CommonOptions {
  context?: ContextInput;
  /**
   * Up to 16,384 bytes that travel encrypted in the header, such as a file name. Strings become
   * UTF-8.
   */
  metadata?: Bytes | string;
  padding?: Padding;
  /**
   * Whether every provider must wrap; true by default. With false one is enough: the others'
   * failures are key events, and their keys are missing in the object.
   */
  requireAll?: boolean;
}

export interface EncryptOptions extends EncryptorOptions {
  /** Leaves the header out of the output: store {@link Encryption.header} elsewhere. */
  detached?: boolean;
  /**
   * Length of the plaintext of a stream, in bytes, so that the sealed size is known; other lengths
   * fail.
   */
  size?: number;
}

export type MessageOptions = Pick<
  EncryptOptions,
  'engine' | 'associatedData' | 'signal' | 'onProgress' | 'detached' | 'size'
>;

export interface DecryptOptions extends CommonOptions {
  /**
   * Pairs that the object's context must have, others it may have; checked before any provider is
   * asked.
   */
  context?: ContextInput;
  /** The header, where it was stored elsewhere; the source is the body alone then. */
  header?: Bytes;
}

/** The result of `encrypt`: it is made when asked for, once, in one of the forms. */
export interface Encryption {
  /** The header, once the providers have wrapped. Does not use the message up. */
  header(): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Length of the sealed output, in bytes, for `Content-Length`; undefined for streams of unknown
   * length.
   */
  size(): Promise<number | undefined>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** Constant memory; the browser holds the Blob. What it has no room for fails with code `io`. */
  blob(type?: string): Promise<Blob>;
  /** Constant memory, with back-pressure. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The sealed object in parts for a multipart upload. */
  parts(options?: PartsOptions): Promise<Parts>;
}

export interface PartsOptions {
  /**
   * Length of every part but the last, in bytes. 8 MiB by default, more for objects that need more
   * than 10,000 parts.
   */
  partSize?: number;
}

/** The parts, in order. Of a source with random access any part can be had, any number of times. */
export interface Parts extends AsyncIterable<Part> {
  readonly partSize: number;
  /** Length of the sealed object; undefined for streams of unknown length. */
  readonly size: number | undefined;
  readonly count: number | undefined;
  /** A part by its number, from 1. Not for streams, which come in order only. */
  part(number: number): Part;
  /** Forgets the key: no part can be made anew. */
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * One part. Making it again for a retry gives the same bytes, or fails with code `io` if the source
 * has changed: different plaintext is never sealed under the nonce of another.
 */
export interface Part {
  /** From 1, as S3 counts. */
  readonly number: number;
  readonly offset: number;
  readonly size: number;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  blob(): Promise<Blob>;
}

/** The result of `decrypt`: it is made when asked for, once, in one of the forms. */
export interface Decryption {
  /** The header; authentic. Does not use the message up. */
  header(): Promise<HeaderInfo>;
  /** The metadata, decrypted; undefined if there is none. Does not use the message up. */
  metadata(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /**
   * Length of the plaintext as the source's length announces it, **not** authenticated before the
   * end.
   */
  expectedSize(): Promise<number | undefined>;
  /** All or nothing. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * All or nothing, in constant memory; the browser holds the Blob. What it has no room for fails
   * with code `io`.
   */
  blob(type?: string): Promise<Blob>;
  /** Authentic plaintext as it comes. Only the end of the stream says that nothing is missing. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** A header in parts. What `inspect` returns is **not** authenticated. */
export interface HeaderInfo {
  readonly headerSize: number;
  readonly suite: number;
  readonly context: EncryptionContext;
  readonly wrappedKeys: readonly WrappedKey[];
  /** Length of the sealed metadata; 0 if there is none. */
  readonly sealedMetadataSize: number;
  readonly paddingSize: number;
  /** The header as stored. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Encryptor {
  readonly header: Uint8Array<ArrayBuffer>;
  /** Length of a sealed message, header included, in bytes. */
  sealedSize(plaintextSize: number): number;
  /** Encrypts a small message at once, on this thread, in WebAssembly. */
  encryptBytes(plaintext: Bytes, associatedData?: Bytes): Uint8Array<ArrayBuffer>;
  /** As `encryptBytes`, into the front of `out`; returns the length. */
  encryptInto(plaintext: Bytes, out: Uint8Array, associatedData?: Bytes): number;
  encrypt(source: Source, options?: MessageOptions): Encryption;
  /** Forgets the DEK. */
  close(): void;
  [Symbol.dispose](): void;
}

export interface Decryptor {
  readonly header: HeaderInfo;
  metadata(): Uint8Array<ArrayBuffer> | undefined;
  /** Decrypts a small envelope with this very header at once, on this thread, in WebAssembly. */
  decryptBytes(envelope: Bytes, associatedData?: Bytes): Uint8Array<ArrayBuffer>;
  /** As `decryptBytes`, for a body that is stored without its header. */
  decryptBody(body: Bytes, associatedData?: Bytes): Uint8Array<ArrayBuffer>;
  /** Forgets the DEK. */
  close(): void;
  [Symbol.dispose](): void;
}

export interface RewrapOptions extends Omit<
  CommonOptions,
  'engine' | 'associatedData' | 'onProgress'
> {
  /**
   * Pairs that the object's context must have, others it may have; checked before any provider is
   * asked.
   */
  context?: ContextInput;
  /** As in {@link EncryptorOptions}, of the new providers. */
  requireAll?: boolean;
  /** `replace` (default): only the new providers' keys stay. `add`: the old ones stay too. */
  mode?: 'replace' | 'add';
}

export interface TransformPair {
  readonly writable: WritableStream<Uint8Array>;
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Where a WebAssembly module comes from. */
export type WasmInput = string | URL | Response | BufferSource | WebAssembly.Module;

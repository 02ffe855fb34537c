/**
 * Envelope encryption for JavaScript: data is encrypted locally under its own key (the DEK), which
 * your KMS wraps. See README.md for a tour.
 *
 * Every function loads the WebAssembly module by itself at the first use.
 */

import type { Keys } from './keys.js';
import type {
  Bytes,
  DecryptOptions,
  Decryption,
  Decryptor,
  EncryptOptions,
  Encryption,
  Encryptor,
  EncryptorOptions,
  HeaderInfo,
  RewrapOptions,
  Source,
  TransformPair,
  WasmInput,
} from './messages.js';
import type {
  FetchRange,
  HttpRangeOptions,
  OpenRangeOptions,
  RangeReader,
  RangeSource,
} from './ranges.js';

export * from './errors.js';
export * from './keys.js';
export * from './messages.js';
export * from './providers.js';
export * from './ranges.js';

declare global {
  interface SymbolConstructor {
    /** As in TypeScript's `esnext.disposable`, for programs without it. */
    readonly dispose: unique symbol;
  }
}

/**
 * Loads the module ahead of time, or from elsewhere: a URL, a response, bytes or a module. `aes`
 * says where the cipher is, which is loaded only for small messages, metadata, and where there is
 * no WebCrypto.
 */
export function init(
  module?: WasmInput | Promise<WasmInput>,
  aes?: WasmInput | Promise<WasmInput>,
): Promise<void>;

/**
 * Loads the module of {@link HpkeRecipient} and {@link HpkeIdentity} ahead of time, or from
 * elsewhere.
 */
export function initHpke(module?: WasmInput | Promise<WasmInput>): Promise<void>;

/**
 * Encrypts under a fresh DEK that every provider wraps. Nothing happens before a result is asked
 * for.
 */
export function encrypt(source: Source, keys: Keys, options?: EncryptOptions): Encryption;

/** Decrypts with the first provider, in their order, that can unwrap the DEK. */
export function decrypt(source: Source, keys: Keys, options?: DecryptOptions): Decryption;

/** For `pipeThrough`: plaintext in, envelope out. */
export function encryptStream(keys: Keys, options?: EncryptOptions): TransformPair;

/** For `pipeThrough`: envelope in, plaintext out. */
export function decryptStream(keys: Keys, options?: DecryptOptions): TransformPair;

/** One DEK and header for many messages: the providers are asked once. */
export function createEncryptor(keys: Keys, options?: EncryptorOptions): Promise<Encryptor>;

/** Opens a header once, for many bodies. `envelope` is a header, or starts with one. */
export function createDecryptor(
  envelope: Bytes | Blob,
  keys: Keys,
  options?: Omit<DecryptOptions, 'header'>,
): Promise<Decryptor>;

/** Reads a header without any key. Nothing in it is authenticated. */
export function inspect(source: Bytes | Blob | string): Promise<HeaderInfo>;

/**
 * Wraps the DEK of a header anew; context and metadata stay. Returns the new header, as long as the
 * old one if it fits.
 */
export function rewrapHeader(
  header: Bytes,
  oldKeys: Keys,
  newKeys: Keys,
  options?: RewrapOptions,
): Promise<Uint8Array<ArrayBuffer>>;

/** Rewraps a whole envelope. Of a Blob only the header is read. */
export function rewrap(
  envelope: Blob,
  oldKeys: Keys,
  newKeys: Keys,
  options?: RewrapOptions,
): Promise<Blob>;
export function rewrap(
  envelope: Bytes,
  oldKeys: Keys,
  newKeys: Keys,
  options?: RewrapOptions,
): Promise<Uint8Array<ArrayBuffer>>;

/** The text form of an envelope or a header. */
export function toText(bytes: Bytes): Promise<string>;
/** The bytes of a text form. */
export function fromText(text: string): Promise<Uint8Array<ArrayBuffer>>;

/**
 * Ranges of a URL, or of the URL that the function gives for each request (presigned ones expire).
 *
 * Requests that find no server, or 429, 502, 503 or 504, are made again, `Retry-After` respected. A
 * body that breaks off or stalls is continued from there, unless the ETag has become another one.
 * What the function throws, and every other answer, is final.
 */
export function httpRange(
  url: string | URL | (() => string | URL | Promise<string | URL>),
  options?: HttpRangeOptions,
): RangeSource;

/**
 * Opens a sealed object for random access: two or three small requests, then the ranges that are
 * read.
 */
export function openRange(
  source: RangeSource | FetchRange | Blob | Bytes,
  keys: Keys,
  options?: OpenRangeOptions,
): Promise<RangeReader>;

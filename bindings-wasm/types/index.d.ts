/**
 * Envelope encryption for JavaScript: data is encrypted locally under its own key (the DEK), which
 * your KMS wraps. See README.md for a tour.
 *
 * Every function loads the WebAssembly module by itself at the first use.
 */

declare global {
  interface SymbolConstructor {
    /** As in TypeScript's `esnext.disposable`, for programs without it. */
    readonly dispose: unique symbol;
  }
}

// ---------------------------------------------------------------------------------------- errors

/** The stable name of an error; the numbers are in {@link SealwaxError.number}. */
export type ErrorCode =
  | 'invalid_argument'
  | 'invalid_state'
  | 'buffer_too_small'
  | 'null_pointer'
  | 'panic'
  | 'bad_magic'
  | 'unsupported_version'
  | 'unsupported_suite'
  | 'malformed'
  | 'limit_exceeded'
  | 'no_matching_key'
  | 'provider_failed'
  | 'key_unwrap'
  | 'commitment_mismatch'
  | 'context_mismatch'
  | 'header_authentication'
  | 'authentication'
  | 'truncated'
  | 'trailing_data'
  | 'io'
  | 'cancelled'
  | 'already_exists'
  | 'randomness'
  | 'no_memory';

export type ErrorClass = 'misuse' | 'format' | 'key' | 'body' | 'host';

/** A provider that was asked and failed. */
export interface Attempt {
  readonly providerId: string;
  /** Empty where the provider never named a key. */
  readonly keyId: string;
  /** What the provider threw. */
  readonly error: unknown;
}

/** A key as headers name it: public, and not authentic. */
export interface KeyName {
  readonly providerId: string;
  /** Empty where the provider names none. */
  readonly keyId: string;
}

export interface SealwaxErrorOptions {
  /** The error of the host: of a provider, a source, an `AbortSignal`. */
  cause?: unknown;
  /** Index of the chunk that is not authentic. */
  chunk?: number;
  /** Size that is enough, in bytes. */
  needed?: number;
  attempts?: readonly Attempt[];
  keys?: SealwaxError['keys'];
  pair?: SealwaxError['pair'];
}

/**
 * The one error of this package. It carries codes, offsets and public identifiers, never a key or
 * plaintext. A provider throws one with code `key_unwrap` to say that a wrapped key did not open;
 * whatever else it throws means that its KMS failed. In `message`, what others wrote is escaped: it is one line,
 * and no control character or mark of direction is in it.
 */
export class SealwaxError extends Error {
  constructor(code: ErrorCode, message?: string, options?: SealwaxErrorOptions);
  readonly name: 'SealwaxError';
  readonly code: ErrorCode;
  /** The stable number of the code. */
  readonly number: number;
  readonly class: ErrorClass;
  /** With `authentication`: index of the chunk. */
  readonly chunk?: number;
  /** With `buffer_too_small`: size that is enough, in bytes. */
  readonly needed?: number;
  /** With `provider_failed` and `key_unwrap`: every attempt, in order. */
  readonly attempts: readonly Attempt[];
  /** With `no_matching_key`: the keys that wrap the object's DEK, and those of the providers, where they have a `keyId`. */
  readonly keys?: { readonly wanted: readonly KeyName[]; readonly offered: readonly KeyName[] };
  /** With `context_mismatch`: the first pair that differs; `found` is undefined where the object has none. */
  readonly pair?: { readonly key: string; readonly wanted: string; readonly found: string | undefined };
}

// --------------------------------------------------------------------------------- keys, context

/**
 * Public pairs that are stored in clear, authenticated, and passed to the KMS, which logs them.
 * At most 64 pairs and 8,192 bytes.
 */
export type EncryptionContext = Readonly<Record<string, string>>;

/** A context as an object, a `Map`, or any list of pairs. */
export type ContextInput = EncryptionContext | Iterable<readonly [string, string]>;

/** What a provider made of a DEK. */
export interface WrappedDek {
  /** The provider's name for the key that wraps; 1 to 2,048 bytes. */
  keyId: string;
  /** 1 to 4,096 bytes that the provider alone understands. */
  wrappedDek: Uint8Array;
}

/** A wrapped DEK as the header stores it. */
export interface WrappedKey extends Readonly<WrappedDek> {
  readonly providerId: string;
}

/** A DEK that the KMS made itself. */
export interface GeneratedDek extends WrappedDek {
  /** 32 bytes; the library wipes the array. */
  dek: Uint8Array;
}

/** What a provider knows of a call for its {@link KeyEvent}. */
export interface CallDetails {
  /** What the KMS calls the request in its own log. */
  requestId?: string;
  /** No KMS was asked: the key was in a cache. */
  cacheHit?: boolean;
  /** The KMS refused the permission. */
  denied?: boolean;
  keyId?: string;
}

/** What a provider learns about the call that it serves. */
export interface ProviderCall {
  /** Aborted when the caller gives up or the time is over: pass it on to `fetch`. */
  readonly signal: AbortSignal;
  /** The context in its canonical form, for a KMS that takes associated data as bytes. */
  readonly canonicalContext: Uint8Array;
  /** The name that the caller gave the object, for the audit log of the KMS. */
  readonly objectName?: string;
  /** Length of the plaintext, where it is known, in bytes. */
  readonly plaintextSize?: number;
  /** Adds details to the {@link KeyEvent} of this call. */
  report(details: CallDetails): void;
  /** Of an unwrapping: tells later, once, whether the DEK that was returned opened the object. Nothing else proves it. */
  onSettled?(callback: (opened: boolean) => void): void;
}

/**
 * Wraps and unwraps DEKs. Each provider is asked once per object or less, but for one that is not remote: on decryption
 * that is asked for every wrapped key that it accepts, until one opens. Where it has a property `keyId`, errors and events name it.
 *
 * The library wipes every DEK that crosses here after use: a provider that keeps one keeps a copy,
 * and returns an array that is the library's to wipe.
 */
export interface KeyProvider {
  /** The kind of provider, as headers name it: `aws-kms`; 1 to 128 bytes. */
  readonly providerId: string;
  /** Whether a call leaves this machine; true by default. */
  readonly isRemote?: boolean;
  /** Whether this provider was configured with this key. It is never asked for a stranger's. */
  accepts(keyId: string): boolean | Promise<boolean>;
  wrap(dek: Uint8Array, context: EncryptionContext, call: ProviderCall): Promise<WrappedDek>;
  /** Returns the DEK. Throws a `SealwaxError` with code `key_unwrap` if it does not open. */
  unwrap(wrapped: WrappedKey, context: EncryptionContext, call: ProviderCall): Promise<Uint8Array>;
  /** Makes and wraps a DEK in one call, where the KMS offers that. */
  generate?(context: EncryptionContext, call: ProviderCall): Promise<GeneratedDek>;
}

/** One provider, or several: on encryption all of them wrap; on decryption the first that can, in this order. */
export type Keys = KeyProvider | readonly KeyProvider[];

/** One use of a key, for an audit log; its words are those of every language. Never holds a key or plaintext. */
export interface KeyEvent {
  /** When the use began. */
  readonly time: Date;
  /** `cache_hit`: no KMS was asked. */
  readonly operation: 'generate' | 'wrap' | 'unwrap' | 'cache_hit';
  /** `rejected`: the wrapped key did not open. `denied`: the KMS refused the permission. */
  readonly outcome: 'ok' | 'rejected' | 'denied' | 'failed';
  readonly providerId: string;
  /** Empty where the provider never named a key. */
  readonly keyId: string;
  readonly context: EncryptionContext;
  readonly objectName?: string;
  readonly durationMs: number;
  /** The request id of the KMS, where the provider reports it. */
  readonly requestId?: string;
  /** What the provider threw. */
  readonly error?: unknown;
}

// ------------------------------------------------------------------------------- input and output

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
  onProgress?(progress: Progress): void;
  /** Told of every use of a key. What it throws becomes an uncaught error, and the call goes on. */
  onKeyEvent?(event: KeyEvent): void;
  /** A name for the object, for audit logs only. */
  objectName?: string;
}

/** How long the header is made, so that it can be rewrapped in place: see FORMAT.md, section 8. */
export type Padding = 'auto' | 'none' | 'page' | number;

export interface EncryptorOptions extends CommonOptions {
  context?: ContextInput;
  /** Up to 16,384 bytes that travel encrypted in the header, such as a file name. Strings become UTF-8. */
  metadata?: Bytes | string;
  padding?: Padding;
  /**
   * Whether every provider must wrap; true by default. With false one is enough: the others' failures
   * are key events, and their keys are missing in the object.
   */
  requireAll?: boolean;
}

export interface EncryptOptions extends EncryptorOptions {
  /** Leaves the header out of the output: store {@link Encryption.header} elsewhere. */
  detached?: boolean;
  /** Length of the plaintext of a stream, in bytes, so that the sealed size is known; other lengths fail. */
  size?: number;
}

export interface MessageOptions
  extends Pick<EncryptOptions, 'engine' | 'associatedData' | 'signal' | 'onProgress' | 'detached' | 'size'> {}

export interface DecryptOptions extends CommonOptions {
  /** Pairs that the object's context must have, others it may have; checked before any provider is asked. */
  context?: ContextInput;
  /** The header, where it was stored elsewhere; the source is the body alone then. */
  header?: Bytes;
}

/** The result of {@link encrypt}: it is made when asked for, once, in one of the forms. */
export interface Encryption {
  /** The header, once the providers have wrapped. Does not use the message up. */
  header(): Promise<Uint8Array<ArrayBuffer>>;
  /** Length of the sealed output, in bytes, for `Content-Length`; undefined for streams of unknown length. */
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
  /** Length of every part but the last, in bytes. 8 MiB by default, more for objects that need more than 10,000 parts. */
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

/** The result of {@link decrypt}: it is made when asked for, once, in one of the forms. */
export interface Decryption {
  /** The header; authentic. Does not use the message up. */
  header(): Promise<HeaderInfo>;
  /** The metadata, decrypted; undefined if there is none. Does not use the message up. */
  metadata(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Length of the plaintext as the source's length announces it, **not** authenticated before the end. */
  expectedSize(): Promise<number | undefined>;
  /** All or nothing. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** All or nothing, in constant memory; the browser holds the Blob. What it has no room for fails with code `io`. */
  blob(type?: string): Promise<Blob>;
  /** Authentic plaintext as it comes. Only the end of the stream says that nothing is missing. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** A header in parts. What {@link inspect} returns is **not** authenticated. */
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

// -------------------------------------------------------------------------------------- functions

/**
 * Loads the module ahead of time, or from elsewhere: a URL, a response, bytes or a module. `aes` says where
 * the cipher is, which is loaded only for small messages, metadata, and where there is no WebCrypto.
 */
export function init(module?: WasmInput | Promise<WasmInput>, aes?: WasmInput | Promise<WasmInput>): Promise<void>;
export type WasmInput = string | URL | Response | BufferSource | WebAssembly.Module;

/** Encrypts under a fresh DEK that every provider wraps. Nothing happens before a result is asked for. */
export function encrypt(source: Source, keys: Keys, options?: EncryptOptions): Encryption;

/** Decrypts with the first provider, in their order, that can unwrap the DEK. */
export function decrypt(source: Source, keys: Keys, options?: DecryptOptions): Decryption;

/** For `pipeThrough`: plaintext in, envelope out. */
export function encryptStream(keys: Keys, options?: EncryptOptions): TransformPair;

/** For `pipeThrough`: envelope in, plaintext out. */
export function decryptStream(keys: Keys, options?: DecryptOptions): TransformPair;

export interface TransformPair {
  readonly writable: WritableStream<Uint8Array>;
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** One DEK and header for many messages: the providers are asked once. */
export function createEncryptor(keys: Keys, options?: EncryptorOptions): Promise<Encryptor>;

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

/** Opens a header once, for many bodies. `envelope` is a header, or starts with one. */
export function createDecryptor(envelope: Bytes | Blob, keys: Keys, options?: Omit<DecryptOptions, 'header'>): Promise<Decryptor>;

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

/** Reads a header without any key. Nothing in it is authenticated. */
export function inspect(source: Bytes | Blob | string): Promise<HeaderInfo>;

export interface RewrapOptions extends Omit<CommonOptions, 'engine' | 'associatedData' | 'onProgress'> {
  /** Pairs that the object's context must have, others it may have; checked before any provider is asked. */
  context?: ContextInput;
  /** As in {@link EncryptorOptions}, of the new providers. */
  requireAll?: boolean;
  /** `replace` (default): only the new providers' keys stay. `add`: the old ones stay too. */
  mode?: 'replace' | 'add';
}

/** Wraps the DEK of a header anew; context and metadata stay. Returns the new header, as long as the old one if it fits. */
export function rewrapHeader(header: Bytes, oldKeys: Keys, newKeys: Keys, options?: RewrapOptions): Promise<Uint8Array<ArrayBuffer>>;

/** Rewraps a whole envelope. Of a Blob only the header is read. */
export function rewrap(envelope: Blob, oldKeys: Keys, newKeys: Keys, options?: RewrapOptions): Promise<Blob>;
export function rewrap(envelope: Bytes, oldKeys: Keys, newKeys: Keys, options?: RewrapOptions): Promise<Uint8Array<ArrayBuffer>>;

/** The text form of an envelope or a header. */
export function toText(bytes: Bytes): Promise<string>;
/** The bytes of a text form. */
export function fromText(text: string): Promise<Uint8Array<ArrayBuffer>>;

// ---------------------------------------------------------------------------------- random access

/** Somewhere that hands out ranges of a sealed object. */
export interface RangeSource {
  /** Length of the object, in bytes. */
  size(signal?: AbortSignal): Promise<number>;
  /** Exactly these bytes. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Bytes>;
}

/** A function that hands out ranges; the size of the object goes into the options. */
export type FetchRange = (offset: number, length: number, signal?: AbortSignal) => Promise<Bytes | Blob | Response>;

export interface HttpRangeOptions {
  headers?: HeadersInit;
  credentials?: RequestCredentials;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
  /** How often a request is made again without a byte more than before; 5 by default, 0 for never. */
  retries?: number;
  /** About the first pause before that, in milliseconds, doubled each time up to 20 seconds; 250 by default. */
  retryDelay?: number;
  /** Longest time without an answer or a byte of it, in milliseconds; 30,000 by default, 0 for no limit. */
  timeout?: number;
}

/**
 * Ranges of a URL, or of the URL that the function gives for each request (presigned ones expire).
 *
 * Requests that find no server, or 429, 502, 503 or 504, are made again, `Retry-After` respected. A body that breaks
 * off or stalls is continued from there, unless the ETag has become another one. What the function throws, and every
 * other answer, is final.
 */
export function httpRange(url: string | URL | (() => string | URL | Promise<string | URL>), options?: HttpRangeOptions): RangeSource;

export interface OpenRangeOptions extends Omit<DecryptOptions, 'onProgress'> {
  /** Length of the sealed object, in bytes; needed with a {@link FetchRange}. */
  size?: number;
}

/** Opens a sealed object for random access: two or three small requests, then the ranges that are read. */
export function openRange(source: RangeSource | FetchRange | Blob | Bytes, keys: Keys, options?: OpenRangeOptions): Promise<RangeReader>;

export interface RangeReader {
  readonly header: HeaderInfo;
  /** Length of the plaintext, authenticated. */
  readonly size: number;
  metadata(): Uint8Array<ArrayBuffer> | undefined;
  /** Authentic plaintext from `offset` on: `length` bytes, fewer only at the end. */
  read(offset: number, length: number, options?: { signal?: AbortSignal }): Promise<Uint8Array<ArrayBuffer>>;
  /** The same as a stream in constant memory; to the end without a length. */
  stream(offset?: number, length?: number, options?: { signal?: AbortSignal }): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Forgets the keys. */
  close(): void;
  [Symbol.dispose](): void;
}

// -------------------------------------------------------------------------------------- providers

/**
 * A key encryption key that the page holds itself: 32 bytes, or a `CryptoKey` (HMAC with SHA-512,
 * usage `sign`) whose bytes nobody sees. Provider id `local`, the same as in every other language.
 */
export class LocalKey implements KeyProvider {
  /** @param key 32 uniformly random bytes, copied; or a `CryptoKey` of {@link LocalKey.generate} or {@link LocalKey.importKey} */
  constructor(key: Bytes | CryptoKey, keyId: string);
  /** A new key that never leaves the browser's key store; keep it in IndexedDB. */
  static generate(keyId: string): Promise<LocalKey>;
  /** Imports 32 bytes as a non-extractable `CryptoKey`. */
  static importKey(key: Bytes, keyId: string): Promise<LocalKey>;
  readonly providerId: 'local';
  readonly isRemote: false;
  readonly keyId: string;
  /** The non-extractable key, if it is one. */
  readonly cryptoKey: CryptoKey | undefined;
  accepts(keyId: string): boolean;
  wrap(dek: Uint8Array, context: EncryptionContext, call: ProviderCall): Promise<WrappedDek>;
  unwrap(wrapped: WrappedKey, context: EncryptionContext, call: ProviderCall): Promise<Uint8Array>;
  /** Forgets the key. */
  close(): void;
  [Symbol.dispose](): void;
}

export interface RsaOaepOptions {
  /** The name of the key, as the one who unwraps knows it; by default the hash's name and the SHA-256 of the key. */
  keyId?: string;
  /** The kind of the provider that unwraps; `rsa-oaep` by default. */
  providerId?: string;
  /** `SHA-256` by default; `SHA-1` for tokens that know no other. */
  hash?: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';
}

/**
 * Wraps to a public key: the page can write and cannot read. The holder of the private key, such as
 * a KMS, unwraps.
 */
export class RsaOaepPublicKey implements KeyProvider {
  /** @param key SubjectPublicKeyInfo as PEM or DER, a JWK, or a `CryptoKey` with usage `encrypt` */
  constructor(key: string | Bytes | JsonWebKey | CryptoKey, options?: RsaOaepOptions);
  readonly providerId: string;
  keyId(): Promise<string>;
  /** Never: the private key is elsewhere. */
  accepts(keyId: string): boolean;
  wrap(dek: Uint8Array, context: EncryptionContext, call: ProviderCall): Promise<WrappedDek>;
  /** Always fails. */
  unwrap(wrapped: WrappedKey, context: EncryptionContext, call: ProviderCall): Promise<Uint8Array>;
}

export interface CachingOptions {
  /** Longest use of a DEK, in milliseconds; 300,000 by default. */
  maxAge?: number;
  /** Most messages encrypted under one DEK; 1,000,000 by default. */
  maxMessages?: number;
  /** Most bytes encrypted under one DEK, counted where their number is known; 1 TiB by default. */
  maxBytes?: number;
  /** Most DEKs held for decryption; 1,000 by default. */
  capacity?: number;
}

/** Keeps DEKs in memory for a while, so that the KMS is asked once for many messages. */
export class CachingProvider implements KeyProvider {
  constructor(provider: KeyProvider, options?: CachingOptions);
  readonly providerId: string;
  /** That of the provider behind it. */
  readonly keyId: string;
  readonly isRemote: boolean;
  accepts(keyId: string): boolean | Promise<boolean>;
  wrap(dek: Uint8Array, context: EncryptionContext, call: ProviderCall): Promise<WrappedDek>;
  unwrap(wrapped: WrappedKey, context: EncryptionContext, call: ProviderCall): Promise<Uint8Array>;
  generate(context: EncryptionContext, call: ProviderCall): Promise<GeneratedDek>;
  /** Wipes every DEK. */
  clear(): void;
  [Symbol.dispose](): void;
}

export interface HttpProviderOptions {
  /** Where the backend answers: `generate`, `wrap` and `unwrap` are appended as path segments. */
  url: string | URL;
  /** The key that new objects are wrapped with, and that may unwrap. */
  keyId: string;
  /** Further keys that may unwrap. */
  unwrapKeyIds?: readonly string[];
  /** The kind of the provider; `http` by default. */
  providerId?: string;
  /** A header against cross-site request forgery, or the function that gives it for each request. */
  csrf?: CsrfHeader | (() => CsrfHeader | Promise<CsrfHeader>);
  /** Further headers, such as an authorization, for each request. */
  headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>);
  /** `same-origin` by default. */
  credentials?: RequestCredentials;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
  /** Whether the backend generates DEKs (default) or only wraps those of the page. */
  generate?: boolean;
}

export interface CsrfHeader {
  readonly name: string;
  readonly value: string;
}

/** Has the page's own backend wrap and unwrap; the protocol is in README.md. Plain http only to loopback. */
export class HttpProvider implements KeyProvider {
  constructor(options: HttpProviderOptions);
  readonly providerId: string;
  readonly keyId: string;
  accepts(keyId: string): boolean;
  wrap(dek: Uint8Array, context: EncryptionContext, call: ProviderCall): Promise<WrappedDek>;
  unwrap(wrapped: WrappedKey, context: EncryptionContext, call: ProviderCall): Promise<Uint8Array>;
  generate?(context: EncryptionContext, call: ProviderCall): Promise<GeneratedDek>;
}

/** The backend's answer to a {@link HttpProvider}, other than success. */
export class HttpProviderError extends Error {
  readonly name: 'HttpProviderError';
  readonly status: number;
  /** What the backend calls the error, if it says so. */
  readonly reason: string | undefined;
}

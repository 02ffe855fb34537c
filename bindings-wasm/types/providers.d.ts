/** The providers of the package. */

import type {
  EncryptionContext,
  GeneratedDek,
  KeyProvider,
  ProviderCall,
  WrappedDek,
  WrappedKey,
} from './keys.js';
import type { Bytes } from './messages.js';

/**
 * A key encryption key that the page holds itself: 32 bytes, or a `CryptoKey` (HMAC with SHA-512,
 * usage `sign`) whose bytes nobody sees. Provider id `local`, the same as in every other language.
 */
export class LocalKey implements KeyProvider {
  /**
   * @param key 32 uniformly random bytes, copied; or a `CryptoKey` of {@link LocalKey.generate} or
   * {@link LocalKey.importKey}
   */
  constructor(key: Bytes | CryptoKey, keyId: string);
  /**
   * A new key whose bytes nobody sees. It is gone with the page, and with it what it has sealed,
   * unless `cryptoKey` is kept in IndexedDB.
   */
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
  /**
   * The name of the key, as the one who unwraps knows it; by default the hash's name and the
   * SHA-256 of the key.
   */
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

/** `x-wing` resists quantum computers, and is no weaker than `x25519`. */
export type Kem = 'x25519' | 'x-wing';

export interface HpkeOptions {
  /**
   * The name of the key in headers, the same for both halves; by default the fingerprint of the
   * public key.
   */
  keyId?: string;
}

/**
 * A public key, which only encrypts: the page can write and cannot read, and asks no KMS. Provider id
 * `hpke`, the same as in every other language. The implementations of X-Wing and ML-KEM underneath
 * were not audited.
 *
 * Its module, `hpke.wasm`, is loaded at the first use.
 */
export class HpkeRecipient implements KeyProvider {
  /** @param text the line that `sealwax keygen` prints: `sealwaxpub1.x-wing.AbC...` */
  constructor(text: string, options?: HpkeOptions);
  readonly providerId: 'hpke';
  readonly isRemote: false;
  keyId(): Promise<string>;
  /** Never: the secret key is elsewhere. */
  accepts(keyId: string): boolean;
  wrap(dek: Uint8Array, context: EncryptionContext, call: ProviderCall): Promise<WrappedDek>;
  /** Always fails. */
  unwrap(wrapped: WrappedKey, context: EncryptionContext, call: ProviderCall): Promise<Uint8Array>;
}

/** A secret key, which decrypts what its recipient encrypted. It encrypts, too. */
export class HpkeIdentity implements KeyProvider {
  /** @param text the secret key in text form, or the content of a file with it; copied */
  constructor(text: string | Bytes, options?: HpkeOptions);
  /** A new key pair. Keep {@link toText}, without which all that was encrypted to it is lost. */
  static generate(kem: Kem, options?: HpkeOptions): Promise<HpkeIdentity>;
  readonly providerId: 'hpke';
  readonly isRemote: false;
  keyId(): Promise<string>;
  /** The public key, for a {@link HpkeRecipient}. */
  recipient(): Promise<string>;
  /** The secret key as a line of text with a checksum. */
  toText(): Promise<string>;
  accepts(keyId: string): Promise<boolean>;
  wrap(dek: Uint8Array, context: EncryptionContext, call: ProviderCall): Promise<WrappedDek>;
  unwrap(wrapped: WrappedKey, context: EncryptionContext, call: ProviderCall): Promise<Uint8Array>;
  /** Forgets the key. */
  close(): void;
  [Symbol.dispose](): void;
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

/**
 * Keeps DEKs in memory for a while, so that the KMS is asked once for many messages.
 *
 * The provider behind it must not ask it: a call that it passes on is refused, and one of its own would
 * ask the provider again and again.
 */
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
  /**
   * A header against cross-site request forgery, or the function that gives it for each request.
   */
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

/**
 * Has the page's own backend wrap and unwrap; the protocol is in README.md. Plain http only to
 * loopback.
 */
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

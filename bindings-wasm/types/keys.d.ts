/** Keys: encryption contexts, the interface of key providers, and the events of key use. */

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
  readonly report: (details: CallDetails) => void;
  /**
   * Of an unwrapping: tells later, once, whether the DEK that was returned opened the object.
   * Nothing else proves it.
   */
  readonly onSettled?: (callback: (opened: boolean) => void) => void;
}

/**
 * Wraps and unwraps DEKs. Each provider is asked once per object or less, but for one that is not
 * remote: on decryption that is asked for every wrapped key that it accepts, until one opens. Where
 * it has a property `keyId`, errors and events name it.
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

/**
 * One provider, or several: on encryption all of them wrap; on decryption the first that can, in
 * this order.
 */
export type Keys = KeyProvider | readonly KeyProvider[];

/**
 * One use of a key, for an audit log; its words are those of every language. Never holds a key or
 * plaintext.
 */
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

/** Errors: one class, with stable codes. */

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
 * whatever else it throws means that its KMS failed. In `message`, what others wrote is escaped: it
 * is one line, and no control character or mark of direction is in it.
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
  /**
   * With `no_matching_key`: the keys that wrap the object's DEK, and those of the providers, where
   * they have a `keyId`.
   */
  readonly keys?: { readonly wanted: readonly KeyName[]; readonly offered: readonly KeyName[] };
  /**
   * With `context_mismatch`: the first pair that differs; `found` is undefined where the object has
   * none.
   */
  readonly pair?: {
    readonly key: string;
    readonly wanted: string;
    readonly found: string | undefined;
  };
}

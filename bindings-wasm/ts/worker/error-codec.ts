// Encodes errors for messages between a page and its worker.

import type { Attempt, ErrorCode, SealwaxErrorOptions } from '../../types/index.js';
import { SealwaxError, isSealwaxError } from '../errors.js';

/** An error in a message. */
export interface EncodedError {
  /** Set for a SealwaxError. */
  readonly code?: ErrorCode;
  readonly name: string;
  readonly message: string;
  readonly details?: Pick<SealwaxErrorOptions, 'chunk' | 'needed' | 'keys' | 'pair'>;
  readonly attempts?: readonly (Omit<Attempt, 'error'> & { error: EncodedError })[];
  readonly cause?: EncodedError;
  /** Its number on the side that threw it first, and whether the receiver is that side. */
  readonly origin: number;
  readonly isYours: boolean;
}

/** Number of errors kept, so that they are recognised when they come back. */
const KEPT = 64;

/**
 * Encodes errors for messages, and decodes them. An error that crosses and comes back, as the cause
 * of a SealwaxError, is the object that was thrown.
 */
export class ErrorCodec {
  readonly #thrown = new Map<number, unknown>();
  readonly #received = new WeakMap<object, number>();
  #next = 1;

  encode(error: unknown): EncodedError {
    const known =
      typeof error === 'object' && error !== null ? this.#received.get(error) : undefined;
    const base = {
      name: nameOf(error),
      message: messageOf(error),
      origin: known ?? this.#keep(error),
      isYours: known !== undefined,
    };
    if (!isSealwaxError(error)) return base;
    const { code, chunk, needed, keys, pair, cause } = error;
    const attempts = (error.attempts ?? []).map(({ providerId, keyId, error }) => ({
      providerId,
      keyId,
      error: this.encode(error),
    }));
    return {
      ...base,
      code,
      details: { chunk, needed, keys, pair },
      attempts,
      ...(cause !== undefined && { cause: this.encode(cause) }),
    };
  }

  decode(failure: EncodedError): unknown {
    const own = failure.isYours ? this.#thrown.get(failure.origin) : undefined;
    if (own !== undefined) return own;
    const error = failure.code ? this.#ours(failure, failure.code) : foreign(failure);
    if (!failure.isYours) this.#received.set(error, failure.origin);
    return error;
  }

  #ours({ message, details, attempts = [], cause }: EncodedError, code: ErrorCode): SealwaxError {
    const error = new SealwaxError(code, '', {
      ...details,
      ...(cause && { cause: this.decode(cause) }),
      attempts: attempts.map(({ providerId, keyId, error }) => ({
        providerId,
        keyId,
        error: this.decode(error),
      })),
    });
    error.message = message; // with its subject already
    return error;
  }

  #keep(error: unknown): number {
    const number = this.#next++;
    this.#thrown.set(number, error);
    this.#thrown.delete(number - KEPT);
    return number;
  }
}

/** A host's error that was thrown on the other side. */
function foreign({ name, message }: EncodedError): Error {
  if (name === 'AbortError' || name === 'TimeoutError') return new DOMException(message, name);
  const error = name === 'TypeError' ? new TypeError(message) : new Error(message);
  if (error.name !== name) error.name = name;
  return error;
}

const nameOf = (error: unknown): string => (isError(error) ? error.name : 'Error');

const messageOf = (error: unknown): string => (isError(error) ? error.message : String(error));

/**
 * A check of the fields: errors come from any realm, and some engines' DOMException is no Error.
 */
const isError = (error: unknown): error is Error => {
  const { name, message } = (error ?? {}) as Partial<Error>;
  return typeof name === 'string' && typeof message === 'string';
};

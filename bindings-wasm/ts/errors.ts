// The one error class, and the way from the module's errors to it.

import type { Attempt, ErrorClass, ErrorCode, SealwaxErrorOptions } from '../types/index.js';

/** Numbers and names as in core/vectors/error_codes.json, which a test compares. */
export const ERROR_NUMBERS: Readonly<Record<ErrorCode, number>> = {
  invalid_argument: 1,
  invalid_state: 2,
  buffer_too_small: 3,
  null_pointer: 4,
  panic: 5,
  bad_magic: 20,
  unsupported_version: 21,
  unsupported_suite: 22,
  malformed: 23,
  limit_exceeded: 24,
  no_matching_key: 40,
  provider_failed: 41,
  key_unwrap: 42,
  commitment_mismatch: 43,
  context_mismatch: 44,
  header_authentication: 45,
  authentication: 60,
  truncated: 61,
  trailing_data: 62,
  io: 80,
  cancelled: 81,
  already_exists: 82,
  randomness: 83,
  no_memory: 84,
};

const CLASSES: readonly ErrorClass[] = ['misuse', 'format', 'key', 'body', 'host'];

export class SealwaxError extends Error {
  override readonly name = 'SealwaxError';
  readonly code: ErrorCode;
  readonly number: number;
  readonly class: ErrorClass;
  readonly chunk?: number;
  readonly needed?: number;
  readonly attempts: readonly Attempt[];

  constructor(code: ErrorCode, message = '', options: SealwaxErrorOptions = {}) {
    const { cause, chunk, needed, attempts = [] } = options;
    const subject = code.replaceAll('_', ' ');
    super(message ? `${subject}: ${message}` : subject, cause === undefined ? undefined : { cause });
    this.code = code;
    this.number = ERROR_NUMBERS[code];
    // The classes are ranges of twenty numbers; "ok" would be of none.
    this.class = CLASSES[Math.floor(this.number / 20)] as ErrorClass;
    if (chunk !== undefined) this.chunk = chunk;
    if (needed !== undefined) this.needed = needed;
    this.attempts = attempts;
  }
}

/** An error of the caller's making. */
export const invalid = (message: string): SealwaxError => new SealwaxError('invalid_argument', message);

/** What the module throws: `[code number, text, detail]`. */
type Thrown = [number: number, text: string, detail: number | undefined];

const isThrown = (error: unknown): error is Thrown =>
  Array.isArray(error) && error.length === 3 && typeof error[0] === 'number';

function fromThrown([number, text, detail]: Thrown): SealwaxError {
  const entry = Object.entries(ERROR_NUMBERS).find(([, known]) => known === number);
  const code = (entry?.[0] ?? 'panic') as ErrorCode;
  switch (code) {
    case 'authentication':
      return chunkNotAuthentic(detail ?? 0);
    case 'buffer_too_small':
      return new SealwaxError(code, `${detail} bytes are needed`, { needed: detail ?? 0 });
    default:
      return new SealwaxError(code, text || (detail === undefined ? '' : String(detail)));
  }
}

export const chunkNotAuthentic = (chunk: number, cause?: unknown): SealwaxError =>
  new SealwaxError('authentication', `chunk ${chunk}`, { chunk, cause });

/** Makes a SealwaxError of whatever a call into the module threw. */
export function fromModule(error: unknown): unknown {
  if (isThrown(error)) return fromThrown(error);
  if (error instanceof WebAssembly.RuntimeError) {
    return new SealwaxError('panic', 'the WebAssembly module stopped: this is a bug of Sealwax', { cause: error });
  }
  if (error instanceof Error && error.message.includes('null pointer passed to rust')) {
    return new SealwaxError('invalid_state', 'the object was closed');
  }
  return error;
}

/** Runs `call`, which calls into the module. */
export function guard<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw fromModule(error);
  }
}

/** A failure of the host's: of a source, of the network. Errors of ours stay what they are. */
export function asIo(error: unknown, what: string): SealwaxError {
  return error instanceof SealwaxError ? error : new SealwaxError('io', what, { cause: error });
}

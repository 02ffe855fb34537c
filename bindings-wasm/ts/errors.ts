// The one error class, and the conversion of the module's errors to it.

import type {
  Attempt,
  ErrorClass,
  ErrorCode,
  SealwaxError as Public,
  SealwaxErrorOptions,
} from '../types/index.js';

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
/** Maximum number of characters shown of an untrusted text. */
const SHOWN = 512;

/** Escapes line ends, control characters and marks of text direction, as the core does. */
const escaped = (text: string): string =>
  text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => SHORT[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );

/** An untrusted text, shortened and escaped for a message. */
export const shown = (text: string): string =>
  escaped(text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text);

/** The same names and numbers as core/vectors/error_codes.json; a test compares them. */
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
  readonly keys?: Public['keys'];
  readonly pair?: Public['pair'];

  constructor(code: ErrorCode, message = '', options: SealwaxErrorOptions = {}) {
    const { cause, chunk, needed, attempts = [], keys, pair } = options;
    const subject = code.replaceAll('_', ' ');
    super(
      message ? `${subject}: ${escaped(message)}` : subject,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.number = ERROR_NUMBERS[code];
    // Each class is a range of twenty numbers.
    this.class = CLASSES[Math.floor(this.number / 20)] as ErrorClass;
    if (chunk !== undefined) this.chunk = chunk;
    if (needed !== undefined) this.needed = needed;
    this.attempts = attempts;
    if (keys) this.keys = keys;
    if (pair) this.pair = pair;
  }
}

/**
 * Whether an error comes from this package, or from another copy of it: a provider may use its own
 * copy.
 */
export const isSealwaxError = (error: unknown): error is SealwaxError => {
  const { name, code } = (error ?? {}) as Partial<SealwaxError>;
  return name === 'SealwaxError' && Object.hasOwn(ERROR_NUMBERS, code ?? '');
};

/** Whether a provider says that the wrapped key did not open. */
export const isRejection = (error: unknown): boolean =>
  isSealwaxError(error) && error.code === 'key_unwrap';

/** The error of a wrong argument. */
export const invalid = (message: string): SealwaxError =>
  new SealwaxError('invalid_argument', message);

/** The end of a message about a value of the wrong type, if it is clear what was meant. */
export function hint(value: unknown): string {
  const { then, pipe } = (value ?? {}) as { then?: unknown; pipe?: unknown };
  if (typeof then === 'function') return ', not the promise of one: await it';
  return typeof pipe === 'function' ? ', not a stream of Node: give Readable.toWeb(stream)' : '';
}

/** A context pair: its key, the required value, the value found. */
type Pair = [key: string, wanted: string, found: string | undefined];

/** The value that the module throws: `[code number, text, detail]`. */
type Thrown = [number: number, text: string, detail: number | Pair | undefined];

const isThrown = (error: unknown): error is Thrown =>
  Array.isArray(error) && error.length === 3 && typeof error[0] === 'number';

function fromThrown([number, text, detail]: Thrown): SealwaxError {
  const entry = Object.entries(ERROR_NUMBERS).find(([, known]) => known === number);
  const code = (entry?.[0] ?? 'panic') as ErrorCode;
  switch (code) {
    case 'authentication':
      return chunkNotAuthentic(detail as number);
    case 'bad_magic':
      return new SealwaxError(code, 'not a Sealwax envelope');
    case 'buffer_too_small':
      return new SealwaxError(code, `${detail as number} bytes are needed`, {
        needed: detail as number,
      });
    case 'context_mismatch':
      return pairMismatch(detail as Pair);
    default:
      return new SealwaxError(code, text || (detail === undefined ? '' : String(detail)));
  }
}

function pairMismatch([key, wanted, found]: Pair): SealwaxError {
  const quoted = (text: string) => shown(JSON.stringify(text));
  const is = found === undefined ? 'is missing' : `is ${quoted(found)}`;
  return new SealwaxError(
    'context_mismatch',
    `${quoted(key)} must be ${quoted(wanted)} and ${is}`,
    { pair: { key, wanted, found } },
  );
}

export const chunkNotAuthentic = (chunk: number, cause?: unknown): SealwaxError =>
  new SealwaxError('authentication', `chunk ${chunk}`, { chunk, cause });

/** Converts what a call into the module threw to a SealwaxError. */
export function fromModule(error: unknown): unknown {
  if (isThrown(error)) return fromThrown(error);
  if (error instanceof WebAssembly.RuntimeError) {
    return new SealwaxError('panic', 'the WebAssembly module stopped: this is a bug of Sealwax', {
      cause: error,
    });
  }
  if (error instanceof Error && error.message.includes('null pointer passed to rust')) {
    return new SealwaxError('invalid_state', 'the object was closed');
  }
  return error;
}

/** Runs `call`, which calls into the module, and converts its errors. */
export function callCore<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw fromModule(error);
  }
}

/**
 * Wraps a failure of the host, such as of a source or the network. A SealwaxError stays as it is.
 */
export function asIo(error: unknown, what: string): SealwaxError {
  return error instanceof SealwaxError ? error : new SealwaxError('io', what, { cause: error });
}

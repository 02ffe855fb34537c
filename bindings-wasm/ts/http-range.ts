// Ranges of an object over HTTP. Requests are repeated until nothing is missing.

import type { HttpRangeOptions, RangeSource } from '../types/index.js';
import { type Owned, allocate } from './bytes.js';
import { SealwaxError, asIo, invalid } from './errors.js';
import { type Names, checkOptions } from './options.js';
import { yieldToEventLoop } from './event-loop.js';
import { type Deadline, abortable, withDeadline, throwIfAborted } from './cancellation.js';

type Address = string | URL;

const OPTIONS: Names<HttpRangeOptions> = () => ({
  headers: 1,
  credentials: 1,
  fetch: 1,
  retries: 1,
  retryDelay: 1,
  timeout: 1,
});

/** Transient statuses: too many requests, and a gateway without its server. */
const PASSING: readonly number[] = [429, 502, 503, 504];
/** Longest pause, in milliseconds, even if a server asks for more. */
const LONGEST_PAUSE = 20_000;

/** A failure after which the same request may succeed. */
class Passing extends Error {
  constructor(
    readonly reason: SealwaxError,
    readonly pause = 0,
  ) {
    super();
  }
}

export function httpRange(
  url: Address | (() => Address | Promise<Address>),
  options: HttpRangeOptions = {},
): RangeSource {
  checkOptions(options, OPTIONS);
  const { retries = 5, retryDelay = 250, timeout = 30_000 } = options;
  for (const [name, value] of Object.entries({ retries, retryDelay, timeout })) {
    if (typeof value !== 'number' || !(value >= 0))
      throw invalid(`${name} must be a number from 0`);
  }
  return new HttpObject(url, options, { retries, retryDelay, timeout });
}

type Limits = Required<Pick<HttpRangeOptions, 'retries' | 'retryDelay' | 'timeout'>>;

class HttpObject implements RangeSource {
  readonly #url: Address | (() => Address | Promise<Address>);
  readonly #options: HttpRangeOptions;
  readonly #limits: Limits;

  constructor(
    url: Address | (() => Address | Promise<Address>),
    options: HttpRangeOptions,
    limits: Limits,
  ) {
    this.#url = url;
    this.#options = options;
    this.#limits = limits;
  }

  size(signal?: AbortSignal): Promise<number> {
    return this.#insist(signal, async (attempt) => {
      const response = await this.#request(0, 1, attempt.signal);
      response.body?.cancel().catch(() => {});
      const total = rangeOf(response)?.[3];
      if (!total || total === '*')
        throw new SealwaxError(
          'io',
          'the server does not say the size: expose Content-Range, or give the option size',
        );
      return Number(total);
    });
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Owned> {
    const wanted = new Wanted(offset, length);
    if (length === 0) return wanted.bytes;
    const receive = async (attempt: Deadline) => {
      const response = await this.#request(wanted.offset, wanted.missing, attempt.signal);
      await wanted.receive(response, attempt);
      return wanted.bytes;
    };
    return this.#insist(signal, receive, () => wanted.missing);
  }

  /** Repeats `work` until it succeeds. Progress (less `missing`) resets the count of failures. */
  async #insist<T>(
    signal: AbortSignal | undefined,
    work: (attempt: Deadline) => Promise<T>,
    missing = () => 0,
  ): Promise<T> {
    const { retries, timeout } = this.#limits;
    let before = missing();
    for (let failures = 0; ; failures++) {
      const attempt = withDeadline(signal, timeout);
      try {
        return await work(attempt);
      } catch (error) {
        throwIfAborted(signal);
        const failure = attempt.signal.aborted
          ? new Passing(asIo(attempt.signal.reason, 'the server does not answer'))
          : error;
        if (!(failure instanceof Passing)) throw error;
        if (missing() < before) failures = 0;
        before = missing();
        if (failures >= retries) throw failure.reason;
        await this.#pause(failures, failure.pause, signal);
      } finally {
        attempt.done();
      }
    }
  }

  /** Exponential back-off with jitter. */
  async #pause(failures: number, asked: number, signal: AbortSignal | undefined): Promise<void> {
    const usual = this.#limits.retryDelay * 2 ** failures * (0.5 + Math.random() / 2);
    const over = withDeadline(signal, Math.max(1, Math.min(LONGEST_PAUSE, Math.max(usual, asked))));
    if (!over.signal.aborted)
      await new Promise((resolve) => over.signal.addEventListener('abort', resolve));
    over.done();
    throwIfAborted(signal);
  }

  async #request(offset: number, length: number, signal: AbortSignal): Promise<Response> {
    const { headers, credentials, fetch: ask = fetch } = this.#options;
    const all = new Headers(headers);
    all.set('Range', `bytes=${offset}-${offset + length - 1}`);
    const address = await this.#address();
    const answer = ask(address, {
      headers: all,
      ...(credentials && { credentials }),
      signal,
      cache: 'no-store',
    });
    const response = await abortable(answer, signal).catch((error: unknown) => {
      throw new Passing(asIo(error, 'the request failed'));
    });
    if (response.status !== 206) throw refusal(response);
    const start = rangeOf(response)?.[1];
    if (start !== undefined && Number(start) !== offset)
      throw new SealwaxError('io', `the server sent the range from ${start}, not from ${offset}`);
    return response;
  }

  async #address(): Promise<string> {
    const address = typeof this.#url === 'function' ? await this.#url() : this.#url;
    try {
      return new Request(address).url;
    } catch (error) {
      throw new SealwaxError('invalid_argument', 'no request can be made to that URL', {
        cause: error,
      });
    }
  }
}

/**
 * `[, first, last, total]` of a response. Across origins, a page sees it only if the server exposes
 * it.
 */
const rangeOf = ({ headers }: Response): RegExpExecArray | null =>
  /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');

/** The error of a response without a range. */
function refusal(response: Response): SealwaxError | Passing {
  response.body?.cancel().catch(() => {});
  // A server without ranges would send the whole object each time.
  const error = new SealwaxError(
    'io',
    response.ok ? 'the server does not serve ranges' : `the server answered ${response.status}`,
  );
  return PASSING.includes(response.status) ? new Passing(error, pauseOf(response)) : error;
}

/** The pause that the server asks for (`Retry-After`), in milliseconds. */
function pauseOf({ headers }: Response): number {
  const text = headers.get('retry-after') ?? '';
  const pause = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return pause > 0 ? pause : 0;
}

/** A range being received, in as many responses as it takes. */
class Wanted {
  readonly bytes: Owned;
  readonly #start: number;
  #held = 0;
  /** The first response's ETag; undefined before. */
  #etag: string | null | undefined;

  constructor(offset: number, length: number) {
    this.bytes = allocate(length);
    this.#start = offset;
  }

  get offset(): number {
    return this.#start + this.#held;
  }

  get missing(): number {
    return this.bytes.length - this.#held;
  }

  /** Takes the body of a response, up to where it breaks off. */
  async receive(response: Response, attempt: Deadline): Promise<void> {
    this.#check(response);
    const reader = response.body?.getReader();
    try {
      while (this.missing > 0) {
        const piece = await this.#read(reader, attempt);
        if (!piece)
          throw new Passing(
            new SealwaxError(
              'io',
              `the server sent ${this.#held} bytes and not ${this.bytes.length}`,
            ),
          );
        if (piece.length > this.missing)
          throw new SealwaxError('io', 'the server sent more than it was asked for');
        this.bytes.set(piece, this.#held);
        this.#held += piece.length;
        // A stream may answer at once and with nothing, for ever: the deadline must be able to end it.
        if (piece.length > 0) attempt.renew();
        else await yieldToEventLoop();
      }
    } finally {
      reader?.cancel().catch(() => {});
    }
  }

  async #read(
    reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
    { signal }: Deadline,
  ): Promise<Uint8Array | undefined> {
    try {
      return reader && (await abortable(reader.read(), signal)).value;
    } catch (error) {
      throw new Passing(asIo(error, 'the answer broke off'));
    }
  }

  /**
   * A later response must be of the same object, even if the browser dropped the body of the first
   * one. The ETags are compared here and not by the server: across origins, a server would have to
   * allow the header `If-Range`.
   */
  #check({ headers }: Response): void {
    const etag = headers.get('etag');
    if (this.#etag !== undefined && this.#etag !== etag)
      throw new SealwaxError('io', 'the object has changed while it was read');
    this.#etag = etag;
  }
}

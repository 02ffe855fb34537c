// AbortSignals and deadlines.

import { SealwaxError } from './errors.js';

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled(signal);
}

const cancelled = (signal: AbortSignal): SealwaxError =>
  new SealwaxError('cancelled', '', { cause: signal.reason });

/** Settles like the promise, but rejects as soon as the signal is aborted. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  promise.catch(() => {}); // when the signal wins, nobody else looks at it
  return new Promise((resolve, reject) => {
    const abort = () => reject(cancelled(signal));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

export interface Deadline {
  readonly signal: AbortSignal;
  readonly abort: (reason: unknown) => void;
  readonly renew: () => void;
  readonly done: () => void;
}

/** The longest delay of a timer. Timers take a longer one for none. */
const LONGEST_DELAY = 2 ** 31 - 1;

/**
 * A signal that aborts with `parent`, by `abort`, or after `limit` milliseconds, if those are not 0
 * or more than a timer can wait. `renew` restarts the clock, `done` stops it.
 */
export function withDeadline(parent: AbortSignal | undefined, limit: number): Deadline {
  const controller = new AbortController();
  const follow = () => controller.abort(parent?.reason);
  if (parent?.aborted) follow();
  parent?.addEventListener('abort', follow, { once: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const renew = () => {
    clearTimeout(timer);
    if (limit > 0 && limit <= LONGEST_DELAY)
      timer = setTimeout(
        () => controller.abort(new DOMException(`no answer within ${limit} ms`, 'TimeoutError')),
        limit,
      );
  };
  const done = () => {
    clearTimeout(timer);
    parent?.removeEventListener('abort', follow);
  };
  renew();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason), renew, done };
}

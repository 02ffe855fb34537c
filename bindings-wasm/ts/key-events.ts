// Events of key use, for audit logs. core/vectors/key_events.json has the same script for every language.

import type {
  CallDetails,
  EncryptionContext,
  KeyEvent,
  KeyProvider,
  WrappedDek,
} from '../types/index.js';
import { isRejection } from './errors.js';

/** The options that concern events. */
export interface EventOptions {
  onKeyEvent?: ((event: KeyEvent) => void) | undefined;
  objectName?: string | undefined;
}

/** Gathers the details of one call, and reports them when it ends. */
export class KeyEventRecorder {
  readonly #start = performance.now();
  readonly #time = new Date();
  readonly #base: Pick<KeyEvent, 'operation' | 'providerId' | 'context'>;
  readonly #options: EventOptions;
  #details: CallDetails;

  constructor(
    { providerId }: KeyProvider,
    operation: KeyEvent['operation'],
    keyId: string,
    context: EncryptionContext,
    options: EventOptions,
  ) {
    this.#base = { operation, providerId, context };
    this.#options = options;
    this.#details = { keyId };
  }

  add(details: CallDetails): void {
    this.#details = { ...this.#details, ...details };
  }

  end(error: unknown, result?: unknown): void {
    const { onKeyEvent, objectName } = this.#options;
    if (!onKeyEvent) return;
    const { requestId, cacheHit, denied, keyId = '' } = this.#details;
    const named = (result as Partial<WrappedDek> | undefined)?.keyId;
    const failure = isRejection(error) ? 'rejected' : denied ? 'denied' : 'failed';
    notify(onKeyEvent, {
      ...this.#base,
      ...(cacheHit && { operation: 'cache_hit' as const }),
      time: this.#time,
      outcome: error === undefined ? 'ok' : failure,
      keyId: named ?? keyId,
      durationMs: performance.now() - this.#start,
      ...(objectName !== undefined && { objectName }),
      ...(requestId !== undefined && { requestId }),
      ...(error !== undefined && { error }),
    });
  }
}

/**
 * Calls a listener. If it throws, the page gets an uncaught error, because the key was already
 * used.
 */
export function notify<T>(listener: (news: T) => void, news: T): void {
  try {
    listener(news);
  } catch (error) {
    if (typeof reportError === 'function') reportError(error);
    else
      queueMicrotask(() => {
        throw error;
      }); // Node has only this
  }
}

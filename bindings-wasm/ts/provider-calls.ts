// Calls of providers: time limits, one error for all attempts, one event per call.

import type {
  Attempt,
  KeyEvent,
  KeyName,
  KeyProvider,
  Keys,
  ProviderCall,
} from '../types/index.js';
import { type Owned, view } from './bytes.js';
import { abortable, throwIfAborted, withDeadline } from './cancellation.js';
import type { Context } from './context.js';
import { format } from './core.js';
import { SealwaxError, hint, invalid, isRejection, shown } from './errors.js';
import { type EventOptions, KeyEventRecorder } from './key-events.js';

const DEFAULT_TIMEOUT = 30_000;

/** The options that concern providers. */
export interface CallOptions extends EventOptions {
  signal?: AbortSignal | undefined;
  providerTimeout?: number | undefined;
  requireAll?: boolean | undefined;
}

export function providersOf(keys: Keys): readonly KeyProvider[] {
  const list = (Array.isArray(keys) ? keys : [keys]) as readonly KeyProvider[];
  if (list.length === 0) throw invalid('at least one key provider is needed');
  for (const provider of list) {
    const lacks = (method: 'accepts' | 'wrap' | 'unwrap') =>
      typeof provider?.[method] !== 'function';
    if (
      typeof provider?.providerId !== 'string' ||
      lacks('accepts') ||
      lacks('wrap') ||
      lacks('unwrap')
    ) {
      throw invalid(
        `a key provider with providerId, accepts, wrap and unwrap is needed${hint(provider)}`,
      );
    }
  }
  return list;
}

/** The key that a provider wraps with, if it names one. */
export function nameOf(provider: KeyProvider): KeyName {
  const { keyId } = provider as { keyId?: unknown };
  return { providerId: provider.providerId, keyId: typeof keyId === 'string' ? keyId : '' };
}

export const shownName = ({ providerId, keyId }: KeyName): string =>
  `${shown(providerId)}${keyId && ` ${shown(keyId)}`}`;

export const attemptOf = ({ providerId, keyId }: KeyName, error: unknown): Attempt => ({
  providerId,
  keyId,
  error,
});

/** The calls for one object. */
export class ProviderCalls {
  readonly #options: CallOptions;
  readonly #plaintextSize: number | undefined;

  constructor(options: CallOptions, plaintextSize?: number) {
    this.#options = options;
    this.#plaintextSize = plaintextSize;
  }

  get requiresAll(): boolean {
    return this.#options.requireAll ?? true;
  }

  throwIfAborted(): void {
    throwIfAborted(this.#options.signal);
  }

  async accepts(provider: KeyProvider, keyId: string): Promise<boolean> {
    return abortable(Promise.resolve(provider.accepts(keyId)), this.#options.signal);
  }

  /** Makes one call, with its time limit and its event. */
  async ask<T>(
    provider: KeyProvider,
    operation: KeyEvent['operation'],
    keyId: string,
    context: Context,
    work: (call: ProviderCall) => Promise<T>,
    more?: Partial<ProviderCall>,
  ): Promise<T> {
    const { signal, providerTimeout = DEFAULT_TIMEOUT, objectName } = this.#options;
    const limit = withDeadline(signal, providerTimeout);
    const record = new KeyEventRecorder(provider, operation, keyId, context.pairs, this.#options);
    const call: ProviderCall = {
      signal: limit.signal,
      canonicalContext: context.canonical.slice(),
      ...(objectName !== undefined && { objectName }),
      ...(this.#plaintextSize !== undefined && { plaintextSize: this.#plaintextSize }),
      report: (details) => record.add(details),
      ...more,
    };
    let result: T;
    try {
      // A provider may hang, or throw before it returns a promise.
      result = await abortable((async () => work(call))(), limit.signal);
    } catch (thrown) {
      const timedOut = limit.signal.aborted && !signal?.aborted;
      const error: unknown = timedOut ? limit.signal.reason : thrown;
      record.end(error);
      throw error;
    } finally {
      limit.done();
    }
    record.end(undefined, result);
    return result;
  }

  /** FORMAT.md K-07: a failed KMS takes precedence over a wrapped key that did not unwrap. */
  fail(attempts: readonly Attempt[]): never {
    this.throwIfAborted();
    const code = attempts.every(({ error }) => isRejection(error))
      ? 'key_unwrap'
      : 'provider_failed';
    const said = attempts.map((attempt) => `${shownName(attempt)}: ${describe(attempt.error)}`);
    const errors = attempts.map(({ error }) => error);
    const cause =
      errors.length === 1 ? errors[0] : new AggregateError(errors, 'every provider failed');
    throw new SealwaxError(code, said.join('; '), { cause, attempts });
  }
}

/**
 * The DEK that a provider returned. A wrong length is a fault of the provider and says nothing
 * about the wrapped key.
 */
export function checkedDek(dek: unknown): Owned {
  const bytes = view(dek as Uint8Array, 'the DEK that the provider returned');
  if (bytes.length !== format().key)
    throw new TypeError(`the provider returned a DEK of ${bytes.length} bytes`);
  return bytes;
}

const describe = (error: unknown): string => {
  const { name, message } = (error ?? {}) as Partial<Error>;
  return shown([message, name].find((text) => typeof text === 'string' && text !== '') ?? 'failed');
};

// Asking providers: time limits, fail-over, one error for all attempts, one event for each call.

import type { Attempt, CallDetails, EncryptionContext, GeneratedDek, KeyEvent, KeyProvider, Keys, ProviderCall, WrappedDek, WrappedKey } from '../types/index.js';
import { type Owned, view } from './bytes.js';
import type { Context } from './context.js';
import { type Core, format } from './core.js';
import { SealwaxError, guard, invalid } from './errors.js';
import type { Header } from './header.js';
import { abortable, limited, throwIfAborted } from './signal.js';

const DEFAULT_TIMEOUT = 30_000;

/** The options that concern providers. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
  providerTimeout?: number | undefined;
  onKeyEvent?: ((event: KeyEvent) => void) | undefined;
  objectName?: string | undefined;
  requireAll?: boolean | undefined;
}

export function providersOf(keys: Keys): readonly KeyProvider[] {
  const list = (Array.isArray(keys) ? keys : [keys]) as readonly KeyProvider[];
  if (list.length === 0) throw invalid('at least one key provider is needed');
  for (const provider of list) {
    const methods = [provider?.accepts, provider?.wrap, provider?.unwrap];
    if (typeof provider?.providerId !== 'string' || methods.some((method) => typeof method !== 'function')) {
      throw invalid('a key provider has providerId, accepts, wrap and unwrap');
    }
  }
  return list;
}

/** A DEK with its wrapped keys. The caller wipes the DEK. */
export interface Wrapped {
  readonly dek: Owned;
  readonly keys: readonly WrappedKey[];
}

export class Keyring {
  readonly #core: Core;
  readonly #options: CallOptions;
  readonly #plaintextSize: number | undefined;

  constructor(core: Core, options: CallOptions, plaintextSize?: number) {
    this.#core = core;
    this.#options = options;
    this.#plaintextSize = plaintextSize;
  }

  /** Makes a DEK and has every provider wrap it; the first may generate it. */
  async generate(providers: readonly KeyProvider[], context: Context, failed: readonly Attempt[] = []): Promise<Wrapped> {
    const [first, ...others] = providers as [KeyProvider, ...KeyProvider[]];
    if (!first.generate) {
      const dek = guard(() => this.#core.generateDek()) as Owned;
      return { dek, keys: await this.wrap(providers, dek, context, failed).catch(wiping(dek)) };
    }
    let made: GeneratedDek;
    try {
      made = await this.#call(first, 'generate', '', context, async (call) =>
        this.#checkGenerated(first, await first.generate!(context.pairs, call)));
    } catch (error) {
      const attempt = attemptOf(first, '', error);
      if (this.#requiresAll || others.length === 0) this.#fail([...failed, attempt]);
      throwIfAborted(this.#options.signal);
      return this.generate(others, context, [...failed, attempt]);
    }
    const dek = made.dek as Owned;
    const rest = await this.#wrapped(others, dek, context).catch(wiping(dek));
    if (this.#requiresAll && rest.attempts.length > 0) {
      dek.fill(0);
      this.#fail(rest.attempts);
    }
    return { dek, keys: [keyOf(first, made), ...rest.keys] };
  }

  /** Has every provider wrap, in parallel; unless told so, no object is written with a key missing. */
  async wrap(providers: readonly KeyProvider[], dek: Owned, context: Context, failed: readonly Attempt[] = []): Promise<WrappedKey[]> {
    const { keys, attempts } = await this.#wrapped(providers, dek, context);
    if (keys.length === 0 || (this.#requiresAll && attempts.length > 0)) this.#fail([...failed, ...attempts]);
    return keys;
  }

  get #requiresAll(): boolean {
    return this.#options.requireAll ?? true;
  }

  async #wrapped(providers: readonly KeyProvider[], dek: Owned, context: Context): Promise<{ keys: WrappedKey[]; attempts: Attempt[] }> {
    const wrapped = await Promise.allSettled(
      providers.map((provider) => {
        const copy = dek.slice(); // one provider's mistakes with the array do not reach another's
        return this.#call(provider, 'wrap', '', context, async (call) =>
          this.#checkWrapped(provider, await provider.wrap(copy, context.pairs, call)),
        ).finally(() => copy.fill(0));
      }),
    );
    throwIfAborted(this.#options.signal);
    const keys: WrappedKey[] = [];
    const attempts: Attempt[] = [];
    wrapped.forEach((result, index) => {
      const provider = providers[index]!;
      if (result.status === 'fulfilled') keys.push(keyOf(provider, result.value));
      else attempts.push(attemptOf(provider, '', result.reason));
    });
    return { keys, attempts };
  }

  /** Asks the providers in their order, each once at most, until `accept` takes a DEK. */
  async unwrap<T>(providers: readonly KeyProvider[], header: Header, accept: (dek: Owned) => T): Promise<T> {
    const context = { pairs: header.context, canonical: header.canonicalContext };
    const attempts: Attempt[] = [];
    let wrongDek: unknown;
    for (const provider of providers) {
      let key: WrappedKey | undefined;
      try {
        key = await this.#matching(provider, header);
        if (!key) continue;
        const asked = key;
        const dek = await this.#call(provider, 'unwrap', key.keyId, context, async (call) =>
          this.#checkDek(await provider.unwrap({ ...asked, wrappedDek: asked.wrappedDek.slice() }, context.pairs, call)),
        );
        try {
          return accept(dek);
        } catch (error) {
          wrongDek = error;
        } finally {
          dek.fill(0);
        }
      } catch (error) {
        throwIfAborted(this.#options.signal);
        attempts.push(attemptOf(provider, key?.keyId ?? '', error));
      }
    }
    if (wrongDek !== undefined) throw wrongDek;
    return this.#fail(attempts);
  }

  async #matching(provider: KeyProvider, header: Header): Promise<WrappedKey | undefined> {
    for (const key of header.wrappedKeys) {
      if (key.providerId !== provider.providerId) continue;
      if (await abortable(Promise.resolve(provider.accepts(key.keyId)), this.#options.signal)) return key;
    }
    return undefined;
  }

  /** One call, with its time limit and its event. */
  async #call<T>(
    provider: KeyProvider,
    operation: KeyEvent['operation'],
    keyId: string,
    context: Context,
    work: (call: ProviderCall) => Promise<T>,
  ): Promise<T> {
    const { signal, providerTimeout = DEFAULT_TIMEOUT, objectName } = this.#options;
    const limit = limited(signal, providerTimeout);
    const record = new Recorder(provider, operation, keyId, context.pairs, this.#options);
    const call: ProviderCall = {
      signal: limit.signal,
      canonicalContext: context.canonical.slice(),
      ...(objectName !== undefined && { objectName }),
      ...(this.#plaintextSize !== undefined && { plaintextSize: this.#plaintextSize }),
      report: (details) => record.add(details),
    };
    let result: T;
    try {
      // A provider may hang, or throw before it returns a promise.
      result = await abortable((async () => work(call))(), limit.signal);
    } catch (thrown) {
      const timedOut = limit.signal.aborted && !signal?.aborted;
      const error = timedOut ? limit.signal.reason : thrown;
      record.end(error);
      throw error;
    } finally {
      limit.done();
    }
    record.end(undefined, result);
    return result;
  }

  #checkDek(dek: unknown): Owned {
    const bytes = view(dek as Uint8Array, 'the DEK that the provider returned');
    if (bytes.length !== format().key) {
      throw new SealwaxError('key_unwrap', `the provider returned a DEK of ${bytes.length} bytes`);
    }
    return bytes;
  }

  #checkGenerated(provider: KeyProvider, made: GeneratedDek): GeneratedDek {
    return { ...this.#checkWrapped(provider, made), dek: this.#checkDek(made?.dek) };
  }

  #checkWrapped(provider: KeyProvider, wrapped: WrappedDek): WrappedDek {
    if (typeof wrapped?.keyId !== 'string') throw new TypeError('the provider returned no keyId');
    const wrappedDek = view(wrapped.wrappedDek, 'the wrapped DEK that the provider returned');
    guard(() => this.#core.checkWrappedKey([provider.providerId, wrapped.keyId], wrappedDek));
    return { keyId: wrapped.keyId, wrappedDek };
  }

  /** FORMAT.md K-07: a KMS that failed outweighs a wrapped key that did not open. */
  #fail(attempts: readonly Attempt[]): never {
    throwIfAborted(this.#options.signal);
    if (attempts.length === 0) throw new SealwaxError('no_matching_key', 'no provider holds a key of this object');
    const code = attempts.every(({ error }) => isRejection(error)) ? 'key_unwrap' : 'provider_failed';
    const names = attempts.map(({ providerId, keyId, error }) => `${providerId} ${keyId}: ${describe(error)}`);
    const errors = attempts.map(({ error }) => error);
    const cause = errors.length === 1 ? errors[0] : new AggregateError(errors, 'every provider failed');
    throw new SealwaxError(code, names.join('; '), { cause, attempts });
  }
}

const isRejection = (error: unknown): boolean => error instanceof SealwaxError && error.code === 'key_unwrap';

const describe = (error: unknown): string => (error instanceof Error ? error.message : 'failed');

const attemptOf = ({ providerId }: KeyProvider, keyId: string, error: unknown): Attempt => ({ providerId, keyId, error });

const keyOf = ({ providerId }: KeyProvider, { keyId, wrappedDek }: WrappedDek): WrappedKey => ({ providerId, keyId, wrappedDek });

const wiping = (dek: Owned) => (error: unknown): never => {
  dek.fill(0);
  throw error;
};

/** Wrapped keys as the module takes them: their names, and their bytes. */
export const listed = (keys: readonly WrappedKey[]): [names: string[], wrappedDeks: Uint8Array[]] => [
  keys.flatMap(({ providerId, keyId }) => [providerId, keyId]),
  keys.map(({ wrappedDek }) => wrappedDek),
];

/** Gathers what there is to say about one call. */
class Recorder {
  readonly #start = performance.now();
  readonly #time = new Date();
  readonly #base: Pick<KeyEvent, 'operation' | 'providerId' | 'context'>;
  readonly #options: CallOptions;
  #details: CallDetails;

  constructor({ providerId }: KeyProvider, operation: KeyEvent['operation'], keyId: string, context: EncryptionContext, options: CallOptions) {
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

/** A listener that throws has a fault that its page should hear of; the key was used all the same. */
function notify(listener: (event: KeyEvent) => void, event: KeyEvent): void {
  try {
    listener(event);
  } catch (error) {
    if (typeof reportError === 'function') reportError(error);
    else queueMicrotask(() => { throw error; }); // Node has only this
  }
}

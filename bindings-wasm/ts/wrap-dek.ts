// Makes DEKs and wraps them with the providers.

import type { Attempt, GeneratedDek, KeyProvider, WrappedDek, WrappedKey } from '../types/index.js';
import { type Owned, view } from './bytes.js';
import {
  type CallOptions,
  ProviderCalls,
  attemptOf,
  checkedDek,
  nameOf,
} from './provider-calls.js';
import type { Context } from './context.js';
import { checkWrappedKey, generateDek } from './core.js';
import { callCore } from './errors.js';

/** A DEK with its wrapped keys. The caller wipes the DEK. */
export interface Wrapped {
  readonly dek: Owned;
  readonly keys: readonly WrappedKey[];
}

export class Wrapping {
  readonly #calls: ProviderCalls;

  constructor(options: CallOptions, plaintextSize?: number) {
    this.#calls = new ProviderCalls(options, plaintextSize);
  }

  /** Makes a DEK and wraps it with every provider. The first provider may generate it. */
  async generate(
    providers: readonly KeyProvider[],
    context: Context,
    failed: readonly Attempt[] = [],
  ): Promise<Wrapped> {
    const [first, ...others] = providers as [KeyProvider, ...KeyProvider[]];
    const calls = this.#calls;
    if (!first.generate) {
      const dek = callCore(() => generateDek()) as Owned;
      return { dek, keys: await this.wrap(providers, dek, context, failed).catch(wiping(dek)) };
    }
    let made: GeneratedDek;
    try {
      made = await calls.ask(first, 'generate', nameOf(first).keyId, context, async (call) =>
        this.#checkGenerated(first, await first.generate!(context.pairs, call)),
      );
    } catch (error) {
      const attempt = attemptOf(nameOf(first), error);
      if (calls.requiresAll || others.length === 0) calls.fail([...failed, attempt]);
      calls.throwIfAborted();
      return this.generate(others, context, [...failed, attempt]);
    }
    const dek = made.dek as Owned;
    const rest = await this.#wrapped(others, dek, context).catch(wiping(dek));
    if (calls.requiresAll && rest.attempts.length > 0) {
      dek.fill(0);
      calls.fail(rest.attempts);
    }
    return { dek, keys: [keyOf(first, made), ...rest.keys] };
  }

  /** Wraps with every provider in parallel. By default, no object is written without all keys. */
  async wrap(
    providers: readonly KeyProvider[],
    dek: Owned,
    context: Context,
    failed: readonly Attempt[] = [],
  ): Promise<WrappedKey[]> {
    const { keys, attempts } = await this.#wrapped(providers, dek, context);
    if (keys.length === 0 || (this.#calls.requiresAll && attempts.length > 0))
      this.#calls.fail([...failed, ...attempts]);
    return keys;
  }

  async #wrapped(
    providers: readonly KeyProvider[],
    dek: Owned,
    context: Context,
  ): Promise<{ keys: WrappedKey[]; attempts: Attempt[] }> {
    const wrapped = await Promise.allSettled(
      providers.map((provider) => {
        const copy = dek.slice(); // one provider's mistakes with the array do not reach another's
        return this.#calls
          .ask(provider, 'wrap', nameOf(provider).keyId, context, async (call) =>
            this.#checkWrapped(provider, await provider.wrap(copy, context.pairs, call)),
          )
          .finally(() => copy.fill(0));
      }),
    );
    this.#calls.throwIfAborted();
    const keys: WrappedKey[] = [];
    const attempts: Attempt[] = [];
    wrapped.forEach((result, index) => {
      const provider = providers[index]!;
      if (result.status === 'fulfilled') keys.push(keyOf(provider, result.value));
      else attempts.push(attemptOf(nameOf(provider), result.reason));
    });
    return { keys, attempts };
  }

  #checkGenerated(provider: KeyProvider, made: GeneratedDek): GeneratedDek {
    return { ...this.#checkWrapped(provider, made), dek: checkedDek(made?.dek) };
  }

  #checkWrapped(provider: KeyProvider, wrapped: WrappedDek): WrappedDek {
    if (typeof wrapped?.keyId !== 'string') throw new TypeError('the provider returned no keyId');
    const wrappedDek = view(wrapped.wrappedDek, 'the wrapped DEK that the provider returned');
    callCore(() => checkWrappedKey([provider.providerId, wrapped.keyId], wrappedDek));
    return { keyId: wrapped.keyId, wrappedDek };
  }
}

const keyOf = ({ providerId }: KeyProvider, { keyId, wrappedDek }: WrappedDek): WrappedKey => ({
  providerId,
  keyId,
  wrappedDek,
});

const wiping =
  (dek: Owned) =>
  (error: unknown): never => {
    dek.fill(0);
    throw error;
  };

/** Wrapped keys in the form of the module's arguments: names, and bytes. */
export const wrappedKeyLists = (
  keys: readonly WrappedKey[],
): [names: string[], wrappedDeks: Uint8Array[]] => [
  keys.flatMap(({ providerId, keyId }) => [providerId, keyId]),
  keys.map(({ wrappedDek }) => wrappedDek),
];

// Unwraps a DEK, asking the providers in order.

import type { Attempt, KeyProvider, ProviderCall, WrappedKey } from '../types/index.js';
import type { Owned } from './bytes.js';
import {
  type CallOptions,
  ProviderCalls,
  attemptOf,
  checkedDek,
  nameOf,
  shownName,
} from './provider-calls.js';
import { SealwaxError } from './errors.js';
import type { Header } from './header.js';
import { notify } from './key-events.js';

/** Maximum number of keys that a message lists. */
const SHOWN = 8;

/**
 * Asks the providers until `accept` takes a DEK: a remote provider at most once, others for every
 * key they accept (FORMAT.md K-06, K-07).
 */
export async function unwrapDek<T>(
  providers: readonly KeyProvider[],
  header: Header,
  options: CallOptions,
  accept: (dek: Owned) => T,
): Promise<T> {
  const opening = new Opening(header, options, accept);
  for (const provider of providers) {
    const opened = await opening.ask(provider);
    if (opened) return opened.value;
  }
  return opening.fail(providers);
}

/** Asks a provider for the DEK behind one wrapped key. */
export function unwrapOne(
  calls: ProviderCalls,
  provider: KeyProvider,
  key: WrappedKey,
  header: Header,
  more?: Partial<ProviderCall>,
): Promise<Owned> {
  const context = { pairs: header.context, canonical: header.canonicalContext };
  const work = async (call: ProviderCall) =>
    checkedDek(
      await provider.unwrap({ ...key, wrappedDek: key.wrappedDek.slice() }, context.pairs, call),
    );
  return calls.ask(provider, 'unwrap', key.keyId, context, work, more);
}

class Opening<T> {
  readonly #header: Header;
  readonly #calls: ProviderCalls;
  readonly #accept: (dek: Owned) => T;
  readonly #attempts: Attempt[] = [];
  #wrongDek: unknown;

  constructor(header: Header, options: CallOptions, accept: (dek: Owned) => T) {
    this.#header = header;
    this.#calls = new ProviderCalls(options);
    this.#accept = accept;
  }

  async ask(provider: KeyProvider): Promise<{ value: T } | undefined> {
    let asked = false;
    for (const key of this.#header.wrappedKeys) {
      if (key.providerId !== provider.providerId || (asked && provider.isRemote !== false))
        continue;
      try {
        if (!(await this.#calls.accepts(provider, key.keyId))) continue;
        asked = true;
        return { value: await this.#open(provider, key) };
      } catch (error) {
        this.#calls.throwIfAborted();
        if (error instanceof WrongDek) this.#wrongDek = error.reason;
        else this.#attempts.push(attemptOf(key, error));
        if (!asked) return undefined; // it cannot tell its own keys
      }
    }
    return undefined;
  }

  async #open(provider: KeyProvider, key: WrappedKey): Promise<T> {
    const verdict = new Verdict();
    const more = { onSettled: (callback: (opened: boolean) => void) => verdict.tell(callback) };
    try {
      const dek = await unwrapOne(this.#calls, provider, key, this.#header, more);
      const value = this.#take(dek);
      verdict.give(true);
      return value;
    } finally {
      verdict.give(false);
    }
  }

  #take(dek: Owned): T {
    try {
      return this.#accept(dek);
    } catch (error) {
      throw new WrongDek(error);
    } finally {
      dek.fill(0);
    }
  }

  fail(providers: readonly KeyProvider[]): never {
    if (this.#wrongDek !== undefined) throw this.#wrongDek as Error;
    if (this.#attempts.length > 0) this.#calls.fail(this.#attempts);
    this.#calls.throwIfAborted();
    const wanted = this.#header.wrappedKeys.map(({ providerId, keyId }) => ({ providerId, keyId }));
    const offered = providers.map(nameOf);
    const list = (names: typeof wanted) =>
      [
        ...names.slice(0, SHOWN).map(shownName),
        ...(names.length > SHOWN ? [`${names.length - SHOWN} more`] : []),
      ].join(', ');
    throw new SealwaxError(
      'no_matching_key',
      `the object needs ${list(wanted)}; given: ${list(offered)}`,
      { keys: { wanted, offered } },
    );
  }
}

/** The header does not verify under the DEK that a provider returned. */
class WrongDek extends Error {
  constructor(readonly reason: unknown) {
    super();
  }
}

/** Reports to listeners, once, whether a DEK opened the object. */
class Verdict {
  readonly #waiting: ((opened: boolean) => void)[] = [];
  #opened: boolean | undefined;

  tell(callback: (opened: boolean) => void): void {
    if (this.#opened === undefined) this.#waiting.push(callback);
    else notify(callback, this.#opened);
  }

  /** Only the first call counts. */
  give(opened: boolean): void {
    this.#opened ??= opened;
    for (const callback of this.#waiting.splice(0)) notify(callback, this.#opened);
  }
}

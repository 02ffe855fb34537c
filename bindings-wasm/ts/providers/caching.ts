// Caches DEKs in memory, in front of another provider.

import type {
  CachingOptions,
  EncryptionContext,
  GeneratedDek,
  KeyProvider,
  ProviderCall,
  WrappedDek,
  WrappedKey,
} from '../../types/index.js';
import { toBase64 } from '../bytes.js';
import { generateDek, needCore } from '../core.js';
import { SealwaxError, callCore, invalid } from '../errors.js';
import { nameOf, providersOf } from '../provider-calls.js';
import { type Names, checkOptions } from '../options.js';

const OPTIONS: Names<CachingOptions> = () => ({
  maxAge: 1,
  maxMessages: 1,
  maxBytes: 1,
  capacity: 1,
});

interface Entry {
  readonly dek: Uint8Array;
  readonly made: Moment;
}

/** Times in milliseconds by two clocks. */
interface Moment {
  /** Of the day: somebody may set it. */
  readonly wall: number;
  /** Since the start: it may stand still while the machine sleeps. */
  readonly steady: number;
}

const now = (): Moment => ({ wall: Date.now(), steady: performance.now() });

/** Whether less than `age` has passed since then, by both clocks. */
function isWithin(age: number, { wall, steady }: Moment): boolean {
  const later = now();
  return later.wall >= wall && later.wall - wall < age && later.steady - steady < age;
}

interface WritingEntry extends Entry, WrappedDek {
  messages: number;
  bytes: number;
}

export class CachingProvider implements KeyProvider {
  readonly providerId: string;
  readonly keyId: string;
  readonly isRemote: boolean;
  readonly #inner: KeyProvider;
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  /** The current DEK for encryption, by context. */
  readonly #writing: Entries<WritingEntry>;
  /** DEKs for decryption, by wrapped key and context. */
  readonly #reading: Entries<Entry>;
  /** Calls that the inner provider is serving. */
  readonly #asking = new WeakSet<ProviderCall>();

  constructor(provider: KeyProvider, options: CachingOptions = {}) {
    checkOptions(options, OPTIONS);
    const [inner] = providersOf([provider]);
    const {
      maxAge = 300_000,
      maxMessages = 1_000_000,
      maxBytes = 2 ** 40,
      capacity = 1_000,
    } = options;
    for (const [name, limit] of Object.entries({ maxAge, maxMessages, maxBytes, capacity })) {
      if (typeof limit !== 'number' || !(limit >= 1)) throw invalid(`${name} must be at least 1`);
    }
    this.#inner = inner!;
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
    this.#writing = new Entries(capacity, maxAge);
    this.#reading = new Entries(capacity, maxAge);
    ({ providerId: this.providerId, keyId: this.keyId } = nameOf(inner!));
    this.isRemote = inner!.isRemote ?? true;
  }

  accepts(keyId: string): boolean | Promise<boolean> {
    return this.#inner.accepts(keyId);
  }

  /** Wraps a DEK that was made elsewhere; nothing to cache. */
  wrap(dek: Uint8Array, context: EncryptionContext, call: ProviderCall): Promise<WrappedDek> {
    return this.#ask(call, () => this.#inner.wrap(dek, context, call));
  }

  async generate(context: EncryptionContext, call: ProviderCall): Promise<GeneratedDek> {
    const name = toBase64(call.canonicalContext);
    const size = call.plaintextSize ?? 0;
    const known = this.#writing.get(name);
    if (known && known.messages < this.#maxMessages && known.bytes + size <= this.#maxBytes) {
      call.report({ cacheHit: true });
      return this.#use(known, size);
    }
    const generated = await this.#ask(call, () => this.#make(context, call));
    const entry = {
      ...generated,
      dek: generated.dek.slice(),
      made: now(),
      messages: 0,
      bytes: 0,
    };
    generated.dek.fill(0);
    this.#writing.set(name, entry);
    return this.#use(entry, size);
  }

  async unwrap(
    wrapped: WrappedKey,
    context: EncryptionContext,
    call: ProviderCall,
  ): Promise<Uint8Array> {
    const name = [
      wrapped.keyId,
      toBase64(wrapped.wrappedDek),
      toBase64(call.canonicalContext),
    ].join('\n');
    const known = this.#reading.get(name);
    if (known) {
      call.report({ cacheHit: true });
      return known.dek.slice();
    }
    const dek = await this.#ask(call, () => this.#inner.unwrap(wrapped, context, call));
    const entry = { dek: dek.slice(), made: now() };
    // Only after the DEK has opened the object: forged wrapped keys must not evict those in use.
    const settle = (opened: boolean) =>
      opened ? this.#reading.set(name, entry) : entry.dek.fill(0);
    if (call.onSettled) call.onSettled(settle);
    else settle(true);
    return dek;
  }

  clear(): void {
    this.#writing.clear();
    this.#reading.clear();
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  async #make(context: EncryptionContext, call: ProviderCall): Promise<GeneratedDek> {
    if (this.#inner.generate) return this.#inner.generate(context, call);
    await needCore();
    const dek = callCore(() => generateDek());
    return { dek, ...(await this.#inner.wrap(dek, context, call)) };
  }

  /** Rejects a provider that calls the cache in front of it, which would recurse forever. */
  async #ask<T>(call: ProviderCall, ask: () => Promise<T>): Promise<T> {
    if (this.#asking.has(call))
      throw new SealwaxError('invalid_state', 'the provider asks the cache that asks it');
    this.#asking.add(call);
    try {
      return await ask();
    } finally {
      this.#asking.delete(call);
    }
  }

  #use(entry: WritingEntry, size: number): GeneratedDek {
    entry.messages += 1;
    entry.bytes += size;
    return { dek: entry.dek.slice(), keyId: entry.keyId, wrappedDek: entry.wrappedDek };
  }
}

/** A least-recently-used cache. The most recently used entry is last. */
class Entries<T extends Entry> {
  readonly #capacity: number;
  readonly #maxAge: number;
  readonly #entries = new Map<string, T>();

  constructor(capacity: number, maxAge: number) {
    this.#capacity = capacity;
    this.#maxAge = maxAge;
  }

  get(name: string): T | undefined {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    if (!entry || !isWithin(this.#maxAge, entry.made)) {
      entry?.dek.fill(0);
      return undefined;
    }
    this.#entries.set(name, entry);
    return entry;
  }

  set(name: string, entry: T): void {
    this.#forget(name);
    this.#entries.set(name, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#capacity) this.#forget(oldest!);
  }

  clear(): void {
    for (const name of [...this.#entries.keys()]) this.#forget(name);
  }

  #forget(name: string): void {
    this.#entries.get(name)?.dek.fill(0);
    this.#entries.delete(name);
  }
}

// DEKs kept in memory for a while, in front of a provider.

import type { CachingOptions, EncryptionContext, GeneratedDek, KeyProvider, ProviderCall, WrappedDek, WrappedKey } from '../../types/index.js';
import { toBase64 } from '../bytes.js';
import { core } from '../core.js';
import { guard, invalid } from '../errors.js';

interface Entry {
  readonly dek: Uint8Array;
  readonly expires: number;
}

interface WritingEntry extends Entry, WrappedDek {
  messages: number;
  bytes: number;
}

export class CachingProvider implements KeyProvider {
  readonly providerId: string;
  readonly #inner: KeyProvider;
  readonly #limits: Required<CachingOptions>;
  /** By context: the DEK that encrypts now. */
  readonly #writing = new Map<string, WritingEntry>();
  /** By wrapped key and context; the one used last stands last. */
  readonly #reading = new Map<string, Entry>();

  constructor(provider: KeyProvider, options: CachingOptions = {}) {
    const { maxAge = 300_000, maxMessages = 1_000_000, maxBytes = 2 ** 40, capacity = 1_000 } = options;
    this.#limits = { maxAge, maxMessages, maxBytes, capacity };
    for (const [name, limit] of Object.entries(this.#limits)) {
      if (!(limit >= 1)) throw invalid(`${name} must be at least 1`);
    }
    this.#inner = provider;
    this.providerId = provider.providerId;
  }

  accepts(keyId: string): boolean | Promise<boolean> {
    return this.#inner.accepts(keyId);
  }

  /** A DEK of somebody else's making is wrapped as it is. */
  wrap(dek: Uint8Array, context: EncryptionContext, call: ProviderCall): Promise<WrappedDek> {
    return this.#inner.wrap(dek, context, call);
  }

  async generate(context: EncryptionContext, call: ProviderCall): Promise<GeneratedDek> {
    const name = toBase64(call.canonicalContext);
    const size = call.plaintextSize ?? 0;
    const known = this.#writing.get(name);
    if (known && this.#isUsable(known, size)) {
      call.report({ cacheHit: true });
      return this.#use(known, size);
    }
    const made = await this.#make(context, call);
    forget(this.#writing, name);
    const entry = { ...made, dek: made.dek.slice(), expires: this.#expiry(), messages: 0, bytes: 0 };
    made.dek.fill(0);
    this.#writing.set(name, entry);
    return this.#use(entry, size);
  }

  async unwrap(wrapped: WrappedKey, context: EncryptionContext, call: ProviderCall): Promise<Uint8Array> {
    const name = [wrapped.keyId, toBase64(wrapped.wrappedDek), toBase64(call.canonicalContext)].join('\n');
    const known = this.#reading.get(name);
    if (known && known.expires > Date.now()) {
      this.#reading.delete(name);
      this.#reading.set(name, known);
      call.report({ cacheHit: true });
      return known.dek.slice();
    }
    const dek = await this.#inner.unwrap(wrapped, context, call);
    forget(this.#reading, name);
    this.#reading.set(name, { dek: dek.slice(), expires: this.#expiry() });
    const [oldest] = this.#reading.keys();
    if (this.#reading.size > this.#limits.capacity) forget(this.#reading, oldest!);
    return dek;
  }

  clear(): void {
    for (const entries of [this.#writing, this.#reading]) {
      for (const name of [...entries.keys()]) forget(entries, name);
    }
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  async #make(context: EncryptionContext, call: ProviderCall): Promise<GeneratedDek> {
    if (this.#inner.generate) return this.#inner.generate(context, call);
    const module = await core();
    const dek = guard(() => module.generateDek());
    return { dek, ...(await this.#inner.wrap(dek, context, call)) };
  }

  #expiry(): number {
    return Date.now() + this.#limits.maxAge;
  }

  #isUsable(entry: WritingEntry, size: number): boolean {
    const { maxMessages, maxBytes } = this.#limits;
    return entry.expires > Date.now() && entry.messages < maxMessages && entry.bytes + size <= maxBytes;
  }

  #use(entry: WritingEntry, size: number): GeneratedDek {
    entry.messages += 1;
    entry.bytes += size;
    return { dek: entry.dek.slice(), keyId: entry.keyId, wrappedDek: entry.wrappedDek };
  }
}

function forget(entries: Map<string, Entry>, name: string): void {
  entries.get(name)?.dek.fill(0);
  entries.delete(name);
}

// Wrapping the DEK of a header anew; bodies stay as they are.

import type { Bytes, Keys, RewrapOptions } from '../types/index.js';
import { type Owned, concat, view } from './bytes.js';
import { core } from './core.js';
import { openHeader } from './decrypt.js';
import { guard, invalid } from './errors.js';
import { headerOf, readHeader } from './header.js';
import { Keyring, listed, providersOf } from './keyring.js';
import { readerOf } from './source.js';

export async function rewrapHeader(header: Bytes, oldKeys: Keys, newKeys: Keys, options: RewrapOptions = {}): Promise<Owned> {
  const { mode = 'replace' } = options;
  if (mode !== 'replace' && mode !== 'add') throw invalid('mode is "replace" or "add"');
  const [oldProviders, newProviders] = [providersOf(oldKeys), providersOf(newKeys)];
  const bytes = view(header, 'the header').slice();
  const module = await core();
  const { header: old, handle } = await openHeader(module, bytes, oldProviders, options);
  const dek = guard(() => handle.dek()) as Owned;
  try {
    const context = { pairs: old.context, canonical: old.canonicalContext };
    const added = await new Keyring(module, options).wrap(newProviders, dek, context);
    return guard(() => handle.rewrapHeader(...listed(mode === 'add' ? [...old.wrappedKeys, ...added] : added))) as Owned;
  } finally {
    dek.fill(0);
    handle.free();
  }
}

export async function rewrap<T extends Blob | Bytes>(envelope: T, oldKeys: Keys, newKeys: Keys, options?: RewrapOptions): Promise<T extends Blob ? Blob : Owned>;
export async function rewrap(envelope: Blob | Bytes, oldKeys: Keys, newKeys: Keys, options: RewrapOptions = {}): Promise<Blob | Owned> {
  const module = await core();
  if (envelope instanceof Blob) {
    const header = await readHeader(module, readerOf(envelope, options.signal));
    const renewed = await rewrapHeader(header, oldKeys, newKeys, options);
    return new Blob([renewed, envelope.slice(header.length)], { type: envelope.type });
  }
  const bytes = view(envelope, 'the envelope');
  const header = headerOf(module, bytes);
  const renewed = await rewrapHeader(header, oldKeys, newKeys, options);
  return concat([renewed, bytes.subarray(header.length)]);
}

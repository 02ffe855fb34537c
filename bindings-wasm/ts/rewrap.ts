// Rewrap: wraps a header's DEK again; bodies do not change.

import type { Bytes, Keys, RewrapOptions } from '../types/index.js';
import { missingKeys } from './missing-keys.js';
import { isBlob } from './brands.js';
import { type Owned, concat, view } from './bytes.js';
import { providersOf } from './provider-calls.js';
import { needCore } from './core.js';
import { openHeader } from './decrypt.js';
import { callCore, invalid } from './errors.js';
import { headerOf, readHeader } from './header.js';
import { REWRAP, checkOptions } from './options.js';
import { readerOf } from './source.js';
import { Wrapping, wrappedKeyLists } from './wrap-dek.js';

export async function rewrapHeader(
  header: Bytes,
  oldKeys: Keys,
  newKeys: Keys,
  options: RewrapOptions = {},
): Promise<Owned> {
  checkOptions(options, REWRAP);
  const { mode = 'replace' } = options;
  if (mode !== 'replace' && mode !== 'add') throw invalid('mode is "replace" or "add"');
  const [oldProviders, newProviders] = [providersOf(oldKeys), providersOf(newKeys)];
  const bytes = view(header, 'the header').slice();
  await needCore();
  const { header: old, handle } = await openHeader(bytes, oldProviders, options);
  const dek = callCore(() => handle.dek()) as Owned;
  try {
    const context = { pairs: old.context, canonical: old.canonicalContext };
    const made = await new Wrapping(options).wrap(newProviders, dek, context);
    const keys =
      mode === 'add'
        ? [...old.wrappedKeys, ...(await missingKeys(newProviders, made, old, dek, options))]
        : made;
    return callCore(() => handle.rewrapHeader(...wrappedKeyLists(keys))) as Owned;
  } finally {
    dek.fill(0);
    handle.free();
  }
}

export async function rewrap<T extends Blob | Bytes>(
  envelope: T,
  oldKeys: Keys,
  newKeys: Keys,
  options?: RewrapOptions,
): Promise<T extends Blob ? Blob : Owned>;
export async function rewrap(
  envelope: Blob | Bytes,
  oldKeys: Keys,
  newKeys: Keys,
  options: RewrapOptions = {},
): Promise<Blob | Owned> {
  checkOptions(options, REWRAP);
  await needCore();
  if (isBlob(envelope)) {
    const header = await readHeader(readerOf(envelope, options.signal));
    const renewed = await rewrapHeader(header, oldKeys, newKeys, options);
    return new Blob([renewed, envelope.slice(header.length)], { type: envelope.type });
  }
  const bytes = view(envelope, 'the envelope');
  const header = headerOf(bytes);
  const renewed = await rewrapHeader(header, oldKeys, newKeys, options);
  return concat([renewed, bytes.subarray(header.length)]);
}

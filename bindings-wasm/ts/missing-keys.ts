// Which wrapped keys a header lacks. The same name does not prove that it is the same key.

import type { KeyProvider, WrappedKey } from '../types/index.js';
import { type Owned, isEqual } from './bytes.js';
import { type CallOptions, ProviderCalls, attemptOf } from './provider-calls.js';
import { localProviderId } from './core.js';
import { invalid, isRejection } from './errors.js';
import type { Header } from './header.js';
import { unwrapOne } from './unwrap-dek.js';

/** The keys of `made` that the header lacks. For equal names, the provider decides. */
export async function missingKeys(
  providers: readonly KeyProvider[],
  made: readonly WrappedKey[],
  header: Header,
  dek: Owned,
  options: CallOptions,
): Promise<WrappedKey[]> {
  const calls = new ProviderCalls(options);
  const lacking: WrappedKey[] = [];
  for (const key of made) {
    const namesakes = header.wrappedKeys.filter(
      ({ providerId, keyId }) => providerId === key.providerId && keyId === key.keyId,
    );
    if (namesakes.length === 0 || !(await isThere(calls, providers, namesakes, header, dek)))
      lacking.push(key);
  }
  return lacking;
}

/** Whether a provider unwraps the DEK from one of these wrapped keys, which share a name. */
async function isThere(
  calls: ProviderCalls,
  providers: readonly KeyProvider[],
  namesakes: readonly WrappedKey[],
  header: Header,
  dek: Owned,
): Promise<boolean> {
  const { providerId, keyId } = namesakes[0]!;
  let asked = false;
  for (const provider of providers) {
    if (provider.providerId !== providerId || !(await calls.accepts(provider, keyId))) continue;
    asked = true;
    for (const key of namesakes) {
      const found = await unwrapOne(calls, provider, key, header).catch((error: unknown) => {
        if (!isRejection(error)) calls.fail([attemptOf(key, error)]);
      });
      const isSame = !!found && isEqual(found, dek);
      found?.fill(0);
      if (isSame) return true;
    }
  }
  // Readers ask a remote provider only about the first one, so a second one would be useless.
  if (asked && providerId !== localProviderId())
    throw invalid(
      'the header has a wrapped key of this provider and key id that the new key does not open',
    );
  return !asked; // one that only wraps cannot be asked, and locks nobody out but itself
}

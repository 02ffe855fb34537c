// Providers for tests: like LocalKey, with changes by the test.
import { key } from './suite.mjs';

/** A provider that does as `LocalKey` does but for what the test says, and counts. */
export function provider(changes = {}, inner = key()) {
  const calls = { wrap: 0, unwrap: 0, generate: 0, accepts: 0 };
  const made = {
    providerId: inner.providerId,
    accepts: (keyId) => inner.accepts(keyId),
    wrap: (...args) => inner.wrap(...args),
    unwrap: (...args) => inner.unwrap(...args),
    ...changes,
  };
  for (const name of Object.keys(calls)) {
    const method = made[name];
    if (method) made[name] = (...args) => ((calls[name] += 1), method(...args));
  }
  return Object.assign(made, { calls });
}

export const failing = (error) => async () => {
  throw error;
};

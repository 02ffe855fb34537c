// The vectors of core/vectors as the API takes them.
import { LocalKey, SealwaxError } from 'sealwax';
import { concat, fromBase64, fromHex } from './suite.mjs';

/** Plaintext and metadata by their formula. */
export const formula = ({ length, seed }) =>
  Uint8Array.from({ length }, (_, index) => ((index % 251) + seed) % 256);

/** The reader's providers. */
export const providersOf = (test) =>
  test.providers.map(({ type, providerId, keyId, kek, dek }) => {
    if (type === 'local') return new LocalKey(fromHex(kek), keyId);
    const unwrap = async () => {
      if (type === 'failing') throw new Error('out of reach');
      return fromHex(dek);
    };
    return {
      providerId,
      accepts: (id) => id === keyId,
      wrap: async () => {
        throw new Error('reads only');
      },
      unwrap,
    };
  });

/** Providers of a writer that give the DEK and the wrapped keys of a vector. */
export const writersOf = (wrappedKeys, dek) =>
  wrappedKeys.map(({ providerId, keyId, wrappedDek }) => ({
    providerId,
    accepts: () => false,
    wrap: async () => ({ keyId, wrappedDek: fromBase64(wrappedDek) }),
    unwrap: async () => {
      throw new SealwaxError('key_unwrap', 'writes only');
    },
    generate: async () => ({ dek: fromHex(dek), keyId, wrappedDek: fromBase64(wrappedDek) }),
  }));

export const inputOf = (test) => {
  const detached = test.header !== undefined;
  const source = fromBase64(detached ? test.body : test.envelope);
  const options = {
    ...(detached && { header: fromBase64(test.header) }),
    ...(test.requiredContext.length > 0 && { context: test.requiredContext }),
    ...(test.associatedData !== '' && { associatedData: fromHex(test.associatedData) }),
  };
  return { source, options };
};

/** What a stream gave before it failed or ended. */
export async function drain(stream) {
  const pieces = [];
  try {
    for await (const piece of stream) pieces.push(piece);
  } catch (error) {
    return { bytes: concat(pieces), error };
  }
  return { bytes: concat(pieces) };
}

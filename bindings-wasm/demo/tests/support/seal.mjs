// Headers as a program makes them that is no page: good ones, and ones that somebody made up.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const DIST =
  process.env.SEALWAX_DIST ?? join(dirname(fileURLToPath(import.meta.url)), '../../../dist');
const { encrypt } = await import(pathToFileURL(join(DIST, 'node.js')));

/** A provider that says of any DEK that this is how it is wrapped. */
const stamp = ({ providerId, keyId, wrappedDek }) => ({
  providerId,
  accepts: () => true,
  wrap: async () => ({ keyId, wrappedDek }),
  unwrap: async () => {
    throw new Error('it only wraps');
  },
});

/** The header of an object with `context` whose DEK is wrapped as `keys` say. */
export async function headerOf(context, keys, options = {}) {
  return Buffer.from(
    await encrypt(new Uint8Array(10), keys.map(stamp), {
      context,
      detached: true,
      metadata: '{"name":"x","type":""}',
      ...options,
    }).header(),
  );
}

/** `header` with the wrapped DEK `after` in place of `before`: all that a rotation changes, but the MAC. */
export function rewrapped(header, before, after) {
  const next = Buffer.from(header);
  next.set(after, header.indexOf(before));
  return next;
}

/** A wrapped key as the vault has it. */
export const vaultKey = (fields = {}) => ({
  providerId: 'vault-transit',
  keyId: 'transit/keys/vault',
  wrappedDek: Buffer.from(`vault:v1:${'A'.repeat(80)}`),
  ...fields,
});

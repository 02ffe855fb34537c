// The keys of the two spaces, as Sealwax key providers.
import { HttpProvider, RsaOaepPublicKey, SealwaxError } from '/sealwax/index.js';

import { ApiError } from './backend.mjs';
import { reach, retry } from './network.mjs';

const VAULT = { providerId: 'vault-transit', keyId: 'transit/keys/vault' };
const INBOX_PROVIDER = 'rsa-oaep';

let reader;

/** What wraps the DEKs of `space`. */
export function wrappingKey(backend, space) {
  return space === 'vault' ? vaultKey(backend) : inboxPublicKey(backend);
}

/**
 * What unwraps the DEKs of `space`; while the inbox is locked an error with code `no_matching_key`.
 */
export async function unwrappingKeys(backend, space) {
  if (space === 'vault') return [vaultKey(backend)];
  if (!reader) throw new SealwaxError('no_matching_key');
  return [await inboxReader(backend, reader)];
}

export const inboxIsOpen = () => reader !== undefined;

/**
 * Signs in to the key service itself, past the backend. The token stays in this page, if it
 * `isStill` the user's.
 */
export async function unlockInbox(keyService, user, password, isStill) {
  const url = `${keyService}/v1/auth/userpass/login/${encodeURIComponent(user)}`;
  const { ok, status, bytes } = await reach(url, kmsRequest({ password }));
  if (!ok)
    throw new ApiError(status, 'wrong_password', 'The key service does not accept the password.');
  if (isStill()) reader = { keyService, token: parsed(bytes).auth.client_token };
}

export function lockInbox() {
  reader = undefined;
}

/** The backend has the key service wrap and unwrap. */
function vaultKey(backend) {
  return new HttpProvider({
    ...VAULT,
    url: new URL('/api/keys', self.location.origin),
    fetch: backend.fetch,
  });
}

/** The newest public key of the inbox: it wraps here, and what it wrapped only the reader opens. */
async function inboxPublicKey(backend) {
  const { latest, keys } = await backend.get('/api/keys/inbox');
  return new RsaOaepPublicKey(keys[latest], { keyId: await fingerprint(keys[latest]) });
}

/** All versions of the inbox's key, opened by the key service for the reader's own login. */
async function inboxReader(backend, { keyService, token }) {
  const { keys } = await backend.get('/api/keys/inbox');
  const versions = new Map();
  for (const [version, pem] of Object.entries(keys)) versions.set(await fingerprint(pem), version);
  return {
    providerId: INBOX_PROVIDER,
    accepts: (keyId) => versions.has(keyId),
    wrap: () => Promise.reject(new TypeError('the reader only unwraps')),
    unwrap: ({ keyId, wrappedDek }) => decrypt(keyService, token, versions.get(keyId), wrappedDek),
  };
}

/**
 * The name of a public key: hash and SHA-256 of its DER, the default of Sealwax's other languages.
 */
async function fingerprint(pem) {
  const der = fromBase64(pem.replace(/-----[^-]+-----|\s/g, ''));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', der));
  return `sha256:${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

async function decrypt(keyService, token, version, wrappedDek) {
  const ciphertext = `vault:v${version}:${btoa(String.fromCharCode(...wrappedDek))}`;
  const plaintext = await retry(async () => {
    const { ok, status, bytes } = await reach(
      `${keyService}/v1/transit/decrypt/inbox`,
      kmsRequest({ ciphertext }, token),
    );
    if (!ok) throw new ApiError(status, 'forbidden', 'The key service refused to unwrap.');
    return parsed(bytes).data.plaintext;
  });
  return fromBase64(plaintext);
}

function kmsRequest(body, token) {
  return {
    method: 'POST',
    headers: token ? { 'X-Vault-Token': token } : {},
    body: JSON.stringify(body),
    credentials: 'omit',
  };
}

const parsed = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

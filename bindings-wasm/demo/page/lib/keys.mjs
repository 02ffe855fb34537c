// The keys of the two spaces, as Sealwax's key providers.
import { HttpProvider, RsaOaepPublicKey } from '/sealwax/index.js';

import { ApiError, get } from './api.mjs';

const VAULT = { providerId: 'vault-transit', keyId: 'transit/keys/vault' };
const TIMEOUT_MS = 10_000;

let reader;

/** What wraps the DEKs of `space`. */
export function wrappingKey(space) {
  return space === 'vault' ? vaultKey() : inboxPublicKey();
}

/** What unwraps the DEKs of `space`; nothing while the inbox is locked. */
export async function unwrappingKeys(space) {
  if (space === 'vault') return [vaultKey()];
  return reader ? [await inboxReader(reader)] : [];
}

export const inboxIsOpen = () => reader !== undefined;

/** Signs in to the key service itself, past the backend. The token stays in this page. */
export async function unlockInbox(keyService, user, password) {
  const url = `${keyService}/v1/auth/userpass/login/${encodeURIComponent(user)}`;
  const response = await fetch(url, { ...kmsRequest({ password }), credentials: 'omit' });
  if (!response.ok) throw new ApiError(response.status, 'wrong_password', 'The key service does not accept the password.');
  reader = { keyService, token: (await response.json()).auth.client_token };
}

export function lockInbox() {
  reader = undefined;
}

/** The backend has the key service wrap and unwrap. */
function vaultKey() {
  return new HttpProvider({ ...VAULT, url: '/api/keys' });
}

/** The newest public key of the inbox: it wraps here, and what it wrapped only the reader opens. */
async function inboxPublicKey() {
  const { latest, keys } = await get('/api/keys/inbox');
  return RsaOaepPublicKey.fromPem(keys[latest]);
}

/** All versions of the inbox's key, opened by the key service for the reader's own login. */
async function inboxReader({ keyService, token }) {
  const { keys } = await get('/api/keys/inbox');
  const versions = new Map();
  for (const [version, pem] of Object.entries(keys)) {
    const key = await RsaOaepPublicKey.fromPem(pem);
    versions.set(key.keyId, { version, providerId: key.providerId });
  }
  const [{ providerId }] = versions.values();
  return {
    providerId,
    accepts: (keyId) => versions.has(keyId),
    unwrap: ({ keyId, wrapped }) => decrypt(keyService, token, versions.get(keyId).version, wrapped),
  };
}

async function decrypt(keyService, token, version, wrapped) {
  const ciphertext = `vault:v${version}:${btoa(String.fromCharCode(...wrapped))}`;
  const request = kmsRequest({ ciphertext }, token);
  const response = await fetch(`${keyService}/v1/transit/decrypt/inbox`, { ...request, credentials: 'omit' });
  if (!response.ok) throw new ApiError(response.status, 'forbidden', 'The key service refused to unwrap.');
  const { data } = await response.json();
  return Uint8Array.from(atob(data.plaintext), (character) => character.charCodeAt(0));
}

function kmsRequest(body, token) {
  return {
    method: 'POST',
    headers: token ? { 'X-Vault-Token': token } : {},
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
}

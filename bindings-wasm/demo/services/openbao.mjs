// A development server of OpenBao with the two keys of the demo.
//
// Three identities come out of the set-up, and the root token is revoked at its end:
// - the backend may generate, wrap and unwrap under the vault key, read the inbox's public key and
//   rotate both; it may not decrypt what was wrapped to the inbox;
// - the reader signs in with a password and may decrypt what was wrapped to the inbox;
// - nobody may export a key.
import { randomBytes } from 'node:crypto';

import { Service } from './process.mjs';
import { program } from './programs.mjs';

const POLICIES = {
  'demo-backend': `
    path "transit/datakey/plaintext/vault" { capabilities = ["update"] }
    path "transit/encrypt/vault" { capabilities = ["update"] }
    path "transit/decrypt/vault" { capabilities = ["update"] }
    path "transit/keys/vault" { capabilities = ["read"] }
    path "transit/keys/inbox" { capabilities = ["read"] }
    path "transit/keys/vault/rotate" { capabilities = ["update"] }
    path "transit/keys/inbox/rotate" { capabilities = ["update"] }`,
  'demo-reader': `
    path "transit/decrypt/inbox" { capabilities = ["update"] }`,
};

/** Starts OpenBao on `port` of loopback; `origins` are the pages that may call it. */
export async function startOpenBao({ port, reader, origins }) {
  const url = `http://127.0.0.1:${port}`;
  const rootToken = randomBytes(24).toString('base64url');
  const args = ['server', '-dev', '-dev-no-store-token', `-dev-listen-address=127.0.0.1:${port}`];
  // By the environment: other users of the machine can read arguments.
  const env = { BAO_DEV_ROOT_TOKEN_ID: rootToken };
  const service = new Service('OpenBao', program('bao'), args, { env });
  try {
    await service.waitUntil(async () => (await fetch(`${url}/v1/sys/health`)).ok);
    const credentials = await configure(call(url, rootToken), reader, origins);
    return { url, service, ...credentials };
  } catch (error) {
    await service.stop();
    throw error;
  }
}

async function configure(bao, reader, origins) {
  await bao('sys/mounts/transit', { type: 'transit' });
  await bao('transit/keys/vault', { type: 'aes256-gcm96', derived: true });
  await bao('transit/keys/inbox', { type: 'rsa-3072' });
  await bao('sys/config/cors', { enabled: true, allowed_origins: origins });
  for (const [name, policy] of Object.entries(POLICIES)) {
    await bao(`sys/policies/acl/${name}`, { policy });
  }
  const password = randomBytes(9).toString('base64url');
  await bao('sys/auth/userpass', { type: 'userpass' });
  await bao(`auth/userpass/users/${reader}`, {
    password,
    token_policies: ['demo-reader'],
    token_no_default_policy: true,
    token_ttl: '1h',
  });
  const { auth } = await bao('auth/token/create-orphan', {
    policies: ['demo-backend'],
    no_default_policy: true,
    period: '24h',
  });
  await bao('auth/token/revoke-self', {});
  return { token: auth.client_token, password };
}

/** A function that posts to OpenBao and fails with its words. */
function call(url, token) {
  return async (path, body) => {
    const response = await fetch(`${url}/v1/${path}`, {
      method: 'POST',
      headers: { 'X-Vault-Token': token },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`OpenBao refused ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
}

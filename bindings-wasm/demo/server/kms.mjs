// The key service: OpenBao's transit engine.
//
// The vault key is a *derived* key: OpenBao makes a key of its own for each context. The context is
// the hash of the whole encryption context, in which the backend has put the owner and the object.
// A wrapped DEK that is presented with another user's context does not open, whatever the backend
// believes about the request.
import { createHash } from 'node:crypto';

import { HttpError, keyServiceDown } from './errors.mjs';

const TIMEOUT_MS = 5_000;

/** The backend's rights at OpenBao. */
export class KeyService {
  #url;
  #token;

  constructor({ url, token }) {
    this.#url = url;
    this.#token = token;
    this.origin = new URL(url).origin;
  }

  /** A new DEK, and the same wrapped; both as OpenBao gives them. */
  async generate(context) {
    const data = await this.#call('POST', 'transit/datakey/plaintext/vault', { context: derive(context) });
    return { dek: data.plaintext, wrapped: data.ciphertext };
  }

  /** Wraps `dek` (base64). */
  async wrap(dek, context) {
    const body = { plaintext: dek, context: derive(context) };
    return (await this.#call('POST', 'transit/encrypt/vault', body)).ciphertext;
  }

  /** Unwraps to base64, or fails with `key_unwrap` when the key service examined and refused it. */
  async unwrap(wrapped, context) {
    const body = { ciphertext: wrapped, context: derive(context) };
    return (await this.#call('POST', 'transit/decrypt/vault', body)).plaintext;
  }

  /** The newest public key of the inbox, as PEM, with its version. */
  async inboxPublicKey() {
    const { keys, latest_version: version } = await this.#call('GET', 'transit/keys/inbox');
    return { version, pem: keys[version].public_key };
  }

  /** The newest version of `key`. */
  async version(key) {
    return (await this.#call('GET', `transit/keys/${key}`)).latest_version;
  }

  /** Makes a new version of `key`; returns its number. */
  async rotate(key) {
    await this.#call('POST', `transit/keys/${key}/rotate`, {});
    return this.version(key);
  }

  async #call(method, path, body) {
    const response = await this.#reach(method, path, body);
    if (response.status === 400) {
      throw new HttpError(422, 'key_unwrap', 'The key service does not accept this wrapped key.');
    }
    if (!response.ok) throw keyServiceDown(new Error(`status ${response.status} for ${path}`));
    return (await response.json().catch(() => ({})))?.data;
  }

  async #reach(method, path, body) {
    try {
      return await fetch(`${this.#url}/v1/${path}`, {
        method,
        headers: { 'X-Vault-Token': this.#token },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      throw keyServiceDown(error);
    }
  }
}

/** OpenBao's derivation context: the hash of the sorted pairs. */
function derive(context) {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(pairs)).digest('base64');
}

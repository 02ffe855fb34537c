// The key service: OpenBao's transit engine.
//
// The vault key is a *derived* key: OpenBao derives a separate key for each context, which is the
// object's encryption context and includes its owner. A wrapped DEK does not open with another
// user's context, whatever the backend believes about the request.
//
// Provider id, key id and derivation are those of `VaultTransit` in Sealwax's other languages: a
// Python program with the right token opens what the page seals.
import { HttpError, keyServiceDown } from './errors.mjs';
import { ObjectId } from './objects.mjs';

const TIMEOUT_MS = 5_000;

/** How wrapped keys of the vault are named in headers. */
export const VAULT_PROVIDER = 'vault-transit';
export const VAULT_KEY = 'transit/keys/vault';

/** The backend's rights at OpenBao. */
export class KeyService {
  #url;
  #token;

  constructor({ url, token }) {
    this.#url = url;
    this.#token = token;
    this.origin = new URL(url).origin;
  }

  /** A new DEK for object `id`, and the same wrapped; both as OpenBao gives them. */
  async generate(id) {
    const data = await this.#call('POST', 'transit/datakey/plaintext/vault', {
      context: derive(id),
    });
    return { dek: data.plaintext, wrapped: data.ciphertext };
  }

  /** Wraps `dek` (base64). */
  async wrap(dek, id) {
    const body = { plaintext: dek, context: derive(id) };
    return (await this.#call('POST', 'transit/encrypt/vault', body)).ciphertext;
  }

  /** Unwraps to base64, or fails with `key_unwrap` when the key service examined and refused it. */
  async unwrap(wrapped, id) {
    const body = { ciphertext: wrapped, context: derive(id) };
    return (await this.#call('POST', 'transit/decrypt/vault', body)).plaintext;
  }

  /** The public keys of the inbox in PEM by version, and which version is the newest. */
  async inboxPublicKeys() {
    const { keys, latest_version: latest } = await this.#call('GET', 'transit/keys/inbox');
    const pems = Object.entries(keys).map(([version, key]) => [version, key.public_key]);
    return { latest, keys: Object.fromEntries(pems) };
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

/** OpenBao's derivation context. */
function derive(id) {
  if (!(id instanceof ObjectId)) throw new TypeError('keys belong to objects');
  return canonical(id.context).toString('base64');
}

/** The canonical bytes of an encryption context, section 4.2 of FORMAT.md. */
export function canonical(context) {
  const pairs = Object.entries(context).map((pair) =>
    pair.map((text) => Buffer.from(text, 'utf8')),
  );
  pairs.sort(([a], [b]) => Buffer.compare(a, b));
  const fields = pairs.flat().flatMap((field) => [u16(field.length), field]);
  return Buffer.concat([u16(pairs.length), ...fields]);
}

function u16(value) {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

// The transit engine of HashiCorp Vault and OpenBao, over fetch.

import type { EncryptionContext, GeneratedDek, KeyProvider, ProviderCall, WrappedDek, WrappedKey } from '../../types/index.js';
import type { VaultTransitOptions } from '../../types/kms.js';
import { fromBase64, toBase64, utf8 } from '../bytes.js';
import { SealwaxError, invalid } from '../errors.js';
import { checkedUrl } from './http.js';

// A 403 with these words is about who asks, not about what it may do.
const CREDENTIALS = /invalid token|token expired|missing client token/i;

// What the server says about a ciphertext that is to blame itself. It has no codes.
const REJECTED = /message authentication failed|invalid ciphertext|could not decode|failed to decode|decryption error/i;

/** The server's answer, other than success. */
export class VaultTransitError extends Error {
  override readonly name = 'VaultTransitError';
  readonly status: number;

  constructor(operation: string, status: number, errors: readonly string[]) {
    super(`${operation}: HTTP ${status}${errors.length ? ` (${errors.join('; ')})` : ''}`);
    this.status = status;
  }
}

interface Answer {
  readonly request_id?: unknown;
  readonly warnings?: unknown;
  readonly errors?: unknown;
  readonly data?: { readonly plaintext?: unknown; readonly ciphertext?: unknown };
}

export class VaultTransit implements KeyProvider {
  readonly providerId = 'vault-transit';
  readonly keyId: string;
  readonly generate?: (context: EncryptionContext, call: ProviderCall) => Promise<GeneratedDek>;
  readonly #name: string;
  readonly #base: URL;
  readonly #options: VaultTransitOptions;

  constructor(name: string, options: VaultTransitOptions) {
    if (typeof name !== 'string' || !/^[^/]+$/.test(name)) throw invalid('name must be that of a transit key');
    const mount = (options.mountPoint ?? 'transit').replace(/^\/+|\/+$/g, '');
    this.#base = new URL(`v1/${mount}/`, checkedUrl(options.url));
    this.#name = encodeURIComponent(name);
    this.#options = options;
    this.keyId = options.keyId ?? `${mount}/keys/${name}`;
    // HashiCorp Vault ignores associated data here, OpenBao does not: the host says which it is.
    if (options.derived || options.datakey) this.generate = (context, call) => this.#generate(context, call);
  }

  accepts(keyId: string): boolean {
    return keyId === this.keyId;
  }

  async wrap(dek: Uint8Array, _context: EncryptionContext, call: ProviderCall): Promise<WrappedDek> {
    return this.#wrapped(await this.#ask('encrypt', { plaintext: toBase64(dek) }, call));
  }

  async unwrap({ wrappedDek }: WrappedKey, _context: EncryptionContext, call: ProviderCall): Promise<Uint8Array> {
    const ciphertext = new TextDecoder().decode(wrappedDek);
    return plaintextOf(await this.#ask('decrypt', { ciphertext }, call));
  }

  async #generate(_context: EncryptionContext, call: ProviderCall): Promise<GeneratedDek> {
    const answer = await this.#ask('datakey/plaintext', { bits: 256 }, call);
    return { ...this.#wrapped(answer), dek: plaintextOf(answer) };
  }

  /** A warning is how a server says that it does not look at the context. */
  #wrapped(answer: Answer): WrappedDek {
    if (answer.warnings) throw new TypeError('the server does not bind the encryption context');
    const ciphertext = answer.data?.ciphertext;
    if (typeof ciphertext !== 'string') throw new TypeError('the answer has no ciphertext');
    return { keyId: this.keyId, wrappedDek: utf8(ciphertext) };
  }

  async #ask(operation: string, fields: object, call: ProviderCall): Promise<Answer> {
    const { fetch: ask = fetch, derived } = this.#options;
    const bound = { [derived ? 'context' : 'associated_data']: toBase64(call.canonicalContext) };
    const response = await ask(new URL(`${operation}/${this.#name}`, this.#base), {
      method: 'POST',
      headers: await this.#headers(),
      body: JSON.stringify({ ...fields, ...bound }),
      redirect: 'error',
      cache: 'no-store',
      credentials: 'omit',
      signal: call.signal,
    });
    const answer = (await response.json().catch(() => ({}))) as Answer;
    if (typeof answer.request_id === 'string') call.report({ requestId: answer.request_id });
    if (response.ok) return answer;
    const errors = Array.isArray(answer.errors) ? answer.errors.map(String) : [];
    const error = new VaultTransitError(operation, response.status, errors);
    if (response.status === 403 && !CREDENTIALS.test(error.message)) call.report({ denied: true });
    if (operation === 'decrypt' && REJECTED.test(error.message)) {
      throw new SealwaxError('key_unwrap', 'the server could not open the wrapped key', { cause: error });
    }
    throw error;
  }

  async #headers(): Promise<Headers> {
    const { token, namespace } = this.#options;
    const headers = new Headers({ 'Content-Type': 'application/json' });
    // Agents may insist on it, but the servers' CORS does not let pages send it.
    if (typeof location === 'undefined') headers.set('X-Vault-Request', 'true');
    headers.set('X-Vault-Token', typeof token === 'function' ? await token() : token);
    if (namespace) headers.set('X-Vault-Namespace', namespace);
    return headers;
  }
}

function plaintextOf(answer: Answer): Uint8Array {
  const bytes = fromBase64(answer.data?.plaintext);
  if (!bytes) throw new TypeError('the answer has no plaintext');
  return bytes;
}

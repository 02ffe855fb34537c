// The transit engine of HashiCorp Vault and OpenBao, over fetch.

import type {
  EncryptionContext,
  GeneratedDek,
  KeyProvider,
  ProviderCall,
  WrappedDek,
  WrappedKey,
} from '../../types/index.js';
import type { VaultTransitOptions } from '../../types/kms.js';
import { fromBase64, toBase64, utf8 } from '../bytes.js';
import { SealwaxError, invalid, shown } from '../errors.js';
import { type Names, checkOptions } from '../options.js';
import { checkedUrl } from './http.js';

const OPTIONS: Names<VaultTransitOptions> = () => ({
  url: 1,
  token: 1,
  mountPoint: 1,
  namespace: 1,
  derived: 1,
  datakey: 1,
  keyId: 1,
  fetch: 1,
});

// The server returns HTTP statuses and no error codes. Its messages are compared as whole lines, so
// that the name of a key, a mount or a policy cannot match.
const CREDENTIALS = /^(invalid token|bad token|token expired|missing client token)$/;
const REJECTED =
  /^(invalid ciphertext(: .*| length)?|(cipher|chacha20poly1305): message authentication failed|(failed to RSA decrypt the ciphertext: )?crypto\/rsa: decryption error)$/;
const NEEDS_CONTEXT = /^missing 'context' for key derivation/;

/** The server's error response. */
export class VaultTransitError extends Error {
  override readonly name = 'VaultTransitError';
  readonly status: number;

  constructor(operation: string, status: number, errors: readonly string[]) {
    super(`${operation}: HTTP ${status}${errors.length ? ` (${shown(errors.join('; '))})` : ''}`);
    this.status = status;
  }
}

const NAME = /^\w([\w.-]*\w)?$/;
const MOUNT = /^\w[\w.-]*(\/\w[\w.-]*)*$/;

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
  #mustCheck: boolean;

  constructor(name: string, options: VaultTransitOptions) {
    checkOptions(options, OPTIONS);
    if (typeof name !== 'string' || !NAME.test(name))
      throw invalid('name must be that of a transit key');
    const mount = (options.mountPoint ?? 'transit').replace(/^\/+|\/+$/g, '');
    if (!MOUNT.test(mount)) throw invalid('mountPoint must be the path of a mount');
    this.#base = new URL(`v1/${mount}/`, checkedUrl(options.url));
    this.#name = encodeURIComponent(name);
    this.#options = options;
    this.#mustCheck = options.derived ?? false;
    this.keyId = options.keyId ?? `${mount}/keys/${name}`;
    // HashiCorp Vault ignores associated data here, and OpenBao does not. The host says which it
    // is.
    if (options.derived || options.datakey)
      this.generate = (context, call) => this.#generate(context, call);
  }

  accepts(keyId: string): boolean {
    return keyId === this.keyId;
  }

  async wrap(
    dek: Uint8Array,
    _context: EncryptionContext,
    call: ProviderCall,
  ): Promise<WrappedDek> {
    const answer = await this.#ask('encrypt', { plaintext: toBase64(dek) }, call);
    await this.#checkDerived('encrypt', { plaintext: toBase64(new Uint8Array(dek.length)) }, call);
    return this.#wrapped(answer);
  }

  async unwrap(
    { wrappedDek }: WrappedKey,
    _context: EncryptionContext,
    call: ProviderCall,
  ): Promise<Uint8Array> {
    const ciphertext = new TextDecoder().decode(wrappedDek);
    return plaintextOf(await this.#ask('decrypt', { ciphertext }, call));
  }

  async #generate(_context: EncryptionContext, call: ProviderCall): Promise<GeneratedDek> {
    const answer = await this.#ask('datakey/plaintext', { bits: 256 }, call);
    await this.#checkDerived('datakey/plaintext', { bits: 256 }, call);
    return { ...this.#wrapped(answer), dek: plaintextOf(answer) };
  }

  /** A server that ignores the context returns a warning. */
  #wrapped(answer: Answer): WrappedDek {
    if (answer.warnings) throw new TypeError('the server does not bind the encryption context');
    const ciphertext = answer.data?.ciphertext;
    if (typeof ciphertext !== 'string') throw new TypeError('the answer has no ciphertext');
    return { keyId: this.keyId, wrappedDek: utf8(ciphertext) };
  }

  async #ask(operation: string, fields: object, call: ProviderCall): Promise<Answer> {
    const bound = {
      [this.#options.derived ? 'context' : 'associated_data']: toBase64(call.canonicalContext),
    };
    const { response, answer } = await this.#post(operation, { ...fields, ...bound }, call);
    if (typeof answer.request_id === 'string') call.report({ requestId: answer.request_id });
    if (response.ok) return answer;
    const lines = linesOf(answer);
    const error = new VaultTransitError(operation, response.status, lines);
    if (response.status === 403 && !lines.some((line) => CREDENTIALS.test(line)))
      call.report({ denied: true });
    if (operation === 'decrypt' && lines.some((line) => REJECTED.test(line))) {
      throw new SealwaxError('key_unwrap', 'the server could not open the wrapped key', {
        cause: error,
      });
    }
    throw error;
  }

  /**
   * Checks once that the key requires a context, after the real call, which may create the key.
   */
  async #checkDerived(operation: string, fields: object, call: ProviderCall): Promise<void> {
    if (!this.#mustCheck) return;
    const { response, answer } = await this.#post(operation, fields, call);
    const lines = linesOf(answer);
    if (response.ok)
      throw invalid(`${this.keyId} is not a derived key: derived would bind no context`);
    // A policy that requires a context is equally good.
    if (response.status !== 403 && !lines.some((line) => NEEDS_CONTEXT.test(line)))
      throw new VaultTransitError(operation, response.status, lines);
    this.#mustCheck = false;
  }

  async #post(
    operation: string,
    fields: object,
    call: ProviderCall,
  ): Promise<{ response: Response; answer: Answer }> {
    const { fetch: ask = fetch } = this.#options;
    const response = await ask(new URL(`${operation}/${this.#name}`, this.#base), {
      method: 'POST',
      headers: await this.#headers(),
      body: JSON.stringify(fields),
      redirect: 'error',
      cache: 'no-store',
      credentials: 'omit',
      signal: call.signal,
    });
    const answer: unknown = await response.json().catch(() => ({}));
    return { response, answer: typeof answer === 'object' && answer !== null ? answer : {} };
  }

  async #headers(): Promise<Headers> {
    const { token, namespace } = this.#options;
    const headers = new Headers({ 'Content-Type': 'application/json' });
    // Agents may require it, but the servers' CORS does not let pages send it.
    if (typeof location === 'undefined') headers.set('X-Vault-Request', 'true');
    const value = typeof token === 'function' ? await token() : token;
    // For example a token from a file with its line break, which fetch would quote in its error.
    if (!/^[\x21-\x7e]*$/.test(value))
      throw invalid('the token is no token: it has a line break, a space or the like');
    headers.set('X-Vault-Token', value);
    if (namespace) headers.set('X-Vault-Namespace', namespace);
    return headers;
  }
}

/** The server's messages, one by one. It may join several as lines of a list. */
function linesOf({ errors }: Answer): string[] {
  const said = Array.isArray(errors) ? errors.map(String) : [];
  const lines = said
    .flatMap((text) => text.split('\n'))
    .map((line) => line.trim().replace(/^\* /, ''));
  return lines.filter((line) => line && !/^\d+ errors? occurred:$/.test(line));
}

function plaintextOf(answer: Answer): Uint8Array {
  const bytes = fromBase64(answer.data?.plaintext);
  if (!bytes) throw new TypeError('the answer has no plaintext');
  return bytes;
}

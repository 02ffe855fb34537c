// The page's own backend wraps and unwraps. README.md describes the protocol.

import type {
  EncryptionContext,
  GeneratedDek,
  HttpProviderOptions,
  KeyProvider,
  ProviderCall,
  WrappedDek,
  WrappedKey,
} from '../../types/index.js';
import { type Owned, fromBase64, toBase64 } from '../bytes.js';
import { SealwaxError, invalid, shown } from '../errors.js';
import { type Names, checkOptions } from '../options.js';

/** Larger than any response, which is a DEK and a wrapped DEK in base64. */
const MOST_ANSWER = 1 << 16;

const OPTIONS: Names<HttpProviderOptions> = () => ({
  url: 1,
  keyId: 1,
  unwrapKeyIds: 1,
  providerId: 1,
  csrf: 1,
  headers: 1,
  credentials: 1,
  fetch: 1,
  generate: 1,
});

/** The backend's error response to a request. */
export class HttpProviderError extends Error {
  override readonly name = 'HttpProviderError';
  readonly status: number;
  /** The backend's code for the error, if it gives one. */
  readonly reason: string | undefined;

  constructor(operation: string, status: number, reason: string | undefined) {
    super(
      `the backend answered ${operation} with HTTP ${status}${reason ? ` (${shown(reason)})` : ''}`,
    );
    this.status = status;
    this.reason = reason;
  }
}

export class HttpProvider implements KeyProvider {
  readonly providerId: string;
  readonly keyId: string;
  readonly generate?: (context: EncryptionContext, call: ProviderCall) => Promise<GeneratedDek>;
  readonly #url: URL;
  readonly #options: HttpProviderOptions;
  readonly #accepted: ReadonlySet<string>;

  constructor(options: HttpProviderOptions) {
    checkOptions(options, OPTIONS);
    const { url, keyId, unwrapKeyIds = [], providerId = 'http', generate = true } = options;
    if (typeof keyId !== 'string' || keyId === '')
      throw invalid('keyId must be a string, and not empty');
    this.#url = checkedUrl(url);
    this.#options = options;
    this.#accepted = new Set([keyId, ...unwrapKeyIds]);
    this.providerId = providerId;
    this.keyId = keyId;
    if (generate) this.generate = (context, call) => this.#generate(context, call);
  }

  accepts(keyId: string): boolean {
    return this.#accepted.has(keyId);
  }

  async wrap(dek: Uint8Array, context: EncryptionContext, call: ProviderCall): Promise<WrappedDek> {
    const answer = await this.#ask(
      'wrap',
      { keyId: this.keyId, context, dek: toBase64(dek) },
      call,
    );
    return this.#wrapped('wrap', answer);
  }

  async unwrap(
    { keyId, wrappedDek }: WrappedKey,
    context: EncryptionContext,
    call: ProviderCall,
  ): Promise<Uint8Array> {
    const answer = await this.#ask(
      'unwrap',
      { keyId, context, wrappedDek: toBase64(wrappedDek) },
      call,
    );
    return bytesOf('unwrap', answer, 'dek');
  }

  async #generate(context: EncryptionContext, call: ProviderCall): Promise<GeneratedDek> {
    const answer = await this.#ask('generate', { keyId: this.keyId, context }, call);
    return { ...this.#wrapped('generate', answer), dek: bytesOf('generate', answer, 'dek') };
  }

  /** The backend may name a version of the key. It must be one that can unwrap. */
  #wrapped(operation: string, answer: Answer): WrappedDek {
    const { keyId = this.keyId } = answer;
    if (typeof keyId !== 'string' || !this.accepts(keyId))
      throw new TypeError(`the answer to ${operation} names another key`);
    return { keyId, wrappedDek: bytesOf(operation, answer, 'wrappedDek') };
  }

  async #ask(operation: string, question: object, call: ProviderCall): Promise<Answer> {
    const { fetch: ask = fetch, credentials = 'same-origin' } = this.#options;
    const response = await ask(new URL(operation, this.#url), {
      method: 'POST',
      headers: await this.#headers(),
      body: JSON.stringify(question),
      credentials,
      redirect: 'error',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal: call.signal,
    });
    const requestId = response.headers.get('x-request-id');
    if (requestId) call.report({ requestId });
    const answer = await answerOf(response);
    if (response.ok && answer) return answer;
    if (response.status === 403) call.report({ denied: true });
    const reason = typeof answer?.error === 'string' ? answer.error : undefined;
    const error = new HttpProviderError(operation, response.status, reason);
    if (reason === 'key_unwrap')
      throw new SealwaxError('key_unwrap', 'the backend could not open the wrapped key', {
        cause: error,
      });
    throw error;
  }

  async #headers(): Promise<Headers> {
    const { csrf, headers } = this.#options;
    const all = new Headers(typeof headers === 'function' ? await headers() : headers);
    all.set('Content-Type', 'application/json');
    const token = typeof csrf === 'function' ? await csrf() : csrf;
    // No HTML form can send this header, which protects even without a token.
    all.set('X-Requested-With', 'sealwax');
    if (token) all.set(token.name, token.value);
    return all;
  }
}

type Answer = Partial<Record<'dek' | 'wrappedDek' | 'keyId' | 'error', unknown>>;

async function answerOf(response: Response): Promise<Answer | undefined> {
  const text = await response.text();
  if (text.length > MOST_ANSWER) return undefined;
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}

function bytesOf(operation: string, answer: Answer, field: 'dek' | 'wrappedDek'): Owned {
  const bytes = fromBase64(answer[field]);
  if (!bytes) throw new TypeError(`the answer to ${operation} has no ${field}`);
  return bytes;
}

/** Responses carry DEKs, so the URL needs TLS unless it is on this machine. */
export function checkedUrl(url: string | URL): URL {
  const base = typeof location === 'object' ? location.href : undefined;
  let parsed: URL;
  try {
    parsed = new URL(url, base);
  } catch (error) {
    throw new SealwaxError('invalid_argument', 'url is not a URL', { cause: error });
  }
  if (!isSecure(parsed)) throw invalid('url must be https, or http to this machine');
  if (!parsed.pathname.endsWith('/')) parsed.pathname += '/';
  return parsed;
}

const LOOPBACK = /^(localhost|([a-z0-9-]+\.)+localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether keys may be sent there: over TLS to any host, or in clear to this machine. */
export const isSecure = ({ protocol, hostname }: { protocol: string; hostname: string }): boolean =>
  protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));

// The page's own backend, for one user. Every request names that user, so the backend refuses it if
// somebody else has signed in meanwhile, in another tab. Requests are retried while that can help.
import { Batch } from './batch.mjs';
import { isTransient, reach, retry, unlessAborted } from './network.mjs';

const SIGNED_AT_ONCE = 64;
const CREATED_AT_ONCE = 64;
const KEYS_AT_ONCE = 64;
const HEADERS_AT_ONCE = 16;

/** An answer other than success; `code` is the backend's. */
export class ApiError extends Error {
  constructor(status, code, message, retryAfter) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
    this.transient = isTransient(status);
  }
}

/** Whether the session is over, or another user's: nothing goes on before someone signs in. */
export const isSignedOut = (error) =>
  error?.code === 'not_signed_in' || error?.code === 'other_user';

export class Backend {
  #batches = new Map();
  #onSignedOut;

  /**
   * @param {string} user whom the requests mean
   * @param {(error: ApiError) => void} [onSignedOut]
   */
  constructor(user, onSignedOut = () => {}) {
    this.user = user;
    this.#onSignedOut = onSignedOut;
  }

  get(path, signal) {
    return this.#ask(path, { signal });
  }

  /** `POST path` with a JSON body. */
  post(path, body, signal) {
    return this.#ask(path, { ...json('POST', body), signal });
  }

  /** A new object in `space`: `{ id, context }`. */
  create(space, signal) {
    return this.#batched(
      `create ${space}`,
      space,
      CREATED_AT_ONCE,
      (items) => this.#send('/api/objects', { space, count: items.length }),
      signal,
    );
  }

  /** A signed request for the store. */
  sign(object, action, signal) {
    return this.#batched(
      'sign',
      { object, action },
      SIGNED_AT_ONCE,
      (requests) => this.#send('/api/objects/sign', { requests }),
      signal,
    );
  }

  /**
   * Stores the header of a new object, which with it is in the list. Once: it does not change any
   * more.
   */
  handIn(object, header, signal) {
    return this.#batched(
      'hand in',
      { object, header: toBase64(header) },
      HEADERS_AT_ONCE,
      (requests) => this.#send('/api/objects/hand-in', { requests }),
      signal,
    );
  }

  /** Replaces exactly the header with `etag`. */
  replaceHeader(object, header, etag) {
    return this.post('/api/objects/replace-header', { object, header: toBase64(header), etag });
  }

  /**
   * For `HttpProvider`: a `fetch` whose requests travel together, name the user, and are tried
   * again.
   */
  fetch = async (url, { body, signal }) => {
    const operation = new URL(url).pathname.split('/').at(-1);
    try {
      return Response.json(
        await this.#batched(
          'keys',
          { operation, ...JSON.parse(body) },
          KEYS_AT_ONCE,
          (requests) => this.#send('/api/keys', { requests }),
          signal,
        ),
      );
    } catch (error) {
      // What the key service says of a key is for the provider; the rest is not about keys.
      if (error instanceof ApiError && !error.transient && !isSignedOut(error))
        return Response.json({ error: error.code }, { status: error.status });
      throw error;
    }
  };

  #ask(path, options) {
    return retry(async () => this.#read(await this.#reach(path, options)), options.signal);
  }

  #reach(path, options) {
    const headers = new Headers(options.headers);
    headers.set('Sealwax-User', this.user);
    return reach(path, { ...options, headers, redirect: 'error' });
  }

  /** One item of a batch. Each item is tried again alone: the next time it travels with others. */
  #batched(name, item, most, send, signal) {
    if (!this.#batches.has(name)) this.#batches.set(name, new Batch(send, most));
    return retry(() => unlessAborted(this.#batches.get(name).call(item), signal), signal);
  }

  /** The answers of a batch, one function for each item. */
  async #send(path, body) {
    const { results } = this.#read(await this.#reach(path, json('POST', body)));
    return results.map(({ value, error, message, status }) => () => {
      if (error) throw new ApiError(status, error, message);
      return value;
    });
  }

  #read(answer) {
    try {
      return parse(answer);
    } catch (error) {
      if (isSignedOut(error)) this.#onSignedOut(error);
      throw error;
    }
  }
}

/** Requests that name no user: who is signed in, and signing in. */
export const anonymous = {
  get: async (path) => parse(await reach(path)),
  post: async (path, body) => parse(await reach(path, json('POST', body))),
};

/** Signs `backend`'s user out, who may be out already. */
export async function signOut(backend) {
  const headers = { 'Content-Type': 'application/json', 'Sealwax-User': backend.user };
  try {
    await retry(async () => parse(await reach('/api/session', { ...json('DELETE', {}), headers })));
  } catch (error) {
    if (!isSignedOut(error)) throw error;
  }
}

const json = (method, body) => ({
  method,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

function parse({ ok, status, headers, bytes }) {
  let body = {};
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    if (ok) throw new ApiError(502, 'internal', 'The server failed.');
  }
  if (ok) return body;
  const retryAfter = Number(headers.get('Retry-After')) || undefined;
  throw new ApiError(
    status,
    body.error ?? 'internal',
    body.message ?? 'The server failed.',
    retryAfter,
  );
}

function toBase64(bytes) {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

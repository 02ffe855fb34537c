// Requests to the object store, each with a URL that the backend signed for that request alone.
import { isTransient, reach, retry } from './network.mjs';

/** The store refused; `status` is its answer. */
export class StoreError extends Error {
  constructor(status, what) {
    super(
      status === 404
        ? 'The store does not have this object.'
        : `The store refused to ${what} (${status}).`,
    );
    this.name = 'StoreError';
    this.status = status;
    // A signature may have expired (403): each try has a new one.
    this.transient = isTransient(status) || status === 403;
  }
}

/** Has `action` on an object signed, and does it; both again while that can help. */
function ask(backend, object, action, what, { headers, signal } = {}) {
  return retry(async () => {
    const signed = await backend.sign(object, action, signal);
    return use(signed, what, { headers, signal });
  }, signal);
}

async function use(signed, what, { headers, signal }) {
  const answer = await reach(signed.url, {
    method: signed.method,
    headers: { ...signed.headers, ...headers },
    signal,
    // The store needs no cookie, and neither copy nor referrer of what it sends should stay.
    credentials: 'omit',
    cache: 'no-store',
  });
  if (!answer.ok) throw new StoreError(answer.status, what);
  return answer;
}

/** The header of an object with its ETag. */
export async function readHeader(backend, object) {
  const { bytes, headers } = await ask(backend, object, 'get-header', 'give the header');
  return { bytes: new Uint8Array(bytes), etag: headers.get('ETag') };
}

/** Length and ETag of a stored body. */
export async function headBody(backend, object, signal) {
  const { headers } = await ask(backend, object, 'head-body', 'describe the body', { signal });
  return { length: Number(headers.get('Content-Length')), etag: headers.get('ETag') };
}

/** A function that reads byte ranges of a body; it has its URL signed anew before that expires. */
export function rangeReader(backend, object) {
  const LIFETIME_MS = 10 * 60_000;
  let signed;
  let until = 0;
  return (offset, length, signal) =>
    retry(async () => {
      if (Date.now() > until) {
        signed = backend.sign(object, 'get-body');
        until = Date.now() + LIFETIME_MS;
      }
      try {
        const headers = { Range: `bytes=${offset}-${offset + length - 1}` };
        return (await use(await signed, 'give a range', { headers, signal })).bytes;
      } catch (error) {
        until = 0;
        throw error;
      }
    }, signal);
}

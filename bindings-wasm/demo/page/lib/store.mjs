// Requests to the object store, each with a URL that the backend signed for it alone.
import { sign } from './api.mjs';

/** The store refused; `status` is its answer. */
export class StoreError extends Error {
  constructor(status, what) {
    super(status === 404 ? 'The store does not have this object.' : `The store refused to ${what} (${status}).`);
    this.name = 'StoreError';
    this.status = status;
  }
}

/** Uses a signed request. */
export async function use(signed, what, { body, headers, signal } = {}) {
  const response = await fetch(signed.url, {
    method: signed.method,
    headers: { ...signed.headers, ...headers },
    body,
    signal,
    // The store needs no cookie, and neither copy nor referrer of what it sends should stay.
    credentials: 'omit',
    cache: 'no-store',
  });
  if (!response.ok) throw new StoreError(response.status, what);
  return response;
}

/** The header of an object with its ETag. */
export async function readHeader(object, signal) {
  const response = await use(await sign(object, 'get-header', {}, signal), 'give the header', { signal });
  return { bytes: new Uint8Array(await response.arrayBuffer()), etag: response.headers.get('ETag') };
}

/** Length and ETag of a stored body. */
export async function headBody(object, signal) {
  const response = await use(await sign(object, 'head-body', {}, signal), 'describe the body', { signal });
  return { length: Number(response.headers.get('Content-Length')), etag: response.headers.get('ETag') };
}

/** Writes the header of a new object, or replaces exactly the header with `etag`. */
export async function writeHeader(object, bytes, { etag, signal } = {}) {
  const action = etag ? 'replace-header' : 'put-header';
  await use(await sign(object, action, { etag }, signal), 'keep the header', { body: bytes, signal });
}

/** A function that reads byte ranges of a body; it has its URL signed anew before that expires. */
export function rangeReader(object) {
  const LIFETIME_MS = 10 * 60_000;
  let signed;
  let until = 0;
  return async (offset, length, signal) => {
    if (Date.now() > until) {
      signed = sign(object, 'get-body', {}, signal);
      until = Date.now() + LIFETIME_MS;
      signed.catch(() => { until = 0; });
    }
    const headers = { Range: `bytes=${offset}-${offset + length - 1}` };
    return use(await signed, 'give a range', { headers, signal });
  };
}

/** All text values of `tag` in an answer of the store, in order. */
export function xmlValues(xml, tag) {
  const found = xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'));
  return Array.from(found, ([, value]) => decodeEntities(value));
}

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text) {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (_, decimal, hex, name) =>
    decimal ? String.fromCodePoint(Number(decimal)) : hex ? String.fromCodePoint(parseInt(hex, 16)) : ENTITIES[name] ?? '');
}

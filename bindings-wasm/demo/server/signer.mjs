// Signs requests to the bucket (AWS Signature Version 4, in the query), and only those that were
// authorised.
//
// A signed URL fixes the method, the key, the query, the conditional headers and the time; whoever
// has it can do that one thing. So the signed request must be the authorised one. The path consists
// of an `ObjectId` or fixed words, with each segment encoded; exactly that text is signed. Before a
// URL is handed out, it is parsed as the store will parse it, and compared with what was asked for.
//
// Signing takes a few lines of HMAC. They are here because libraries take a URL, normalise it, and
// sign the result.
import { createHash, createHmac } from 'node:crypto';

import { ObjectId, PARTS } from './objects.mjs';

const EXPIRES_SECONDS = 900;
const ALGORITHM = 'AWS4-HMAC-SHA256';
const SIGNATURE = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
];

/** Signs for one bucket at one address. */
export class Signer {
  #bucket;
  #region;
  #accessKeyId;
  #secret;
  #keys = new Map();

  constructor({ url, bucket, region = 'us-east-1', accessKeyId, secretAccessKey }) {
    this.origin = new URL(url).origin;
    this.#bucket = bucket;
    this.#region = region;
    this.#accessKeyId = accessKeyId;
    this.#secret = secretAccessKey;
  }

  /** A request for one part of one object. */
  object(method, id, part, query = {}, headers = {}) {
    if (!(id instanceof ObjectId) || !PARTS.includes(part))
      throw new TypeError('only parts of objects are signed');
    return this.#sign(method, [this.#bucket, id.space, id.owner, id.name, part], query, headers);
  }

  /** A request for the bucket itself. It is the backend's own: none of these is ever given away. */
  bucket(method, query = {}) {
    return this.#sign(method, [this.#bucket], query, {});
  }

  #sign(method, segments, query, headers) {
    const path = `/${segments.map(encoded).join('/')}`;
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const scope = `${time.slice(0, 8)}/${this.#region}/s3/aws4_request`;
    const signed = [
      ['host', new URL(this.origin).host],
      ...Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    ].sort(([a], [b]) => (a < b ? -1 : 1));
    const names = signed.map(([name]) => name).join(';');
    const search = canonicalQuery({
      ...query,
      'X-Amz-Algorithm': ALGORITHM,
      'X-Amz-Credential': `${this.#accessKeyId}/${scope}`,
      'X-Amz-Date': time,
      'X-Amz-Expires': EXPIRES_SECONDS,
      'X-Amz-SignedHeaders': names,
    });
    const canonical = [
      method,
      path,
      search,
      ...signed.map((pair) => pair.join(':')),
      '',
      names,
      'UNSIGNED-PAYLOAD',
    ].join('\n');
    const text = [
      ALGORITHM,
      time,
      scope,
      createHash('sha256').update(canonical).digest('hex'),
    ].join('\n');
    const url = `${this.origin}${path}?${search}&X-Amz-Signature=${hmac(this.#key(scope), text).toString('hex')}`;
    assertMeant(new URL(url), { origin: this.origin, path, query });
    return { url, method, headers };
  }

  /** The key of a day, region and service. */
  #key(scope) {
    if (!this.#keys.has(scope)) {
      this.#keys.clear(); // Yesterday's.
      this.#keys.set(scope, scope.split('/').reduce(hmac, `AWS4${this.#secret}`));
    }
    return this.#keys.get(scope);
  }
}

const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

/** Percent-encoded as the signature wants it: all but letters, digits and `-._~`. */
const encoded = (text) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const canonicalQuery = (query) =>
  Object.entries(query)
    .map((pair) => pair.map(encoded).join('='))
    .sort()
    .join('&');

/** Fails unless `url` is the request that was asked for, and no other. */
function assertMeant(url, { origin, path, query }) {
  const meant = new Map(Object.entries(query).map(([name, value]) => [name, String(value)]));
  const pairs = [...url.searchParams];
  const isMeant =
    url.origin === origin &&
    url.pathname === path &&
    url.hash === '' &&
    pairs.length === meant.size + SIGNATURE.length &&
    SIGNATURE.every((name) => url.searchParams.getAll(name).length === 1) &&
    pairs.every(([name, value]) => SIGNATURE.includes(name) || meant.get(name) === value);
  if (!isMeant) throw new Error('the signed URL is not the one that was asked for');
}

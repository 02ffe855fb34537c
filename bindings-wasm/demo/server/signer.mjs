// Signs requests to the bucket (AWS Signature Version 4), and nothing that was not meant.
//
// A signed URL fixes the method, the key, the query, the conditional headers and the time; whoever has it can do
// that one thing and nothing else. So everything depends on what is signed being what was authorised: the path is
// made of an `ObjectId` or of fixed words, each segment encoded, and before a URL is given away it is parsed as the
// store will parse it, and compared with what was asked for.
import { AwsClient } from 'aws4fetch';

import { ObjectId, PARTS } from './objects.mjs';

const EXPIRES_SECONDS = 900;
const SIGNATURE = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires', 'X-Amz-Signature', 'X-Amz-SignedHeaders'];

/** Signs for one bucket at one address. */
export class Signer {
  #client;
  #bucket;

  constructor({ url, bucket, region = 'us-east-1', accessKeyId, secretAccessKey }) {
    this.origin = new URL(url).origin;
    this.#bucket = bucket;
    this.#client = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region });
  }

  /** A request for one part of one object. */
  object(method, id, part, query = {}, headers = {}) {
    if (!(id instanceof ObjectId) || !PARTS.includes(part)) throw new TypeError('only parts of objects are signed');
    return this.#sign(method, [this.#bucket, id.space, id.owner, id.name, part], query, headers);
  }

  /** A request for the bucket itself. It is the backend's own: none of these is ever given away. */
  bucket(method, query = {}) {
    return this.#sign(method, [this.#bucket], query, {});
  }

  async #sign(method, segments, query, headers) {
    const path = `/${segments.map(encodeURIComponent).join('/')}`;
    const url = new URL(path, this.origin);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    url.searchParams.set('X-Amz-Expires', EXPIRES_SECONDS);
    const signed = await this.#client.sign(url, { method, headers, aws: { signQuery: true, allHeaders: true } });
    assertMeant(new URL(signed.url), { origin: this.origin, path, query });
    return { url: signed.url, method, headers };
  }
}

/** Fails unless `url` is the request that was asked for, and no other. */
function assertMeant(url, { origin, path, query }) {
  const meant = new Map(Object.entries(query).map(([name, value]) => [name, String(value)]));
  const pairs = [...url.searchParams];
  const isMeant = url.origin === origin && url.pathname === path && url.hash === ''
    && pairs.length === meant.size + SIGNATURE.length
    && SIGNATURE.every((name) => url.searchParams.getAll(name).length === 1)
    && pairs.every(([name, value]) => SIGNATURE.includes(name) || meant.get(name) === value);
  if (!isMeant) throw new Error('the signed URL is not the one that was asked for');
}

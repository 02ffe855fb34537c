// The object store, by URLs that are signed here and used in the page (AWS Signature Version 4).
//
// An object has two parts in the bucket: `<id>/body`, written once, and `<id>/header`, which a key
// rotation replaces. A signed URL fixes the method, the key, the query, the conditional headers and
// the time; the page can do that one thing with it and nothing else.
import { AwsClient } from 'aws4fetch';

const EXPIRES_SECONDS = 900;

/** Signs requests for one bucket. */
export class Store {
  #client;
  #bucket;

  constructor({ url, bucket, region = 'us-east-1', accessKeyId, secretAccessKey }) {
    this.origin = new URL(url).origin;
    this.#bucket = `${url}/${bucket}`;
    this.#client = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region });
  }

  /** Makes the bucket, if it is not there. */
  async create() {
    const { url } = await this.#sign('PUT', '');
    const response = await fetch(url, { method: 'PUT' });
    if (!response.ok && response.status !== 409) {
      throw new Error(`the store refused to make the bucket: ${response.status}`);
    }
  }

  createUpload(id) {
    return this.#sign('POST', `/${id}/body`, { uploads: '' });
  }
  uploadPart(id, uploadId, partNumber) {
    return this.#sign('PUT', `/${id}/body`, { uploadId, partNumber });
  }
  completeUpload(id, uploadId) {
    return this.#sign('POST', `/${id}/body`, { uploadId });
  }
  abortUpload(id, uploadId) {
    return this.#sign('DELETE', `/${id}/body`, { uploadId });
  }
  getBody(id) {
    return this.#sign('GET', `/${id}/body`);
  }
  headBody(id) {
    return this.#sign('HEAD', `/${id}/body`);
  }
  getHeader(id) {
    return this.#sign('GET', `/${id}/header`);
  }
  /** A header is made where there is none, or put in place of exactly the one with this ETag. */
  putHeader(id, etag) {
    const condition = etag ? { 'If-Match': etag } : { 'If-None-Match': '*' };
    return this.#sign('PUT', `/${id}/header`, {}, condition);
  }
  list(prefix, continuation) {
    const token = continuation ? { 'continuation-token': continuation } : {};
    return this.#sign('GET', '', { 'list-type': 2, prefix, ...token });
  }
  listUploads(prefix) {
    return this.#sign('GET', '', { uploads: '', prefix });
  }

  async #sign(method, path, query = {}, headers = {}) {
    const url = new URL(this.#bucket + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    url.searchParams.set('X-Amz-Expires', EXPIRES_SECONDS);
    const signed = await this.#client.sign(url, { method, headers, aws: { signQuery: true, allHeaders: true } });
    return { url: signed.url, method, headers };
  }
}

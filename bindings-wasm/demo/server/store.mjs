// The object store. An object has two parts in the bucket: `<id>/body`, written once, and
// `<id>/header`, which a key rotation replaces.
//
// Large data goes directly between the page and the store, by URLs signed here for one request
// each: bodies in both directions, headers on their way to the page. The backend does the rest
// itself: it checks headers before it stores them, and begins and ends uploads, so it knows what
// became of each.
import { alreadyThere, headerChanged, noSuchObject, noSuchUpload, storeDown } from './errors.mjs';
import { ObjectId } from './objects.mjs';
import { Signer } from './signer.mjs';
import { xmlElements, xmlValues } from './xml.mjs';

const TIMEOUT_MS = 10_000;
/** Writes only where there is nothing: what is there stays as it is. */
const ONCE = { 'If-None-Match': '*' };
/**
 * What is read is data, whatever its sender called it when he wrote it: no signed URL leads to a
 * page of somebody's.
 */
const AS_DATA = {
  'response-content-disposition': 'attachment',
  'response-content-type': 'application/octet-stream',
};

/** One bucket. */
export class Store {
  #signer;

  /** `options` are those of `Signer`. */
  constructor(options) {
    this.#signer = new Signer(options);
    this.origin = this.#signer.origin;
  }

  // ---- signed for the page

  signBody(id) {
    return this.#signer.object('GET', id, 'body', AS_DATA);
  }
  signHeader(id) {
    return this.#signer.object('GET', id, 'header', AS_DATA);
  }
  signHead(id) {
    return this.#signer.object('HEAD', id, 'body');
  }
  /** A whole body in one request. */
  signWholeBody(id) {
    return this.#signer.object('PUT', id, 'body', {}, ONCE);
  }
  signPart(id, uploadId, partNumber) {
    return this.#signer.object('PUT', id, 'body', { uploadId, partNumber });
  }

  // ---- done by the backend

  /** Makes the bucket, if it is not there. */
  async create() {
    const { ok, status } = await this.#send(this.#signer.bucket('PUT'));
    if (!ok && status !== 409) throw storeDown(new Error(`status ${status} for the bucket`));
  }

  /** Begins the upload of a body. A second try finds the one that the first has begun. */
  async beginUpload(id) {
    if ((await this.bodySize(id)) !== undefined) throw alreadyThere();
    const [begun] = await this.#uploads(id);
    if (begun) return begun;
    const response = await this.#ask(this.#signer.object('POST', id, 'body', { uploads: '' }));
    return xmlValues(response.text, 'UploadId')[0];
  }

  /** Puts the parts together, if no body is there. Done twice it is done once. */
  async completeUpload(id, uploadId, size, etags) {
    const parts = etags.map(
      (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
    );
    const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
    const { ok, status, text } = await this.#send(
      this.#signer.object('POST', id, 'body', { uploadId }, ONCE),
      body,
    );
    // S3 may answer 200 and report a failure in the text.
    if (ok && !text.includes('<Error>')) return;
    // A first answer that was lost leaves a body, and an upload that the store no longer knows.
    const there = await this.bodySize(id);
    if (there === size) return;
    if (there !== undefined) throw alreadyThere();
    throw status === 404 || status === 400
      ? noSuchUpload()
      : storeDown(new Error(`status ${status} for an upload's end`));
  }

  /** Forgets an upload's parts. One that is not there is forgotten already. */
  async abortUpload(id, uploadId) {
    await this.#ask(this.#signer.object('DELETE', id, 'body', { uploadId }), undefined, [404]);
  }

  /** Stores the header of a new object. The same one twice is stored once; another is refused. */
  async putHeader(id, bytes) {
    const { status } = await this.#ask(
      this.#signer.object('PUT', id, 'header', {}, ONCE),
      bytes,
      [412],
    );
    if (status !== 412) return;
    const { bytes: there } = await this.header(id);
    if (!there.equals(bytes)) throw alreadyThere();
  }

  /** Replaces exactly the header with `etag`; done twice it is done once. */
  async replaceHeader(id, bytes, etag) {
    const { status } = await this.#ask(
      this.#signer.object('PUT', id, 'header', {}, { 'If-Match': etag }),
      bytes,
      [412],
    );
    if (status === 412 && !(await this.header(id)).bytes.equals(bytes)) throw headerChanged();
  }

  /** The header of an object, with its ETag. */
  async header(id) {
    const { ok, bytes, headers } = await this.#ask(
      this.#signer.object('GET', id, 'header'),
      undefined,
      [404],
    );
    if (!ok) throw noSuchObject();
    return { bytes, etag: headers.get('ETag') };
  }

  /** Length of a body; undefined where there is none. */
  async bodySize(id) {
    const { ok, headers } = await this.#ask(
      this.#signer.object('HEAD', id, 'body'),
      undefined,
      [404],
    );
    return ok ? Number(headers.get('Content-Length')) : undefined;
  }

  /**
   * All whole objects in `space`, of `owner` or of everyone, newest first. One without a header is
   * not whole.
   */
  async list({ space, owner }) {
    const prefix = owner ? `${space}/${owner}/` : `${space}/`;
    const found = new Map();
    let token;
    do {
      const query = { 'list-type': 2, prefix, ...(token ? { 'continuation-token': token } : {}) };
      const { text } = await this.#ask(this.#signer.bucket('GET', query));
      for (const contents of xmlElements(text, 'Contents')) note(found, contents);
      [token] = xmlValues(text, 'NextContinuationToken');
    } while (token);
    const whole = [...found.values()].filter(({ header, body }) => header && body);
    return whole.sort((a, b) => b.body.modified - a.body.modified).map(described);
  }

  async #uploads(id) {
    const { text } = await this.#ask(
      this.#signer.bucket('GET', { uploads: '', prefix: `${id}/body` }),
    );
    return xmlElements(text, 'Upload').flatMap((upload) => xmlValues(upload, 'UploadId'));
  }

  /** An answer that is a success, or one of the `expected` others. */
  async #ask(request, body, expected = []) {
    const answer = await this.#send(request, body);
    if (!answer.ok && !expected.includes(answer.status))
      throw storeDown(new Error(`status ${answer.status}`));
    return answer;
  }

  async #send(request, body) {
    const { url, method, headers } = await request;
    try {
      const response = await fetch(url, {
        method,
        headers,
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      return {
        ok: response.ok,
        status: response.status,
        headers: response.headers,
        bytes,
        text: bytes.toString('utf8'),
      };
    } catch (error) {
      throw storeDown(error);
    }
  }
}

function note(found, contents) {
  const [key] = xmlValues(contents, 'Key');
  const [, text, part] = /^(.*)\/(header|body)$/.exec(key) ?? [];
  const id = ObjectId.parse(text);
  if (!id) return; // Something else that lies in the bucket.
  const [size] = xmlValues(contents, 'Size').map(Number);
  const [etag] = xmlValues(contents, 'ETag');
  const [modified] = xmlValues(contents, 'LastModified').map((time) => Date.parse(time));
  found.set(text, { ...found.get(text), id, [part]: { size, modified, etag } });
}

/** `version` changes with every write of header or body. */
const described = ({ id, header, body }) => ({
  id: String(id),
  size: body.size,
  headerSize: header.size,
  modified: body.modified,
  version: `${header.etag} ${body.etag}`,
});

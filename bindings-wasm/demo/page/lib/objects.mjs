// Stored objects: the list, and one object opened.
import { post } from './api.mjs';
import { openSealed, rewrapSealed } from './envelope.mjs';
import { headBody, readHeader, use, writeHeader, xmlValues } from './store.mjs';

/** All objects of `space` that the user may list, newest first. One without a header is not whole. */
export async function listObjects(space) {
  const found = new Map();
  let continuation;
  do {
    const response = await use(await post('/api/objects/list', { space, continuation }), 'list the objects');
    const xml = await response.text();
    for (const [, contents] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)) note(found, contents);
    [continuation] = xmlValues(xml, 'NextContinuationToken');
  } while (continuation);
  const whole = [...found.values()].filter(({ header, body }) => header && body);
  return whole.sort((a, b) => b.body.modified - a.body.modified).map((parts) => new StoredObject(parts));
}

function note(found, contents) {
  const [key] = xmlValues(contents, 'Key');
  const [, id, part] = /^(.*)\/(header|body)$/.exec(key) ?? [];
  if (!id) return;
  const [size] = xmlValues(contents, 'Size').map(Number);
  const [etag] = xmlValues(contents, 'ETag');
  const [modified] = xmlValues(contents, 'LastModified').map((text) => new Date(text));
  found.set(id, { ...found.get(id), id, [part]: { size, modified, etag } });
}

/** An object in the store. Nothing is asked of it before `open`. */
export class StoredObject {
  #opened;

  constructor({ id, header, body }) {
    this.id = id;
    [this.space, this.owner] = id.split('/');
    this.size = body.size;
    this.headerSize = header.size;
    this.modified = body.modified;
    /** Changes with every write of header or body. */
    this.version = `${header.etag} ${body.etag}`;
  }

  /** Unwraps the key and opens the header; the body stays in the store. Done once. */
  open() {
    if (!this.#opened) {
      this.#opened = this.#open();
      this.#opened.catch(() => { this.#opened = undefined; });
    }
    return this.#opened;
  }

  /** Forgets what was opened, and with it the key. */
  async close() {
    const opened = this.#opened;
    this.#opened = undefined;
    (await opened?.catch(() => undefined))?.dispose();
  }

  async #open() {
    const [header, body] = await Promise.all([readHeader(this.id), headBody(this.id)]);
    return openSealed({ id: this.id, space: this.space, header: header.bytes, bodyLength: body.length });
  }

  /**
   * Makes a new version of the key at the key service and wraps the object's DEK under it. Returns
   * what the store had before and has now.
   */
  async rotate() {
    const [before, bodyBefore] = await Promise.all([readHeader(this.id), headBody(this.id)]);
    const { version } = await post('/api/keys/rotate', { key: this.space });
    const bytes = await rewrapSealed({ id: this.id, space: this.space, header: before.bytes });
    await writeHeader(this.id, bytes, { etag: before.etag });
    const [after, bodyAfter] = await Promise.all([readHeader(this.id), headBody(this.id)]);
    await this.close();
    return { version, header: [before, after], body: [bodyBefore, bodyAfter] };
  }

  /** The audit trail, oldest first. */
  async trail() {
    return (await post('/api/objects/audit', { object: this.id })).entries;
  }
}

// Stored objects: the list, and one opened object.
import { openSealed, rewrapSealed } from './envelope.mjs';
import { headBody, readHeader } from './store.mjs';

/**
 * The newest objects of `space` that the user may list, at most `limit`, and how many there are.
 */
export async function listObjects(backend, space, limit = 50) {
  const { objects, total } = await backend.post('/api/objects/list', { space, limit });
  return { objects: objects.map((fields) => new StoredObject(backend, fields)), total };
}

/** An object in the store. Nothing is asked of it before `open`. */
export class StoredObject {
  #opened;

  constructor(backend, { id, size, headerSize, modified, version }) {
    this.backend = backend;
    this.id = id;
    [this.space, this.owner] = id.split('/');
    this.size = size;
    this.headerSize = headerSize;
    this.modified = new Date(modified);
    /** Changes with every write of header or body. */
    this.version = version;
  }

  /** Unwraps the key and opens the header; the body stays in the store. Done once. */
  open() {
    if (!this.#opened) {
      this.#opened = this.#open();
      this.#opened.catch(() => {
        this.#opened = undefined;
      });
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
    const { bytes } = await readHeader(this.backend, this.id);
    return openSealed(this.backend, {
      id: this.id,
      space: this.space,
      header: bytes,
      bodyLength: this.size,
    });
  }

  /**
   * Makes a new version of the key at the key service and wraps the object's DEK under it. Returns
   * what the store had before and has now.
   */
  async rotate() {
    const [before, bodyBefore] = await this.#stored();
    const { version } = await this.backend.post('/api/keys/rotate', { key: this.space });
    const bytes = await rewrapSealed(this.backend, {
      id: this.id,
      space: this.space,
      header: before.bytes,
    });
    await this.backend.replaceHeader(this.id, bytes, before.etag);
    const [after, bodyAfter] = await this.#stored();
    await this.close();
    return { version, header: [before, after], body: [bodyBefore, bodyAfter] };
  }

  #stored() {
    return Promise.all([readHeader(this.backend, this.id), headBody(this.backend, this.id)]);
  }

  /** The audit trail, oldest first. */
  async trail() {
    return (await this.backend.post('/api/objects/audit', { object: this.id })).entries;
  }
}

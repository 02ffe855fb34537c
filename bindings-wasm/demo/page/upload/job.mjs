// One file on its way: a new object, its key, its parts, and last its header. An object is in the
// list as soon as it has a header, so one that did not arrive whole never shows.
import { post } from '../lib/api.mjs';
import { sealFile } from '../lib/envelope.mjs';
import { describe } from '../lib/messages.mjs';
import { writeHeader } from '../lib/store.mjs';
import { MultipartUpload } from './multipart.mjs';

const PAUSED = Symbol('paused');
const CANCELLED = Symbol('cancelled');
const PROGRESS_EVERY_MS = 100;

export class UploadJob {
  #details;
  #emit;
  #seal;
  #object;
  #sealed;
  #upload;
  #running;
  #bodyIsThere = false;
  #wanted;
  #lastProgress = 0;

  /** `seal` makes what is sent of a file; measurements put something else in its place. */
  constructor(details, emit, seal = sealFile) {
    this.#details = details;
    this.#emit = emit;
    this.#seal = seal;
  }

  /** Starts, or goes on after a pause or a failure. */
  run() {
    this.#wanted = undefined;
    this.#running = (this.#running ?? Promise.resolve()).then(() => this.#attempt());
  }

  pause() {
    this.#halt(PAUSED);
  }

  /** Ends the job and removes what the store has of it. */
  async cancel() {
    this.#halt(CANCELLED);
    await this.#running;
    try {
      await this.#upload?.abort();
      this.#emit('cancelled');
    } catch (error) {
      this.#emit('failed', describe(error));
    }
  }

  #halt(reason) {
    this.#wanted = reason;
    this.#upload?.stop(reason);
  }

  async #attempt() {
    try {
      await this.#prepare();
      if (this.#wanted) throw this.#wanted;
      if (!this.#bodyIsThere) await this.#upload.run();
      this.#bodyIsThere = true;
      await writeHeader(this.#object.id, this.#sealed.header);
      this.#emit('done', { object: this.#object.id, size: this.#sealed.size });
    } catch (error) {
      if (this.#wanted === PAUSED) this.#emit('paused');
      else if (this.#wanted !== CANCELLED) this.#emit('failed', describe(error));
    }
  }

  async #prepare() {
    const { file, path, space } = this.#details;
    this.#object ??= await post('/api/objects', { space });
    this.#sealed ??= await this.#seal(file, path, this.#object);
    this.#upload ??= new MultipartUpload({
      object: this.#object.id,
      source: this.#sealed,
      onProgress: (sent) => this.#progress(sent),
    });
  }

  #progress(sent) {
    const now = performance.now();
    if (now - this.#lastProgress < PROGRESS_EVERY_MS) return;
    this.#lastProgress = now;
    this.#emit('progress', { sent, size: this.#sealed.size });
  }
}

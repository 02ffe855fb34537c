// The upload of one file: a new object, its key, its body, and last its header. The list shows
// objects that have a header, so it never shows an incomplete one.
import { isSignedOut } from '../lib/backend.mjs';
import { sealFile } from '../lib/envelope.mjs';
import { describe } from '../lib/messages.mjs';
import { unlessAborted } from '../lib/network.mjs';
import { MultipartUpload } from './multipart.mjs';
import { SinglePutUpload } from './single-put.mjs';

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
  #stop = new AbortController();

  /**
   * `details`: `{ backend, file, path, space }`. `seal` makes what is sent of a file; measurements
   * put something else in its place.
   */
  constructor(details, emit, seal = sealFile) {
    this.#details = details;
    this.#emit = emit;
    this.#seal = seal;
  }

  /** Starts, or goes on after a pause or a failure. */
  run() {
    this.#wanted = undefined;
    this.#stop = new AbortController();
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
      this.#end('cancelled');
    } catch (error) {
      this.#emit('failed', describe(error));
    }
  }

  #halt(reason) {
    this.#wanted = reason;
    this.#stop.abort(reason);
    this.#upload?.stop(reason);
  }

  async #attempt() {
    const { signal } = this.#stop;
    try {
      await this.#prepare(signal);
      if (this.#wanted) throw this.#wanted;
      if (!this.#bodyIsThere) await this.#upload.run();
      this.#bodyIsThere = true;
      await this.#details.backend.handIn(this.#object.id, this.#sealed.header, signal);
      this.#end('done', { object: this.#object.id, size: this.#sealed.size });
    } catch (error) {
      if (this.#wanted === PAUSED) this.#emit('paused');
      else if (this.#wanted !== CANCELLED)
        this.#emit(isLocked(error) ? 'locked' : 'failed', describe(error));
    }
  }

  async #prepare(signal) {
    const { backend, file, path, space } = this.#details;
    this.#object ??= await backend.create(space, signal);
    this.#sealed ??= await unlessAborted(this.#seal(backend, file, path, this.#object), signal);
    const Upload = this.#sealed.partCount === 1 ? SinglePutUpload : MultipartUpload;
    this.#upload ??= new Upload({
      backend,
      object: this.#object.id,
      source: this.#sealed,
      onProgress: (sent) => this.#progress(sent),
    });
  }

  #end(event, values) {
    this.#sealed?.close?.();
    this.#emit(event, values);
  }

  #progress(sent) {
    const now = performance.now();
    if (now - this.#lastProgress < PROGRESS_EVERY_MS) return;
    this.#lastProgress = now;
    this.#emit('progress', { sent, size: this.#sealed.size });
  }
}

/**
 * Whether nobody is signed in any more whom the job could work for; a provider has it as a cause.
 */
function isLocked(error) {
  for (let cause = error; cause; cause = cause.cause ?? cause.attempts?.at(-1)?.error) {
    if (isSignedOut(cause)) return true;
  }
  return false;
}

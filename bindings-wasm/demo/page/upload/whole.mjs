// The upload of a body of one part: one request to the store, which writes only where nothing is.
import { headBody } from '../lib/store.mjs';
import { retry } from '../lib/network.mjs';
import { put } from './put.mjs';

/** The upload of `source`, which has `size` and `part(index): Promise<Blob>`. */
export class WholeUpload {
  #backend;
  #object;
  #source;
  #onProgress;
  #stop = new AbortController();

  constructor({ backend, object, source, onProgress }) {
    this.#backend = backend;
    this.#object = object;
    this.#source = source;
    this.#onProgress = onProgress;
  }

  /** Sends it. Rejects with `stop()`'s reason when stopped; can then be run again. */
  async run() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    await retry(() => this.#try(signal), signal);
    this.#onProgress(this.#source.size);
  }

  stop(reason) {
    this.#stop.abort(reason);
  }

  /** Nothing is to be removed: what has not arrived whole is not there. */
  async abort() {}

  async #try(signal) {
    const [request, body] = await Promise.all([this.#backend.sign(this.#object, 'put-body', signal), this.#source.part(0)]);
    try {
      await put(request, body, { signal, onProgress: this.#onProgress });
    } catch (error) {
      // A first answer that was lost leaves a body, and the store does not write a second one.
      if (error.status !== 412 || (await headBody(this.#backend, this.#object, signal)).length !== this.#source.size) throw error;
    }
  }
}

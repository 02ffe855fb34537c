// The upload of a body of one part: one request to the store, which writes only if there is no body
// yet.
import { headBody } from '../lib/store.mjs';
import { retry } from '../lib/network.mjs';
import { BodyUpload } from './body-upload.mjs';
import { put } from './put.mjs';

export class SinglePutUpload extends BodyUpload {
  /** Sends the body. Rejects with `stop()`'s reason when stopped; can then be run again. */
  async run() {
    const signal = this.start();
    await retry(() => this.#try(signal), signal);
    this.onProgress(this.source.size);
  }

  /** Nothing needs to be removed: a body that has not arrived whole is not there. */
  async abort() {}

  async #try(signal) {
    const { backend, object, source, onProgress } = this;
    const [request, body] = await Promise.all([
      backend.sign(object, 'put-body', signal),
      source.part(0),
    ]);
    try {
      await put(request, body, { signal, onProgress });
    } catch (error) {
      // A first answer that was lost leaves a body, and the store does not write a second one.
      if (error.status !== 412 || (await headBody(backend, object, signal)).length !== source.size)
        throw error;
    }
  }
}

// The upload of a body in parts: several at a time, each retried separately, paused and continued
// at will.
//
// Each attempt makes its part again, with the same bytes. No part stays in memory longer than its
// request. Parts that the store has acknowledged are not sent again after a pause or a failure.
import { retry } from '../lib/network.mjs';
import { BodyUpload } from './body-upload.mjs';
import { put } from './put.mjs';

const CONCURRENCY = 4;
const URLS_AT_ONCE = 16;

export class MultipartUpload extends BodyUpload {
  #uploadId;
  #urls = new Map();
  #etags = [];
  #sent = [];
  #making = Promise.resolve();

  /** Sends what is missing. Rejects with `stop()`'s reason when stopped; can then be run again. */
  async run() {
    try {
      await this.#run(this.start());
    } catch (error) {
      // The store has removed the upload, after a long pause or another sign-in: all over again.
      if (error.status !== 404) throw error;
      this.#forget();
      await this.#run(this.start());
    }
  }

  /** Gives up: the store forgets all parts. */
  async abort() {
    if (!this.#uploadId) return;
    await this.#ask('abort', {});
    this.#forget();
  }

  async #run(signal) {
    this.#uploadId ??= (
      await this.backend.post('/api/uploads/begin', { object: this.object }, signal)
    ).uploadId;
    let next = 0;
    const lane = async () => {
      while (next < this.source.partCount) {
        const index = next++;
        if (!this.#etags[index]) this.#etags[index] = await this.#send(index, signal);
      }
    };
    const end = (error) => this.stop(error); // One lane's end is the end of all.
    await Promise.all(Array.from({ length: CONCURRENCY }, () => lane().catch(end)));
    signal.throwIfAborted();
    await this.#ask('complete', { size: this.source.size, etags: this.#etags }, signal);
    this.#uploadId = undefined;
  }

  #ask(what, details, signal) {
    return this.backend.post(
      `/api/uploads/${what}`,
      { object: this.object, uploadId: this.#uploadId, ...details },
      signal,
    );
  }

  #forget() {
    this.#uploadId = undefined;
    this.#etags = [];
    this.#sent = [];
    this.#urls.clear();
  }

  #send(index, signal) {
    return retry(async () => {
      try {
        return await this.#try(index, signal);
      } catch (error) {
        this.#progress(index, 0);
        if (error.status === 403) this.#urls.delete(index); // The signature has expired.
        throw error;
      }
    }, signal);
  }

  async #try(index, signal) {
    const [request, body] = await Promise.all([
      this.#url(index, signal),
      this.#made(index, signal),
    ]);
    const onProgress = (sent) => this.#progress(index, sent);
    const etag = await put(request, body, { signal, onProgress });
    this.#progress(index, body.size ?? body.byteLength);
    return etag;
  }

  /** The bytes of a part. One is made at a time: more at once are no faster, and take memory. */
  #made(index, signal) {
    const made = this.#making.then(() => {
      signal.throwIfAborted();
      return this.source.part(index, signal);
    });
    this.#making = made.catch(() => {});
    return made;
  }

  #url(index, signal) {
    if (!this.#urls.has(index)) {
      const count = Math.min(URLS_AT_ONCE, this.source.partCount - index);
      const signed = this.#ask('parts', { from: index + 1, count }, signal);
      for (let offset = 0; offset < count; offset += 1) {
        const one = signed.then(({ parts }) => parts[offset]);
        one.catch(() => this.#urls.delete(index + offset));
        this.#urls.set(index + offset, one);
      }
    }
    return this.#urls.get(index);
  }

  #progress(index, sent) {
    this.#sent[index] = sent;
    this.onProgress(this.#sent.reduce((sum, value) => sum + (value ?? 0), 0));
  }
}

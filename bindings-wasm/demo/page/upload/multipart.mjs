// One multipart upload: several parts at a time, each retried alone, paused and continued at will.
//
// A part is made anew for each try and is the same bytes each time; none is kept in memory longer
// than its request. What the store has acknowledged is not sent again after a pause or a failure.
import { sign } from '../lib/api.mjs';
import { headBody, use, xmlValues } from '../lib/store.mjs';
import { put } from './put.mjs';

const CONCURRENCY = 4;
const TRIES = 6;
const URLS_AT_ONCE = 16;
const FIRST_DELAY_MS = 400;
const LONGEST_DELAY_MS = 10_000;

/** The upload of `source`, which has `partCount`, `size` and `part(index): Promise<Blob | Uint8Array>`. */
export class MultipartUpload {
  #object;
  #source;
  #onProgress;
  #uploadId;
  #urls = new Map();
  #etags = [];
  #sent = [];
  #making = Promise.resolve();
  #stop = new AbortController();

  constructor({ object, source, onProgress }) {
    this.#object = object;
    this.#source = source;
    this.#onProgress = onProgress;
  }

  /** Sends what is missing. Rejects with `stop()`'s reason when stopped; can then be run again. */
  async run() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#uploadId ??= await this.#create(signal);
    let next = 0;
    const lane = async () => {
      while (next < this.#source.partCount) {
        const index = next++;
        if (!this.#etags[index]) this.#etags[index] = await this.#send(index, signal);
      }
    };
    const end = (error) => this.#stop.abort(error); // One lane's end is the end of all.
    await Promise.all(Array.from({ length: CONCURRENCY }, () => lane().catch(end)));
    signal.throwIfAborted();
    await this.#complete(signal);
  }

  /** Ends the running requests; the upload stays at the store. */
  stop(reason) {
    this.#stop.abort(reason);
  }

  /** Gives up: the store forgets all parts. */
  async abort() {
    if (!this.#uploadId) return;
    await use(await sign(this.#object, 'abort', { uploadId: this.#uploadId }), 'end the upload');
    this.#uploadId = undefined;
  }

  async #create(signal) {
    const response = await use(await sign(this.#object, 'create', {}, signal), 'begin', { signal });
    const [uploadId] = xmlValues(await response.text(), 'UploadId');
    return uploadId;
  }

  async #send(index, signal) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#try(index, signal);
      } catch (error) {
        this.#progress(index, 0);
        if (!isTransient(error) || attempt === TRIES || signal.aborted) throw error;
        if (error.status === 403) this.#urls.delete(index); // The signature has expired.
        await pause(attempt, signal);
      }
    }
  }

  async #try(index, signal) {
    const [request, body] = await Promise.all([this.#url(index, signal), this.#made(index, signal)]);
    const onProgress = (sent) => this.#progress(index, sent);
    const etag = await put(request, body, { signal, onProgress });
    this.#progress(index, body.size ?? body.byteLength);
    return etag;
  }

  /** The bytes of a part. One is made at a time: more at once are no faster, and take memory. */
  #made(index, signal) {
    const made = this.#making.then(() => {
      signal.throwIfAborted();
      return this.#source.part(index, signal);
    });
    this.#making = made.catch(() => {});
    return made;
  }

  async #url(index, signal) {
    if (!this.#urls.has(index)) {
      const count = Math.min(URLS_AT_ONCE, this.#source.partCount - index);
      const details = { uploadId: this.#uploadId, from: index + 1, count };
      const signed = sign(this.#object, 'parts', details, signal);
      for (let offset = 0; offset < count; offset += 1) {
        const one = signed.then(({ parts }) => parts[offset]);
        one.catch(() => this.#urls.delete(index + offset));
        this.#urls.set(index + offset, one);
      }
    }
    return this.#urls.get(index);
  }

  async #complete(signal) {
    const parts = this.#etags.map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
    const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
    const signed = await sign(this.#object, 'complete', { uploadId: this.#uploadId }, signal);
    try {
      const response = await use(signed, 'put the parts together', { body, signal });
      const text = await response.text();
      // S3 may answer 200 and report a failure in the body.
      if (text.includes('<Error>')) throw new Error('The store could not put the parts together.');
    } catch (error) {
      if (!(await this.#wasCompleted(error, signal))) throw error;
    }
    this.#uploadId = undefined;
  }

  /** A first answer that was lost leaves an upload that the store no longer knows. */
  async #wasCompleted(error, signal) {
    if (error.status !== 404) return false;
    const { length } = await headBody(this.#object, signal);
    return length === this.#source.size;
  }

  #progress(index, sent) {
    this.#sent[index] = sent;
    this.#onProgress(this.#sent.reduce((sum, value) => sum + (value ?? 0), 0));
  }
}

/** A lost connection: a TypeError when fetch meets it, on the way to the backend. */
function isTransient(error) {
  return error.transient === true || error instanceof TypeError;
}

/** Waits longer after each attempt, and for the network if the browser says there is none. */
async function pause(attempt, signal) {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  await until(signal, (done) => setTimeout(done, longest * (0.5 + Math.random() / 2)));
  if (!navigator.onLine) await until(signal, (done) => self.addEventListener('online', done, { once: true }));
}

function until(signal, start) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    start(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
}

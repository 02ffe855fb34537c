// The base of both kinds of upload: what is sent where, and stopping and restarting it.

/**
 * The upload of `source`, which has `size`, `partCount` and `part(index): Promise<Blob |
 * Uint8Array>`.
 */
export class BodyUpload {
  backend;
  object;
  source;
  onProgress;
  #stop = new AbortController();

  /** `object` is its id; `onProgress(sent)` is told of bytes. */
  constructor({ backend, object, source, onProgress }) {
    this.backend = backend;
    this.object = object;
    this.source = source;
    this.onProgress = onProgress;
  }

  /** A new attempt; returns the signal that ends it. */
  start() {
    this.#stop = new AbortController();
    return this.#stop.signal;
  }

  /** Ends the running requests with `reason`. What the store has stays there. */
  stop(reason) {
    this.#stop.abort(reason);
  }
}

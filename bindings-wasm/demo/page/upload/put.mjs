// PUT of bytes to the store, by XMLHttpRequest: unlike fetch, it reports the progress of an upload.
import { isTransient } from '../lib/network.mjs';

/** The network failed, or the store answered with something other than success. */
export class PutError extends Error {
  /** @param {number} status 0 when there was no answer */
  constructor(status) {
    super(
      status ? `The store refused a part (${status}).` : 'The connection to the store was lost.',
    );
    this.name = 'PutError';
    this.status = status;
    /** Whether another try can help; a signature may have expired (403). */
    this.transient = status === 0 || status === 403 || isTransient(status);
  }
}

const STALLED_MS = 20_000;

/** Sends `body`; resolves to the ETag. Rejects with the signal's reason when it aborts. */
export function put({ url, headers }, body, { signal, onProgress }) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    let stalled = setTimeout(abort, STALLED_MS);
    const end = (settle, value) => {
      clearTimeout(stalled);
      signal.removeEventListener('abort', abort);
      settle(value);
    };
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => {
      clearTimeout(stalled);
      stalled = setTimeout(abort, STALLED_MS);
      onProgress(loaded);
    };
    request.onload = () => {
      const etag = request.getResponseHeader('ETag');
      if (request.status === 200 && etag) end(resolve, etag);
      else end(reject, new PutError(request.status));
    };
    request.onerror = () => end(reject, new PutError(0));
    request.onabort = () => end(reject, signal.aborted ? signal.reason : new PutError(0));
    signal.addEventListener('abort', abort, { once: true });
    request.send(body);
  });
}

// Detects whether there is a network, and retries until there is.
//
// Browsers tell a page when its network is back. Chromium does not tell workers, so the page passes
// it on (`networkIs`). No wait depends on being told.

const TRIES = 8;
/** While the browser says that there is no network: an hour of them. */
const TRIES_OFFLINE = 360;
const FIRST_DELAY_MS = 400;
const LONGEST_DELAY_MS = 10_000;
const SILENCE_MS = 20_000;
const SHORT = 256 * 1024;
const waiting = new Set();
let online = navigator.onLine;

/** No answer: the connection failed, or took too long. */
export class NetworkError extends Error {
  constructor(options) {
    super('The connection was lost. Try again when it is back.', options);
    this.name = 'NetworkError';
    this.transient = true;
  }
}

/** Tells this thread that the network is there, or gone. */
export function networkIs(isThere) {
  online = isThere;
  if (isThere) for (const wake of waiting) wake();
}

self.addEventListener('online', () => networkIs(true));
self.addEventListener('offline', () => networkIs(false));

/** Answers with a status that another try can change. */
export const isTransient = (status) =>
  status === 408 || status === 425 || status === 429 || status >= 500;

/**
 * `fetch` that ends: with the answer, read to its end, or with a `NetworkError` when nothing comes
 * for a while.
 */
export async function reach(url, options = {}) {
  const silence = new AbortController();
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  try {
    heard();
    const signal = options.signal
      ? AbortSignal.any([silence.signal, options.signal])
      : silence.signal;
    const response = await fetch(url, { ...options, signal });
    return {
      ok: response.ok,
      status: response.status,
      headers: response.headers,
      bytes: await readAll(response, heard),
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new NetworkError({ cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** The body of `response`; `heard()` is called as it comes, where that may take long. */
async function readAll(response, heard) {
  heard();
  const length = response.headers.get('Content-Length');
  if (!response.body || (length !== null && Number(length) < SHORT)) return response.arrayBuffer();
  const chunks = [];
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return joined(chunks);
    chunks.push(value);
    heard();
  }
}

function joined(chunks) {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes.buffer;
}

/**
 * The result of `work`, which is done again after a failure that says `transient`: later each time,
 * as much later as `retryAfter` (seconds) says, and at once when the network comes back. Failures
 * while there is none count little.
 */
export async function retry(work, signal) {
  for (let failures = 0; ;) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      failures += online || error.status > 0 ? 1 : TRIES / TRIES_OFFLINE;
      if (!error.transient || failures >= TRIES) throw error;
      await pause(Math.max(delay(failures), 1000 * (error.retryAfter ?? 0)), signal);
    }
  }
}

/** What `promise` resolves to, or the reason of `signal` as soon as there is one. */
export function unlessAborted(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/**
 * Longer after each failure, and each time another, so that not all who wait come back together.
 */
function delay(failures) {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures) * (0.5 + Math.random() / 2);
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const end = (settle, value) => {
      clearTimeout(timer);
      waiting.delete(wake);
      signal?.removeEventListener('abort', abort);
      settle(value);
    };
    const wake = () => end(resolve);
    const abort = () => end(reject, signal.reason);
    const timer = setTimeout(wake, milliseconds);
    waiting.add(wake);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

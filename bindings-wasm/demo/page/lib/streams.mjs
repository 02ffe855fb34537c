// The page's side of the Service Worker: decrypts open objects on demand.
import { scriptUrl } from './trusted-types.mjs';

const KEEP_ALIVE_MS = 10_000;
const READY_MS = 10_000;
const open = new Map();

let started;

/**
 * Starts the Service Worker. Some browsers and settings have none: nothing but `streamsWork`
 * depends on it.
 */
export function startStreams() {
  started ??= register().catch(() => false);
}

/** Whether the Service Worker is in charge of this page. */
export async function streamsWork() {
  return Boolean(await started);
}

async function register() {
  const container = navigator.serviceWorker;
  if (!container) return false;
  container.addEventListener('message', ({ data, ports }) => respond(data, ports[0]));
  await container.register(scriptUrl('/sw.mjs'), { scope: '/files/' });
  const late = new Promise((resolve) => setTimeout(resolve, READY_MS));
  return Promise.race([container.ready, late]);
}

/**
 * Offers `object` (`{ name, type, length, stream(start, end): ReadableStream }`) and returns its
 * key. `withdraw(key)` ends the offer.
 */
export function offer(object) {
  const key = crypto.randomUUID();
  open.set(key, object);
  return key;
}

export function withdraw(key) {
  open.delete(key);
}

function respond({ kind, key, range }, port) {
  const object = open.get(key);
  if (!object) return;
  const { length, name } = object;
  const bounds = range ? resolveRange(range, length) : { start: 0, end: length };
  if (!bounds) {
    port.postMessage({ unsatisfiable: true, length });
    return;
  }
  // Media types come from the sealed metadata, but only media are shown as what they say.
  const type =
    kind === 'media' && /^(audio|video)\/[\w.+-]+$/.test(object.type)
      ? object.type
      : 'application/octet-stream';
  port.postMessage({ ...bounds, length, name, type, partial: Boolean(range) });
  pump(object, bounds, port);
}

function resolveRange({ first, last }, length) {
  const start = first ?? Math.max(0, length - last);
  const end = first === undefined || last === undefined ? length : Math.min(last + 1, length);
  return start < end ? { start, end } : undefined;
}

/** Answers each pull with a chunk, then with the end or an error. */
function pump(object, { start, end }, port) {
  const reader = object.stream(start, end).getReader();
  const keepAlive = setInterval(
    () => navigator.serviceWorker.controller?.postMessage('stay'),
    KEEP_ALIVE_MS,
  );
  const finish = (message) => {
    clearInterval(keepAlive);
    if (message) port.postMessage(message);
  };
  port.onmessage = async ({ data }) => {
    if (data === 'cancel') {
      reader.cancel().catch(() => {});
      return finish();
    }
    try {
      const { done, value } = await reader.read();
      if (done) return finish({});
      const bytes =
        value.byteLength === value.buffer.byteLength ? value.buffer : value.slice().buffer;
      port.postMessage({ bytes }, [bytes]);
    } catch (error) {
      object.onError?.(error);
      finish({ error: error.message });
    }
  };
}

// What the hardware and the browser allow: bare calls over the same bytes.
import initBare, { open, seal } from '/bare/core.js';

const CHUNK = 16_384;
const TAG = 16;
/** Calls in flight, and chunks read at a time. */
const SLICE = 64;

/**
 * A bare loop of WebCrypto over the chunks of a Blob, read in the fastest way, with the next read under
 * way. What comes of it is dropped, or becomes a Blob.
 */
export async function subtleLoop(method, blob, { keep = false } = {}) {
  const chunk = method === 'encrypt' ? CHUNK : CHUNK + TAG;
  const key = await importKey();
  const reader = blob.stream().getReader({ mode: 'byob' });
  const kept = [];
  let index = 0;
  for (let next = fill(reader, SLICE * chunk), slice; (slice = await next).length > 0; ) {
    next = slice.length < SLICE * chunk ? new Uint8Array(0) : fill(reader, SLICE * chunk);
    const calls = [];
    for (let start = 0; start < slice.length; start += chunk) {
      calls.push(crypto.subtle[method]({ name: 'AES-GCM', iv: nonce(index++) }, key, slice.subarray(start, start + chunk)));
    }
    const results = await Promise.all(calls);
    if (keep) kept.push(new Blob(results));
  }
  return new Blob(kept);
}

/** So many bytes; fewer at the end. */
async function fill(reader, length) {
  let bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const { value, done } = await reader.read(bytes.subarray(at));
    bytes = new Uint8Array(value.buffer);
    if (done) return bytes.subarray(0, at);
    at += value.length;
  }
  return bytes;
}

/** A Blob of chunks that such a loop can decrypt. */
export function sealedChunks(blob) {
  return subtleLoop('encrypt', blob, { keep: true });
}

const importKey = () => crypto.subtle.importKey('raw', new Uint8Array(32).fill(7), 'AES-GCM', false, ['encrypt', 'decrypt']);

function nonce(index) {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setUint32(8, index);
  return bytes;
}

/** The cipher of the module in a loop of its own. */
export async function bareWasm(method, size) {
  await initBare({ module_or_path: '/bare/core_bg.wasm' });
  return (method === 'encrypt' ? seal : open)(size / CHUNK);
}

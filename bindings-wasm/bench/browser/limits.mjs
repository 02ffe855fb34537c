// What the hardware and the browser allow: bare calls over the same bytes.
import initBare, { open, seal } from '/bare/core.js';

const CHUNK = 16_384;
const TAG = 16;
/** As much as the library reads at once. */
const SLICE = 64;

/** A bare loop of WebCrypto over the chunks of a Blob; nothing is kept. */
export async function subtleLoop(method, blob, inFlight) {
  const chunk = method === 'encrypt' ? CHUNK : CHUNK + TAG;
  const key = await importKey();
  let index = 0;
  for (let at = 0; at < blob.size; at += SLICE * chunk) {
    const slice = new Uint8Array(await blob.slice(at, at + SLICE * chunk).arrayBuffer());
    const calls = [];
    for (let start = 0; start < slice.length; start += chunk) {
      const call = crypto.subtle[method]({ name: 'AES-GCM', iv: nonce(index++) }, key, slice.subarray(start, start + chunk));
      if (inFlight) calls.push(call);
      else await call;
    }
    await Promise.all(calls);
  }
}

/** A Blob of chunks that such a loop can decrypt. */
export async function sealedChunks(blob) {
  const key = await importKey();
  const pieces = [];
  for (let at = 0, index = 0; at < blob.size; at += CHUNK, index++) {
    const chunk = await blob.slice(at, at + CHUNK).arrayBuffer();
    pieces.push(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce(index) }, key, chunk));
  }
  return new Blob(pieces);
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

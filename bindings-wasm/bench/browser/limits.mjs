// What the hardware and the browser allow: bare calls over the same bytes.
import initBare, { open, seal } from '/bare/core.js';

const CHUNK = 16_384;
const TAG = 16;
/**
 * A bare loop of WebCrypto over the chunks of a Blob, read in the fastest way, with the calls for
 * one piece under way while the next is read. What comes of it is dropped, or becomes a Blob.
 */
export async function subtleLoop(method, blob, { keep = false } = {}) {
  const length = method === 'encrypt' ? CHUNK : CHUNK + TAG;
  const key = await importKey();
  const call = (chunk) =>
    crypto.subtle[method]({ name: 'AES-GCM', iv: nonce(index++) }, key, chunk);
  const kept = [];
  let index = 0;
  let before = [];
  const end = async (calls) => {
    const results = await before;
    if (keep) kept.push(new Blob(results));
    before = Promise.all(calls);
  };
  for await (const chunks of chunksOf(blob.stream(), length)) await end(chunks.map(call));
  await end([]);
  return new Blob(kept);
}

/** The chunks of each piece of a stream; only those that lie across two pieces are copied. */
async function* chunksOf(stream, length) {
  let rest = new Uint8Array(0);
  for await (const piece of stream) {
    const chunks = [];
    const head = Math.min(piece.length, (length - rest.length) % length);
    if (rest.length > 0) chunks.push(joined(rest, piece.subarray(0, head)));
    if (chunks[0]?.length < length) {
      rest = chunks[0];
      continue;
    }
    let at = head;
    for (; at + length <= piece.length; at += length) chunks.push(piece.subarray(at, at + length));
    rest = piece.subarray(at);
    yield chunks;
  }
  if (rest.length > 0) yield [rest];
}

function joined(a, b) {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

/** A Blob of chunks that such a loop can decrypt. */
export function sealedChunks(blob) {
  return subtleLoop('encrypt', blob, { keep: true });
}

const importKey = () =>
  crypto.subtle.importKey('raw', new Uint8Array(32).fill(7), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ]);

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

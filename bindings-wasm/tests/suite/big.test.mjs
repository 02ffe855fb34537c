// A Blob far larger than memory may be: 3 GiB with `cargo xtask test-big-wasm`,
// 192 MiB in the gate. It is made of many references to one small Blob, so that nothing but the
// library could need memory for it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BIG, both, isNode, key, plaintextOf } from '../support/suite.mjs';
import { decrypt, decryptStream, encrypt } from 'sealwax';

const MIB = 1 << 20;
const UNIT = plaintextOf(MIB);
/** What a run may need beyond what is there before it; measured: about a third. */
const MOST_MEMORY = 400 * MIB;

const UNIT_BLOB = new Blob([UNIT]);
const bigBlob = (size) => new Blob(new Array(size / MIB).fill(UNIT_BLOB));

/**
 * The largest growth of the process meanwhile; in a browser, whoever runs the page watches that.
 */
async function memoryOf(body) {
  if (!isNode) return (await body(), 0);
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 50);
  await body();
  clearInterval(timer);
  return most - before;
}

/** Counts and compares, piece by piece. */
function checker() {
  let at = 0;
  const write = (piece) => {
    for (let from = 0; from < piece.length;) {
      const offset = at % MIB;
      const length = Math.min(MIB - offset, piece.length - from);
      if (indexedDifferent(piece, from, offset, length)) throw new Error(`another byte near ${at}`);
      from += length;
      at += length;
    }
  };
  return { stream: new WritableStream({ write }), size: () => at };
}

/**
 * Compares 8 bytes at a time where both are aligned: a gigabyte byte by byte would be the slowest
 * part.
 */
function indexedDifferent(piece, from, offset, length) {
  const start = piece.byteOffset + from;
  if (start % 8 || offset % 8 || length % 8)
    return !piece
      .subarray(from, from + length)
      .every((byte, index) => byte === UNIT[offset + index]);
  const [a, b] = [
    new Float64Array(piece.buffer, start, length / 8),
    new Float64Array(UNIT.buffer, offset, length / 8),
  ];
  for (let index = 0; index < a.length; index++)
    if (a[index] !== b[index] && !(a[index] !== a[index] && b[index] !== b[index])) return true;
  return false;
}

both(
  `${BIG / MIB} MiB, there and back as a stream, in constant memory`,
  async (engine, context) => {
    // The wasm engine works at a tenth of the speed: a part of it shows the same.
    const size = engine === 'wasm' ? Math.max(24 * MIB, BIG / 16) : BIG;
    const start = performance.now();
    const { stream, size: seen } = checker();
    const memory = await memoryOf(() =>
      encrypt(bigBlob(size), key(), { engine })
        .stream()
        .pipeThrough(decryptStream(key(), { engine }))
        .pipeTo(stream),
    );
    assert.equal(seen(), size);
    assert.ok(memory < MOST_MEMORY, `${memory / MIB} MiB more memory`);
    context.diagnostic(
      `${size / MIB} MiB both ways in ${Math.round(performance.now() - start)} ms, ${Math.round(memory / MIB)} MiB more memory`,
    );
  },
);

both('to a Blob and back to a Blob', async (engine) => {
  const size = engine === 'wasm' ? 8 * MIB : Math.min(BIG / 3, 192 * MIB);
  const sealed = await encrypt(bigBlob(size), key(), { engine }).blob();
  const opened = await decrypt(sealed, key(), { engine }).blob();
  assert.equal(opened.size, size);
  for (const offset of [0, size / 2, size - MIB])
    assert.deepEqual(new Uint8Array(await opened.slice(offset, offset + MIB).arrayBuffer()), UNIT);
});

test('Blobs until the browser has no room: each is good, or fails with io', async () => {
  const kept = [];
  const reads = async (blob) => new Uint8Array(await blob.slice(-2 * MIB, -MIB).arrayBuffer());
  for (let made = 0; made < BIG; made += BIG / 12) {
    const blob = await encrypt(bigBlob(BIG / 12), key(), { engine: 'webcrypto' })
      .blob()
      .catch((error) => error);
    if (blob instanceof Error) {
      assert.equal(blob.code, 'io');
      assert.match(blob.message, /no room for a Blob of \d+ bytes: take the stream or parts/);
      break;
    }
    kept.push(blob);
    assert.equal((await reads(blob)).length, MIB);
  }
  assert.ok(kept.length > 0);
});

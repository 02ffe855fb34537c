// What every file of the suite needs, in Node and in browsers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalKey, SealwaxError } from 'sealwax';

export const isNode = typeof process === 'object';

/** Where the backends of the tests answer. */
export const origin = isNode ? await (await import('./backend.mjs')).start() : location.origin;

/** Size of the large Blob, in bytes. */
export const BIG =
  Number(
    isNode
      ? (process.env.SEALWAX_BIG_MIB ?? 192)
      : (new URLSearchParams(location.search).get('big') ?? 192),
  ) *
  2 ** 20;

export const ENGINES = ['wasm', 'webcrypto'];

/** A test for each engine; `body` gets the engine's name. */
export function both(name, body) {
  for (const engine of ENGINES) test(`${engine}: ${name}`, (context) => body(engine, context));
}

export const CHUNK = 16_384;
/** Around every boundary that matters: of a chunk, of a run of chunks of either engine. */
export const SIZES = [
  0,
  1,
  CHUNK - 1,
  CHUNK,
  CHUNK + 1,
  2 * CHUNK - 1,
  2 * CHUNK,
  2 * CHUNK + 1,
  16 * CHUNK,
  16 * CHUNK + 1,
  64 * CHUNK - 1,
  64 * CHUNK,
  64 * CHUNK + 1,
];

export const KEK = new Uint8Array(32).fill(7);
export const key = () => new LocalKey(KEK, 'k');

export const plaintextOf = (size, seed = 3) => {
  const bytes = new Uint8Array(size);
  for (let at = 0, value = seed; at < size; at++, value = (value * 5 + 7) & 0xff)
    bytes[at] = value ^ (at >> 8);
  return bytes;
};

export const utf8 = (text) => new TextEncoder().encode(text);

export function concat(pieces) {
  const joined = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** A stream of these bytes in pieces of `size` bytes. */
export const streamOf = (bytes, size = 1000) => {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
};

export async function readAll(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return concat(pieces);
}

/** Fails unless the promise rejects with a SealwaxError of this code; returns the error. */
export async function rejectsWith(promise, code, message) {
  const error = await promise.then(
    (value) => assert.fail(`expected ${code}, got ${typeof value}`),
    (thrown) => thrown,
  );
  return isOurs(error, code, message);
}

/** The same of a call that throws at once. */
export function throwsWith(call, code, message) {
  let error;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  return isOurs(error, code, message);
}

function isOurs(error, code, message) {
  if (!(error instanceof SealwaxError))
    assert.fail(`expected a SealwaxError ${code}: ${error?.stack ?? error}`);
  assert.equal(error.code, code, error.stack);
  if (message) assert.match(error.message, message);
  return error;
}

/** A file of core/vectors. */
export async function vectors(name) {
  if (!isNode) return (await fetch(`/vectors/${name}.json`)).json();
  const { readFile } = await import('node:fs/promises');
  return JSON.parse(
    await readFile(new URL(`../../../core/vectors/${name}.json`, import.meta.url), 'utf8'),
  );
}

/** A file of the package, from the path as a file of the suite would write it. */
export async function fileBytes(path) {
  const url = new URL(path, new URL('../suite/', import.meta.url));
  if (!isNode) return new Uint8Array(await (await fetch(url)).arrayBuffer());
  return (await import('node:fs/promises')).readFile(url);
}

export const fromHex = (hex) =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
export const toHex = (bytes) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
export const fromBase64 = (text) =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
export const sha512 = async (bytes) =>
  toHex(new Uint8Array(await crypto.subtle.digest('SHA-512', bytes)));

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Waits for what comes soon, and long enough where the machine is busy. */
export async function until(condition) {
  for (const end = Date.now() + 60_000; !condition() && Date.now() < end;) await sleep(10);
}

// Views of bytes, UTF-8, base64, comparison and concatenation.

import type { Bytes } from '../types/index.js';
import { isArrayBuffer, isDataView, isShared } from './brands.js';
import { SealwaxError, invalid } from './errors.js';

/** Bytes that no other thread can change. */
export type Owned = Uint8Array<ArrayBuffer>;

const NO_BYTES = new Uint8Array(0);

/**
 * The caller's bytes, without a copy, with the offset and length of the view. A resizable buffer is
 * copied, because WebCrypto refuses it.
 */
export function view(bytes: Bytes, what: string): Owned {
  const it = writableView(bytes, what);
  return (it.buffer as { resizable?: boolean }).resizable ? it.slice() : it;
}

/** As {@link view}, but never a copy: for output. */
export function writableView(bytes: Bytes, what: string): Owned {
  const isView = ArrayBuffer.isView(bytes);
  const buffer: unknown = isView ? bytes.buffer : bytes;
  if (!isArrayBuffer(buffer)) {
    // Another thread could change shared memory between the reading and the sealing.
    throw invalid(
      isShared(buffer)
        ? `${what} must not be shared memory: copy it first`
        : `${what} must be bytes`,
    );
  }
  try {
    if (!isView) return new Uint8Array(buffer);
    if (bytes.byteLength === 0) checkInBounds(bytes);
    return new Uint8Array(buffer, bytes.byteOffset, bytes.byteLength);
  } catch {
    throw invalid(`${what} must not be detached, nor out of the bounds of its buffer`);
  }
}

/** Of an array that its buffer has shrunk away from, its length is 0, and only methods fail. */
function checkInBounds(bytes: ArrayBufferView): void {
  if (!isDataView(bytes)) Uint8Array.prototype.keys.call(bytes as Uint8Array);
}

/** The limit of calls that hold all bytes in the module's memory: an eighth of its 4 GiB. */
const MOST_AT_ONCE = 1 << 29;

/** Refuses bytes that the module's memory might not hold. */
export function checkOneShotSize(bytes: Owned): Owned {
  if (bytes.length > MOST_AT_ONCE)
    throw new SealwaxError(
      'limit_exceeded',
      'that much goes through encrypt or decrypt, in pieces',
    );
  return bytes;
}

/** As {@link view}; undefined gives no bytes. */
export const optionalView = (bytes: Bytes | undefined, what: string): Owned =>
  bytes === undefined ? NO_BYTES : view(bytes, what);

/** The caller's bytes or text, as bytes. */
export const textOrBytes = (value: Bytes | string, what: string): Owned =>
  typeof value === 'string' ? utf8(value) : view(value, what);

export const isBytes = (value: unknown): value is Bytes =>
  ArrayBuffer.isView(value) || isArrayBuffer(value) || isShared(value);

export function utf8(text: string): Owned {
  // A lone surrogate has no UTF-8 form and would silently become another character.
  if (/\p{Surrogate}/u.test(text)) throw invalid('a string is not well-formed Unicode');
  return new TextEncoder().encode(text);
}

export const isEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);

/** Allocates `size` bytes, or fails with `no_memory`. */
export function allocate(size: number): Owned {
  try {
    return new Uint8Array(size);
  } catch (error) {
    throw new SealwaxError(
      'no_memory',
      `there is no room for ${size} bytes: take the Blob, the stream or parts`,
      { cause: error },
    );
  }
}

export function concat(pieces: readonly Uint8Array[]): Owned {
  const joined = allocate(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Decodes base64; undefined if `text` is not base64. */
export function fromBase64(text: unknown): Owned | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

// Of which class an object is. Each realm, such as a frame's or one of node:vm, has classes of its own, and `instanceof`
// knows one realm's only. A getter of a class answers for objects of every realm's, and throws for all others.

type Class = (abstract new (...args: never[]) => object) | undefined;

/** Whether `value` is of the class, in any realm. `getter` is one that only this class has. */
function isOf(type: Class, getter: string, value: unknown): boolean {
  if (typeof type !== 'function' || typeof value !== 'object' || value === null) return false;
  if (value instanceof type) return true;
  try {
    Object.getOwnPropertyDescriptor(type.prototype, getter)!.get!.call(value);
    return true;
  } catch {
    return false;
  }
}

export const isArrayBuffer = (value: unknown): value is ArrayBuffer =>
  isOf(ArrayBuffer, 'byteLength', value);

export const isShared = (value: unknown): value is SharedArrayBuffer =>
  isOf(globalThis.SharedArrayBuffer, 'byteLength', value);

export const isBlob = (value: unknown): value is Blob => isOf(globalThis.Blob, 'size', value);

export const isStream = (value: unknown): value is ReadableStream =>
  isOf(globalThis.ReadableStream, 'locked', value);

export const isResponse = (value: unknown): value is Response =>
  isOf(globalThis.Response, 'status', value);

export const isUrl = (value: unknown): value is URL => isOf(globalThis.URL, 'href', value);

export const isCryptoKey = (value: unknown): value is CryptoKey =>
  isOf(globalThis.CryptoKey, 'algorithm', value);

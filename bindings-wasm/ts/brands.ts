// Brand checks: which class an object belongs to, whatever realm it comes from. Each realm (a
// frame, a context of node:vm) has its own classes, and `instanceof` knows those of one realm. A
// getter of a class works on the objects of every realm and throws for everything else.

type Class = (abstract new (...args: never[]) => object) | undefined;

/** Whether `value` is an instance of the class in any realm. Only this class has `getter`. */
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

export const isDataView = (value: unknown): value is DataView =>
  isOf(DataView, 'byteLength', value);

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

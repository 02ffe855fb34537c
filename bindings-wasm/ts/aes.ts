// AES-256-GCM in WebAssembly, for small messages and for hosts without WebCrypto. It is a module of
// its own, which most pages never load.

import initAes, { Aes, openOnce, sealOnce } from '../build/aes/core.js';
import type { Owned } from './bytes.js';
import { SealwaxError } from './errors.js';
import { PACKAGE_FOLDER } from './package-folder.js';
import { WasmModule } from './wasm-module.js';

export const aesModule = new WasmModule('aes.wasm', initAes, () =>
  PACKAGE_FOLDER ? `${PACKAGE_FOLDER}aes.wasm` : new URL('./aes.wasm', import.meta.url),
);

/** Loads the cipher. The core needs it wherever it seals or opens by itself. */
export const needAes = (): Promise<void> => aesModule.load();

/** The cipher under a key; only after {@link needAes}. */
export function aesOf(key: Owned): Aes {
  return Aes.create(key)!;
}

export type { Aes };

/** The core calls this with its own memory. */
export function seal(key: Owned, nonce: Owned, text: Owned, tag: Owned): boolean {
  return ready(sealOnce)(key, nonce, text, tag);
}

/** The core calls this with its own memory. */
export function open(key: Owned, nonce: Owned, text: Owned, tag: Owned): boolean {
  return ready(openOnce)(key, nonce, text, tag);
}

function ready<T>(call: T): T {
  if (!aesModule.isReady) throw new SealwaxError('panic', 'the cipher was not loaded');
  return call;
}

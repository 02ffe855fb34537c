// Public keys of X25519 and X-Wing in WebAssembly: a module of its own with its glue, loaded when such
// a key is used. A page that uses none ships nothing of it.

import type * as Exports from './hpke-glue.js';
import type { WasmInput } from '../types/index.js';
import { PACKAGE_FOLDER } from './package-folder.js';
import { WasmModule } from './wasm-module.js';

type Glue = typeof Exports;

let module: WasmModule | undefined;

const glue = (): Promise<Glue> => import('./hpke-glue.js');

export function hpkeModule(): WasmModule {
  module ??= new WasmModule(
    'hpke.wasm',
    async (options: never) => (await glue()).default(options),
    () => (PACKAGE_FOLDER ? `${PACKAGE_FOLDER}hpke.wasm` : new URL('./hpke.wasm', import.meta.url)),
  );
  return module;
}

/** Loads the module. */
export function initHpke(input?: WasmInput | Promise<WasmInput>): Promise<void> {
  return hpkeModule().load(input);
}

/** The module's exports, loaded. */
export async function needHpke(): Promise<Glue> {
  await initHpke();
  return glue();
}

export type { Identity, Recipient } from './hpke-glue.js';

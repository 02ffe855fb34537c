// The core's module and exports. Each export keeps its name, so that a page ships only the glue it
// uses.

import initCore, { formatLengths } from '../build/core.js';
import type { WasmInput } from '../types/index.js';
import { aesModule } from './aes.js';
import { SealwaxError } from './errors.js';
import { PACKAGE_FOLDER } from './package-folder.js';
import { WasmModule } from './wasm-module.js';

/** Call {@link needCore} before any of these. */
export * from '../build/core.js';

/** Lengths of the format, in bytes. */
export interface FormatLengths {
  readonly chunk: number;
  readonly sealedChunk: number;
  readonly prefix: number;
  readonly tag: number;
  readonly key: number;
  /** The start of a header, which tells its length. */
  readonly start: number;
}

/** A run of chunks: its position in the body, and the index of its first chunk. */
export type ChunkRun = readonly [start: number, end: number, index: number];

type LengthList = readonly [
  chunk: number,
  sealedChunk: number,
  prefix: number,
  tag: number,
  key: number,
  start: number,
];

let lengths: FormatLengths | undefined;

export const coreModule = new WasmModule(
  'sealwax.wasm',
  initCore,
  () =>
    PACKAGE_FOLDER ? `${PACKAGE_FOLDER}sealwax.wasm` : new URL('./sealwax.wasm', import.meta.url),
  () => {
    const [chunk, sealedChunk, prefix, tag, key, start] = formatLengths() as LengthList;
    lengths = { chunk, sealedChunk, prefix, tag, key, start };
  },
);

/** Loads the core. The cipher loads when it is needed. */
export function init(
  module?: WasmInput | Promise<WasmInput>,
  aes?: WasmInput | Promise<WasmInput>,
): Promise<void> {
  if (aes !== undefined) aesModule.setSource(() => aes);
  return coreModule.load(module);
}

/** Loads the core at the first use. */
export const needCore = (): Promise<void> => coreModule.load();

/** The lengths of the format; only after {@link needCore}. */
export function format(): FormatLengths {
  if (!lengths) throw new SealwaxError('invalid_state', 'call init() and wait for it first');
  return lengths;
}

/** The number of chunks of length `step` in a run. An empty run is one chunk. */
export const chunkCount = (length: number, step: number): number =>
  Math.max(1, Math.ceil(length / step));

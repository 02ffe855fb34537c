// The WebAssembly module: loading it once, and its exports behind a check that it is there.

import initModule, * as glue from "../build/core.js";
import type { WasmInput } from '../types/index.js';
import { SealwaxError, asIo, fromModule } from './errors.js';

export type Core = typeof glue;
export type { DecryptHandle, EncryptHandle, KekExpansion, LocalKek, MessageCipher } from "../build/core.js";

/** Lengths of the format, in bytes, as the core names them. */
export interface FormatLengths {
  readonly chunk: number;
  readonly sealedChunk: number;
  readonly prefix: number;
  readonly tag: number;
  readonly key: number;
  /** The first bytes of a header, which say how long it is. */
  readonly start: number;
}

/** A run of chunks: its place in the body, and the index of its first chunk. */
export type ChunkRun = readonly [start: number, end: number, index: number];

type LengthList = readonly [chunk: number, sealedChunk: number, prefix: number, tag: number, key: number, start: number];

type Loader = () => Promise<WasmInput> | WasmInput;

let loader: Loader = () => new URL('./sealwax.wasm', import.meta.url);
let loading: Promise<void> | undefined;
let lengths: FormatLengths | undefined;

/** Says where the module comes from by default; each entry point of the package has its own way. */
export function setLoader(other: Loader): void {
  loader = other;
}

/** Loads the module unless it is loaded or loading. */
export function init(module?: WasmInput | Promise<WasmInput>): Promise<void> {
  loading ??= load(module ?? loader()).catch((error: unknown) => {
    loading = undefined; // the next call tries again
    throw error;
  });
  return loading;
}

/** The module's exports, loaded at the first use. */
export async function core(): Promise<Core> {
  if (!lengths) await init();
  return glue;
}

/** The lengths of the format; only after {@link core}. */
export function format(): FormatLengths {
  if (!lengths) throw new SealwaxError('invalid_state', 'call init() and wait for it first');
  return lengths;
}

async function load(input: WasmInput | Promise<WasmInput>): Promise<void> {
  const source = await input;
  const isAddress = typeof source === 'string' || source instanceof URL;
  const response = isAddress ? await request(source) : source;
  try {
    await initModule({ module_or_path: isResponse(response) ? await compile(response) : response });
  } catch (error) {
    throw asIo(fromModule(error), 'the WebAssembly module cannot be started; a Content-Security-Policy needs \'wasm-unsafe-eval\'');
  }
  const [chunk, sealedChunk, prefix, tag, key, start] = glue.formatLengths() as LengthList;
  lengths = { chunk, sealedChunk, prefix, tag, key, start };
}

const isResponse = (value: unknown): value is Response => typeof Response === 'function' && value instanceof Response;

async function request(address: string | URL): Promise<Response> {
  try {
    return await fetch(address, { credentials: 'same-origin' });
  } catch (error) {
    throw asIo(error, `the WebAssembly module cannot be loaded from ${address}`);
  }
}

/** Streams where the server names the type, and tells a page of HTML from a module. */
async function compile(response: Response): Promise<WebAssembly.Module> {
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok || type.startsWith('text/html')) {
    throw new SealwaxError('io', `${response.url} answered ${response.status} with ${type || 'no type'} in place of the WebAssembly module: serve sealwax.wasm there, or import 'sealwax/inline'`);
  }
  if (type.startsWith('application/wasm') && WebAssembly.compileStreaming) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

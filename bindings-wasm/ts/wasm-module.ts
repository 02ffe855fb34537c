// Loads WebAssembly modules, once each, from the location that the package's entry point sets.

import type { WasmInput } from '../types/index.js';
import { isResponse, isUrl } from './brands.js';
import { SealwaxError, asIo, fromModule } from './errors.js';

type Start = (options: { module_or_path: never }) => Promise<unknown>;

/** A module that loads at first use, or when asked to. */
export class WasmModule {
  readonly #name: string;
  readonly #start: Start;
  /** Runs after loading, before the first use. */
  readonly #started: () => void;
  #source: () => Promise<WasmInput> | WasmInput;
  #loading: Promise<void> | undefined;
  #isReady = false;

  constructor(name: string, start: unknown, source: () => WasmInput, started = () => {}) {
    this.#name = name;
    this.#start = start as Start;
    this.#source = source;
    this.#started = started;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Sets its default location. */
  setSource(source: () => Promise<WasmInput> | WasmInput): void {
    this.#source = source;
  }

  /** Loads it unless it is loaded or loading. */
  load(module?: WasmInput | Promise<WasmInput>): Promise<void> {
    this.#loading ??= this.#load(module).catch((error: unknown) => {
      this.#loading = undefined; // the next call tries again
      throw asIo(
        error,
        `${this.#name} cannot be had: give init() its address or bytes, or import 'sealwax/inline'`,
      );
    });
    return this.#loading;
  }

  async #load(input: WasmInput | Promise<WasmInput> | undefined): Promise<void> {
    const source = await Promise.resolve(input ?? this.#source());
    const isAddress = typeof source === 'string' || isUrl(source);
    const response = isAddress ? await request(source) : source;
    try {
      const module = isResponse(response) ? await compile(response, this.#name) : response;
      await this.#start({ module_or_path: module as never });
    } catch (error) {
      throw asIo(
        fromModule(error),
        "the WebAssembly module cannot be started; a Content-Security-Policy needs 'wasm-unsafe-eval'",
      );
    }
    this.#started();
    this.#isReady = true;
  }
}

async function request(address: string | URL): Promise<Response> {
  // Turbopack starts workers from Blob URLs, which resolve no relative path, and uses paths as file
  // URLs.
  const isOfBlob = globalThis.location?.protocol === 'blob:';
  try {
    return await fetch(isOfBlob ? new URL(String(address), location.origin) : address, {
      credentials: 'same-origin',
    });
  } catch (error) {
    throw asIo(error, `the WebAssembly module cannot be loaded from ${address}`);
  }
}

/**
 * Compiles while streaming if the server sends the right type. Detects HTML in place of a module.
 */
async function compile(response: Response, name: string): Promise<WebAssembly.Module> {
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok || type.startsWith('text/html')) {
    throw new SealwaxError(
      'io',
      `${response.url} answered ${response.status} with ${type || 'no type'} in place of the WebAssembly module: serve ${name} there, or import 'sealwax/inline'`,
    );
  }
  if (type.startsWith('application/wasm') && WebAssembly.compileStreaming)
    return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

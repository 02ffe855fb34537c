// The two engines that seal and open chunks: WebCrypto and WebAssembly. The core provides keys,
// nonces and lengths.

import type { EngineChoice } from '../types/index.js';
import { type Aes, aesModule, aesOf, needAes } from './aes.js';
import { yieldToEventLoop } from './event-loop.js';
import type { Owned } from './bytes.js';
import { type MessageCipher, chunkCount, format } from './core.js';
import { SealwaxError, chunkNotAuthentic, callCore, invalid } from './errors.js';

/** Seals and opens runs of chunks of one message. Any number of runs may be in flight. */
export interface Engine {
  /** Maximum number of chunks in a run. */
  readonly batch: number;
  /**
   * Seals a run; returns it in pieces. Only the last chunk of a message is short; an empty run is
   * one empty chunk. An engine that can writes into `room`, which has the right size, and returns
   * it.
   */
  seal(first: number, plaintext: Owned, room?: Owned): Promise<Owned[]>;
  /**
   * Opens a run; returns its plaintext in pieces. Fails with the first chunk that is not authentic.
   */
  open(first: number, sealed: Owned, room?: Owned): Promise<Owned[]>;
  /** Forgets the key. */
  close(): void;
}

/** Below this size, importing the key into WebCrypto costs more than the work. */
const WEBCRYPTO_FROM = 8192;
/** Whether there was a small message before. A page with only one need not load the cipher. */
let hadSmall = false;

/** The engine for a message; takes ownership of the cipher. `size` is the message's, if known. */
export async function engineOf(
  cipher: MessageCipher,
  choice: EngineChoice = 'auto',
  size?: number,
): Promise<Engine> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  switch (choice) {
    case 'wasm':
      return wasmEngine(cipher);
    case 'auto':
      if (!subtle || isForWasm(size)) return wasmEngine(cipher);
      break;
    case 'webcrypto':
      if (!subtle)
        throw new SealwaxError(
          'invalid_state',
          'there is no WebCrypto here: it needs https or localhost',
        );
      break;
    default:
      throw invalid('engine is "auto", "webcrypto" or "wasm"');
  }
  return new WebCryptoEngine(cipher, subtle, await importKey(cipher, subtle));
}

/**
 * Small messages go to WebAssembly once its cipher is loaded. The second small message loads it.
 */
function isForWasm(size: number | undefined): boolean {
  if (size === undefined || size >= WEBCRYPTO_FROM) return false;
  if (hadSmall) needAes().catch(() => {}); // WebCrypto does it, too
  hadSmall = true;
  return aesModule.isReady;
}

async function wasmEngine(cipher: MessageCipher): Promise<Engine> {
  await needAes();
  const key = callCore(() => cipher.takeKey()) as Owned;
  try {
    return new WasmEngine(cipher, aesOf(key));
  } finally {
    key.fill(0);
  }
}

async function importKey(cipher: MessageCipher, subtle: SubtleCrypto): Promise<CryptoKey> {
  const raw = callCore(() => cipher.takeKey()) as Owned;
  try {
    return await subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  } finally {
    raw.fill(0);
  }
}

class WebCryptoEngine implements Engine {
  readonly batch = 64;
  readonly #cipher: MessageCipher;
  readonly #subtle: SubtleCrypto;
  readonly #key: CryptoKey;

  constructor(cipher: MessageCipher, subtle: SubtleCrypto, key: CryptoKey) {
    this.#cipher = cipher;
    this.#subtle = subtle;
    this.#key = key;
  }

  seal(first: number, plaintext: Owned): Promise<Owned[]> {
    return this.#run(first, plaintext, format().chunk, (algorithm, chunk) =>
      this.#subtle.encrypt(algorithm, this.#key, chunk),
    );
  }

  open(first: number, sealed: Owned): Promise<Owned[]> {
    return this.#run(first, sealed, format().sealedChunk, (algorithm, chunk, index) =>
      this.#subtle.decrypt(algorithm, this.#key, chunk).catch((error: unknown) => {
        throw chunkNotAuthentic(index, error);
      }),
    );
  }

  close(): void {
    this.#cipher.free();
  }

  /** Starts the calls for all chunks at once, so that the browser never waits for the next one. */
  async #run(
    first: number,
    input: Owned,
    step: number,
    call: (algorithm: AesGcmParams, chunk: Owned, index: number) => Promise<ArrayBuffer>,
  ): Promise<Owned[]> {
    const count = chunkCount(input.length, step);
    const nonces = callCore(() => this.#cipher.nonces(first, count)) as Owned;
    const nonceLength = nonces.length / count;
    const calls: Promise<ArrayBuffer>[] = [];
    for (let at = 0; at < count; at++) {
      const iv = nonces.subarray(at * nonceLength, (at + 1) * nonceLength);
      calls.push(
        call({ name: 'AES-GCM', iv }, input.subarray(at * step, (at + 1) * step), first + at),
      );
    }
    return (await firstFailure(calls)).map((bytes) => new Uint8Array(bytes));
  }
}

/** As `Promise.all`, but rejects with the first failure in order, not in time. */
async function firstFailure<T>(calls: readonly Promise<T>[]): Promise<T[]> {
  try {
    return await Promise.all(calls);
  } catch {
    for (const call of calls) await call;
    throw new SealwaxError('panic', 'a call failed and then did not');
  }
}

class WasmEngine implements Engine {
  /** 256 KiB take three or four milliseconds, which keeps the page's frame rate. */
  readonly batch = 16;
  readonly #cipher: MessageCipher;
  readonly #aes: Aes;

  constructor(cipher: MessageCipher, aes: Aes) {
    this.#cipher = cipher;
    this.#aes = aes;
  }

  async seal(first: number, plaintext: Owned, room?: Owned): Promise<Owned[]> {
    const { chunk, tag } = format();
    const count = chunkCount(plaintext.length, chunk);
    const sealed = room ?? new Uint8Array(plaintext.length + count * tag);
    const nonces = callCore(() => this.#cipher.nonces(first, count));
    const done = callCore(() => this.#aes.seal(nonces, chunk, plaintext, sealed));
    if (done !== DONE) throw LENGTHS();
    await yieldToEventLoop();
    return [sealed];
  }

  async open(first: number, sealed: Owned, room?: Owned): Promise<Owned[]> {
    const { chunk, sealedChunk, tag } = format();
    const count = chunkCount(sealed.length, sealedChunk);
    const plaintext = room ?? new Uint8Array(Math.max(0, sealed.length - count * tag));
    const nonces = callCore(() => this.#cipher.nonces(first, count));
    const done = callCore(() => this.#aes.open(nonces, chunk, sealed, plaintext));
    if (done >= 0) throw chunkNotAuthentic(first + done);
    if (done !== DONE) throw LENGTHS();
    await yieldToEventLoop();
    return [plaintext];
  }

  close(): void {
    this.#cipher.free();
    this.#aes.free();
  }
}

/** The cipher's return value for success. */
const DONE = -1;

const LENGTHS = () => new SealwaxError('invalid_argument', 'buffer lengths do not fit');

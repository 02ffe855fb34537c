// Encryption. Nothing happens until a result is requested.

import type {
  EncryptOptions,
  Encryption,
  Encryptor,
  EncryptorOptions,
  Keys,
  MessageOptions,
  Parts,
  PartsOptions,
  Source,
  TransformPair,
  WrappedKey,
} from '../types/index.js';
import { needAes } from './aes.js';
import {
  type Owned,
  checkOneShotSize,
  concat,
  optionalView,
  textOrBytes,
  view,
  writableView,
} from './bytes.js';
import { providersOf } from './provider-calls.js';
import { type Context, toContext } from './context.js';
import { EncryptHandle, type MessageCipher, bodyLength, needCore } from './core.js';
import { engineOf } from './engine.js';
import { SealwaxError, callCore, invalid } from './errors.js';
import { ENCRYPT, ENCRYPTOR, ENCRYPT_MESSAGE, PARTS, checkOptions } from './options.js';
import { SingleUse, type Pieces, toBlob, toBytes, toStream } from './sinks.js';
import { randomParts, streamParts } from './parts.js';
import { sealed } from './pipeline.js';
import { throwIfAborted } from './cancellation.js';
import {
  type Reader,
  abandon,
  checkSource,
  checkFileExists,
  randomAccess,
  readerOf,
} from './source.js';
import { Wrapping, wrappedKeyLists } from './wrap-dek.js';

/** An encoded header with its DEK. */
interface Opened {
  readonly handle: EncryptHandle;
  readonly header: Owned;
}

export function encrypt(source: Source, keys: Keys, options: EncryptOptions = {}): Encryption {
  checkOptions(options, ENCRYPT);
  const providers = providersOf(keys);
  const size = sizeOf(source, options.size);
  return new Message(source, options, size, () => open(providers, options, size), true);
}

/** Asks the providers, and makes the header for a plaintext of length `size`. */
async function open(
  providers: ReturnType<typeof providersOf>,
  options: EncryptOptions,
  size: number | undefined,
): Promise<Opened> {
  throwIfAborted(options.signal);
  await needCore();
  const context = toContext(options.context);
  if (options.metadata !== undefined) await needAes();
  const { dek, keys } = await new Wrapping(options, size).generate(providers, context);
  try {
    const handle = makeHandle(dek, keys, context, options, size);
    return { handle, header: callCore(() => handle.header()) as Owned };
  } finally {
    dek.fill(0);
  }
}

function makeHandle(
  dek: Owned,
  keys: readonly WrappedKey[],
  context: Context,
  options: EncryptorOptions,
  size: number | undefined,
): EncryptHandle {
  const { metadata, padding = 'auto' } = options;
  const bytes = metadata === undefined ? undefined : textOrBytes(metadata, 'the metadata');
  return callCore(
    () => new EncryptHandle(dek, ...wrappedKeyLists(keys), context.canonical, bytes, padding, size),
  );
}

/** Checks the source and its size before a result is requested. */
function sizeOf(source: Source, declared: number | undefined): number | undefined {
  checkSource(source);
  if (declared !== undefined && !(Number.isSafeInteger(declared) && declared >= 0)) {
    throw invalid('size must be an integer from 0');
  }
  const known = randomAccess(source)?.size;
  if (known !== undefined && declared !== undefined && known !== declared) {
    throw invalid(`the source has ${known} bytes and not ${declared}`);
  }
  return known ?? declared;
}

/** One message, under its own DEK or that of a long-lived encryptor. */
class Message implements Encryption {
  readonly #source: Source;
  readonly #options: MessageOptions;
  readonly #size: number | undefined;
  readonly #open: () => Promise<Opened>;
  readonly #ownsHandle: boolean;
  readonly #singleUse = new SingleUse();
  #opened: Promise<Opened> | undefined;

  constructor(
    source: Source,
    options: MessageOptions,
    size: number | undefined,
    open: () => Promise<Opened>,
    ownsHandle: boolean,
  ) {
    this.#source = source;
    this.#options = options;
    this.#size = size;
    this.#open = open;
    this.#ownsHandle = ownsHandle;
  }

  async header(): Promise<Owned> {
    return (await this.#handle()).header.slice();
  }

  async size(): Promise<number | undefined> {
    const { header } = await this.#handle();
    const size = this.#size;
    if (size === undefined) return undefined;
    return callCore(() => bodyLength(size)) + (this.#options.detached ? 0 : header.length);
  }

  async bytes(): Promise<Owned> {
    this.#singleUse.use();
    const size = await this.size().catch((error: unknown) => {
      abandon(this.#source, error);
      throw error;
    });
    return toBytes((room) => this.#pieces(room), size);
  }

  async blob(type = 'application/vnd.sealwax'): Promise<Blob> {
    this.#singleUse.use();
    return toBlob(this.#pieces(), type, this.#size);
  }

  stream(): ReadableStream<Owned> {
    this.#singleUse.use();
    return toStream(this.#pieces(), (reason) => abandon(this.#source, reason));
  }

  async parts(options: PartsOptions = {}): Promise<Parts> {
    checkOptions(options, PARTS);
    this.#singleUse.use();
    const size = await this.size();
    const plaintext = randomAccess(this.#source);
    if (!plaintext) return streamParts(options, size, this.#pieces());
    const { front, cipher } = await this.#start();
    const engine = await engineOf(cipher, this.#options.engine, this.#size);
    return randomParts(options, size!, { front, engine, plaintext, signal: this.#options.signal });
  }

  #handle(): Promise<Opened> {
    this.#opened ??= checkFileExists(this.#source).then(this.#open);
    return this.#opened;
  }

  /** Header and prefix, and the cipher of the chunks that follow. */
  async #start(): Promise<{ front: Owned; cipher: MessageCipher }> {
    const { handle, header } = await this.#handle();
    return callCore(() => {
      const cipher = handle.message(
        optionalView(this.#options.associatedData, 'the associated data'),
      );
      if (this.#ownsHandle) handle.free(); // the header is made and the message has its key
      const prefix = cipher.prefix() as Owned;
      return { front: this.#options.detached ? prefix : concat([header, prefix]), cipher };
    });
  }

  async *#pieces(room?: Owned): Pieces {
    const { engine: choice, signal, onProgress } = this.#options;
    const reader: Reader = readerOf(this.#source, signal);
    try {
      const { front, cipher } = await this.#start();
      const engine = await engineOf(cipher, choice, this.#size);
      yield [front];
      yield* sealed({
        reader,
        engine,
        signal,
        onProgress,
        total: this.#size,
        room: room?.subarray(front.length),
      });
    } catch (error) {
      reader.close(error);
      throw error;
    } finally {
      reader.close();
    }
  }
}

export async function createEncryptor(
  keys: Keys,
  options: EncryptorOptions = {},
): Promise<Encryptor> {
  checkOptions(options, ENCRYPTOR);
  await needAes();
  // Its messages share the header, and most are small, so it has padding only on request.
  const opened = await open(providersOf(keys), { padding: 'none', ...options }, undefined);
  return new HandleEncryptor(opened, options);
}

class HandleEncryptor implements Encryptor {
  readonly header: Owned;
  readonly #opened: Opened;
  readonly #options: EncryptorOptions;
  #closed = false;

  constructor(opened: Opened, options: EncryptorOptions) {
    this.#opened = opened;
    this.#options = options;
    this.header = opened.header.slice();
  }

  sealedSize(plaintextSize: number): number {
    return callCore(() => this.#opened.handle.sealedLength(plaintextSize));
  }

  encryptBytes(plaintext: Uint8Array, associatedData = this.#options.associatedData): Owned {
    const bytes = checkOneShotSize(view(plaintext, 'the plaintext'));
    return callCore(() =>
      this.#opened.handle.encrypt(bytes, optionalView(associatedData, 'the associated data')),
    ) as Owned;
  }

  encryptInto(
    plaintext: Uint8Array,
    out: Uint8Array,
    associatedData = this.#options.associatedData,
  ): number {
    const target = writableView(out, 'the output');
    const needed = this.sealedSize(view(plaintext, 'the plaintext').length);
    if (target.length < needed)
      throw new SealwaxError('buffer_too_small', `${needed} bytes are needed`, { needed });
    target.set(this.encryptBytes(plaintext, associatedData));
    return needed;
  }

  encrypt(source: Source, options: MessageOptions = {}): Encryption {
    checkOptions(options, ENCRYPT_MESSAGE);
    const { engine, associatedData } = this.#options;
    const merged = { engine, associatedData, ...options } as MessageOptions;
    return new Message(
      source,
      merged,
      sizeOf(source, options.size),
      async () => this.#opened,
      false,
    );
  }

  close(): void {
    if (!this.#closed) this.#opened.handle.free();
    this.#closed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

export function encryptStream(keys: Keys, options: EncryptOptions = {}): TransformPair {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  return { writable, readable: encrypt(readable, keys, options).stream() };
}

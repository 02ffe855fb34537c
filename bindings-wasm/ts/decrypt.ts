// Decryption. Nothing happens until a result is requested.

import type {
  Bytes,
  DecryptOptions,
  Decryption,
  Decryptor,
  HeaderInfo,
  KeyProvider,
  Keys,
  Source,
  TransformPair,
} from '../types/index.js';
import { needAes } from './aes.js';
import { isBlob } from './brands.js';
import { type Owned, checkOneShotSize, isBytes, isEqual, optionalView, view } from './bytes.js';
import { toContext } from './context.js';
import { DecryptHandle, format, needCore, plaintextLength } from './core.js';
import { engineOf } from './engine.js';
import { SealwaxError, callCore, invalid } from './errors.js';
import { type Header, parseHeader, publicInfo, readHeader } from './header.js';
import { type CallOptions, providersOf } from './provider-calls.js';
import { DECRYPT, DECRYPTOR, checkOptions } from './options.js';
import { SingleUse, type Pieces, toBlob, toBytes, toStream } from './sinks.js';
import { opened } from './pipeline.js';
import { throwIfAborted } from './cancellation.js';
import { unwrapDek } from './unwrap-dek.js';
import { type Reader, abandon, checkSource, randomAccess, readerOf } from './source.js';

type OpenOptions = CallOptions & Pick<DecryptOptions, 'context'>;

/** A header verified under its DEK. The caller frees the handle. */
export interface OpenedHeader {
  readonly header: Header;
  readonly handle: DecryptHandle;
}

/**
 * Parses the header, checks the required context, has the DEK unwrapped, and verifies the header.
 */
export async function openHeader(
  bytes: Owned,
  providers: readonly KeyProvider[],
  options: OpenOptions,
): Promise<OpenedHeader> {
  throwIfAborted(options.signal);
  const required = options.context && toContext(options.context).canonical;
  const header = parseHeader(bytes, required);
  if (header.sealedMetadataSize > 0) await needAes();
  const handle = await unwrapDek(providers, header, options, (dek) =>
    callCore(() => new DecryptHandle(bytes, dek)),
  );
  return { header, handle };
}

export const metadataOf = (handle: DecryptHandle): Owned | undefined =>
  callCore(() => handle.metadata()) as Owned | undefined;

export function decrypt(source: Source, keys: Keys, options: DecryptOptions = {}): Decryption {
  checkSource(source);
  checkOptions(options, DECRYPT);
  return new Message(source, providersOf(keys), options);
}

/** A verified header, and the reader positioned after it. */
interface Opened extends OpenedHeader {
  readonly reader: Reader;
}

class Message implements Decryption {
  readonly #source: Source;
  readonly #providers: readonly KeyProvider[];
  readonly #options: DecryptOptions;
  readonly #singleUse = new SingleUse();
  #opened: Promise<Opened> | undefined;
  /** The metadata, kept after the DEK was wiped. */
  #metadata: (() => Owned | undefined) | undefined;

  constructor(source: Source, providers: readonly KeyProvider[], options: DecryptOptions) {
    this.#source = source;
    this.#providers = providers;
    this.#options = options;
  }

  async header(): Promise<HeaderInfo> {
    return publicInfo((await this.#open()).header);
  }

  async metadata(): Promise<Owned | undefined> {
    const { handle } = await this.#open();
    return this.#metadata ? this.#metadata()?.slice() : metadataOf(handle);
  }

  async expectedSize(): Promise<number | undefined> {
    const { header } = await this.#open();
    return this.#bodySize(header) === undefined
      ? undefined
      : callCore(() => plaintextLength(this.#bodySize(header)!));
  }

  async bytes(): Promise<Owned> {
    this.#singleUse.use();
    const { header } = await this.#open();
    return toBytes((room) => this.#pieces(room), plaintextTotal(this.#bodySize(header)));
  }

  async blob(type = ''): Promise<Blob> {
    this.#singleUse.use();
    return toBlob(this.#pieces(), type, randomAccess(this.#source)?.size);
  }

  stream(): ReadableStream<Owned> {
    this.#singleUse.use();
    return toStream(this.#pieces(), (reason) => this.#abandon(reason));
  }

  #bodySize(header: Header): number | undefined {
    const size = randomAccess(this.#source)?.size;
    return size === undefined ? undefined : size - (this.#options.header ? 0 : header.headerSize);
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#start();
    return this.#opened;
  }

  async #start(): Promise<Opened> {
    await needCore();
    const reader = readerOf(this.#source, this.#options.signal);
    try {
      const { header: detached } = this.#options;
      const bytes = detached ? view(detached, 'the header').slice() : await readHeader(reader);
      return { reader, ...(await openHeader(bytes, this.#providers, this.#options)) };
    } catch (error) {
      reader.close(error);
      throw error;
    }
  }

  #abandon(reason: unknown): void {
    if (this.#opened)
      this.#opened.then(
        ({ reader }) => reader.close(reason),
        () => {},
      );
    else abandon(this.#source, reason);
  }

  async *#pieces(room?: Owned): Pieces {
    const { engine: choice, signal, onProgress, associatedData } = this.#options;
    const { header, handle, reader } = await this.#open();
    try {
      const prefix = await reader.read(format().prefix);
      if (prefix.length < format().prefix)
        throw new SealwaxError('truncated', 'the body ends within its prefix');
      const cipher = callCore(() =>
        handle.message(prefix, optionalView(associatedData, 'the associated data')),
      );
      const size = this.#bodySize(header);
      const engine = await engineOf(cipher, choice, size);
      yield* opened({ reader, engine, signal, onProgress, total: plaintextTotal(size), room });
    } catch (error) {
      reader.close(error);
      throw error;
    } finally {
      reader.close();
      this.#metadata = outcome(() => metadataOf(handle));
      handle.free();
    }
  }
}

/** Remembers how `call` ended, and ends the same way each time. */
function outcome<T>(call: () => T): () => T {
  try {
    const value = call();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** For progress only. Opening the body reports an impossible length. */
function plaintextTotal(bodySize: number | undefined): number | undefined {
  try {
    return bodySize === undefined ? undefined : plaintextLength(bodySize);
  } catch {
    return undefined;
  }
}

export function decryptStream(keys: Keys, options: DecryptOptions = {}): TransformPair {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  return { writable, readable: decrypt(readable, keys, options).stream() };
}

export async function createDecryptor(
  envelope: Bytes | Blob,
  keys: Keys,
  options: Omit<DecryptOptions, 'header'> = {},
): Promise<Decryptor> {
  checkOptions(options, DECRYPTOR);
  const providers = providersOf(keys);
  if (!isBytes(envelope) && !isBlob(envelope))
    throw invalid('the envelope must be bytes or a Blob');
  await needCore();
  const bytes = await readHeader(readerOf(envelope, options.signal));
  await needAes();
  const { header, handle } = await openHeader(bytes, providers, options);
  return new HandleDecryptor(header, handle, options.associatedData);
}

class HandleDecryptor implements Decryptor {
  readonly header: HeaderInfo;
  readonly #header: Owned;
  readonly #handle: DecryptHandle;
  readonly #associatedData: Bytes | undefined;
  #closed = false;

  constructor(header: Header, handle: DecryptHandle, associatedData: Bytes | undefined) {
    this.header = publicInfo(header);
    this.#header = header.bytes.slice();
    this.#handle = handle;
    this.#associatedData = associatedData;
  }

  metadata(): Owned | undefined {
    return metadataOf(this.#handle);
  }

  decryptBytes(envelope: Bytes, associatedData = this.#associatedData): Owned {
    const bytes = view(envelope, 'the envelope');
    const { length } = this.#header;
    if (!isEqual(bytes.subarray(0, length), this.#header)) {
      throw invalid('the envelope has another header than the decryptor');
    }
    return this.decryptBody(bytes.subarray(length), associatedData);
  }

  decryptBody(body: Bytes, associatedData = this.#associatedData): Owned {
    const bytes = checkOneShotSize(view(body, 'the body'));
    return callCore(() =>
      this.#handle.decryptBody(bytes, optionalView(associatedData, 'the associated data')),
    ) as Owned;
  }

  close(): void {
    if (!this.#closed) this.#handle.free();
    this.#closed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

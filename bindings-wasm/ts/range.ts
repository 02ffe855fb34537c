// Random access to a sealed object. Opening it fetches the header, the prefix and the last chunk,
// which authenticates the length. Reading fetches the chunks of a range.

import type {
  Bytes,
  HeaderInfo,
  Keys,
  OpenRangeOptions,
  RangeReader,
  RangeSource,
  FetchRange,
} from '../types/index.js';
import { isBlob } from './brands.js';
import { type Owned, concat, isBytes, optionalView, view } from './bytes.js';
import { providersOf } from './provider-calls.js';
import {
  type ChunkRun,
  announcedLength,
  bodyRange,
  format,
  lastChunk,
  needCore,
  plaintextLength,
} from './core.js';
import { metadataOf, openHeader } from './decrypt.js';
import { type Engine, engineOf } from './engine.js';
import { SealwaxError, asIo, callCore, invalid } from './errors.js';
import { type Header, publicInfo } from './header.js';
import { OPEN_RANGE, SIGNAL, checkOptions } from './options.js';
import { type Pieces, toStream } from './sinks.js';
import { abortable, throwIfAborted } from './cancellation.js';
import { noRanges, readBlob } from './source.js';

/** Size of the first request, which covers most headers and the prefix. */
const PROBE = 8192;
/** Plaintext bytes of a long range fetched at a time. */
const STEP = 1 << 20;

/** Reads exact lengths; failures are SealwaxErrors. */
class Ranges {
  readonly #source: RangeSource;

  constructor(source: RangeSource) {
    this.#source = source;
  }

  async size(signal?: AbortSignal): Promise<number> {
    const size = await this.#ask(() => this.#source.size(signal), signal);
    if (!Number.isSafeInteger(size) || size < 0)
      throw new SealwaxError('io', 'the source does not know its size');
    return size;
  }

  async read(start: number, end: number, signal?: AbortSignal): Promise<Owned> {
    if (start >= end) return new Uint8Array(0);
    const bytes = view(
      await this.#ask(() => this.#source.read(start, end - start, signal), signal),
      'what the source read',
    );
    if (bytes.length !== end - start) {
      throw new SealwaxError('io', `the source read ${bytes.length} bytes and not ${end - start}`);
    }
    return bytes;
  }

  async #ask<T>(question: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    throwIfAborted(signal);
    return abortable((async () => question())(), signal).catch((error: unknown) => {
      throw asIo(error, 'the source cannot be read');
    });
  }
}

function rangesOf(
  source: RangeSource | FetchRange | Blob | Bytes,
  size: number | undefined,
): RangeSource {
  if (isBytes(source)) {
    const bytes = view(source, 'the source');
    return {
      size: async () => bytes.length,
      read: async (offset, length) => bytes.subarray(offset, offset + length),
    };
  }
  if (isBlob(source)) {
    return {
      size: async () => source.size,
      read: (offset, length) => readBlob(source.slice(offset, offset + length)),
    };
  }
  if (typeof source === 'function') return fromFunction(source, size);
  if (typeof source?.read !== 'function' || typeof source.size !== 'function') {
    throw noRanges(source);
  }
  return source;
}

function fromFunction(fetchRange: FetchRange, size: number | undefined): RangeSource {
  if (size === undefined) throw invalid('a function that fetches ranges needs the option size');
  const read = async (offset: number, length: number, signal?: AbortSignal): Promise<Bytes> => {
    const result = await fetchRange(offset, length, signal);
    if (isBytes(result)) return result;
    if (isBlob(result)) return readBlob(result);
    if (!result.ok) throw new SealwaxError('io', `HTTP ${result.status}`);
    return result.arrayBuffer();
  };
  return { size: async () => size, read };
}

export async function openRange(
  source: RangeSource | FetchRange | Blob | Bytes,
  keys: Keys,
  options: OpenRangeOptions = {},
): Promise<RangeReader> {
  checkOptions(options, OPEN_RANGE);
  const providers = providersOf(keys);
  const ranges = new Ranges(rangesOf(source, options.size));
  await needCore();
  const size = options.size ?? (await ranges.size(options.signal));
  const { header: bytes, start } = await readFront(ranges, size, options);
  const { header, handle } = await openHeader(bytes, providers, options);
  try {
    const bodyStart = options.header ? 0 : header.headerSize;
    const body: Body = { ranges, start: bodyStart, size: size - bodyStart };
    const { prefix: prefixLength } = format();
    if (body.size < prefixLength)
      throw new SealwaxError('truncated', 'the body ends within its prefix');
    const prefix =
      start ?? (await ranges.read(bodyStart, bodyStart + prefixLength, options.signal));
    const cipher = callCore(() =>
      handle.message(prefix, optionalView(options.associatedData, 'the associated data')),
    );
    const engine = await engineOf(cipher, options.engine, body.size);
    const length = await authenticate(body, engine, options.signal).catch((error: unknown) => {
      engine.close();
      throw error;
    });
    return new Reader(body, engine, header, metadataOf(handle), length);
  } finally {
    handle.free();
  }
}

/** The header, and the prefix if the first request included it. */
async function readFront(
  ranges: Ranges,
  size: number,
  { header, signal }: OpenRangeOptions,
): Promise<{ header: Owned; start?: Owned }> {
  if (header) return { header: view(header, 'the header').slice() };
  const probe = await ranges.read(0, Math.min(PROBE, size), signal);
  const length = callCore(() => announcedLength(probe.subarray(0, format().start)));
  if (length === undefined || length > size)
    throw new SealwaxError('truncated', 'the object ends within the header');
  const rest = await ranges.read(Math.min(probe.length, length), length, signal);
  const bytes = concat([probe.subarray(0, length), rest]);
  const start = probe.slice(length, length + format().prefix);
  return start.length === format().prefix ? { header: bytes, start } : { header: bytes };
}

interface Body {
  readonly ranges: Ranges;
  /** Its offset in the source. */
  readonly start: number;
  readonly size: number;
}

/** Opens the last chunk; returns the length of the plaintext. */
async function authenticate(
  body: Body,
  engine: Engine,
  signal: AbortSignal | undefined,
): Promise<number> {
  const [start, end, index] = callCore(() => lastChunk(body.size) as ChunkRun);
  const chunk = await body.ranges.read(body.start + start, body.start + end, signal);
  await engine.open(index, chunk);
  return callCore(() => plaintextLength(body.size));
}

class Reader implements RangeReader {
  readonly header: HeaderInfo;
  readonly size: number;
  readonly #body: Body;
  readonly #engine: Engine;
  readonly #metadata: Owned | undefined;
  #closed = false;

  constructor(
    body: Body,
    engine: Engine,
    header: Header,
    metadata: Owned | undefined,
    size: number,
  ) {
    this.#body = body;
    this.#engine = engine;
    this.header = publicInfo(header);
    this.#metadata = metadata;
    this.size = size;
  }

  metadata(): Owned | undefined {
    return this.#metadata?.slice();
  }

  async read(
    offset: number,
    length: number,
    options: { signal?: AbortSignal } = {},
  ): Promise<Owned> {
    checkOptions(options, SIGNAL);
    const [start, end] = this.#clip(offset, length);
    const pieces: Owned[] = [];
    for await (const run of this.#pieces(start, end, options.signal)) pieces.push(...run);
    return concat(pieces);
  }

  stream(
    offset = 0,
    length = this.size - offset,
    options: { signal?: AbortSignal } = {},
  ): ReadableStream<Owned> {
    checkOptions(options, SIGNAL);
    const [start, end] = this.#clip(offset, Math.max(0, length));
    return toStream(this.#pieces(start, end, options.signal));
  }

  close(): void {
    if (!this.#closed) this.#engine.close();
    this.#closed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #clip(offset: number, length: number): [number, number] {
    if (
      !Number.isSafeInteger(offset) ||
      !Number.isSafeInteger(length) ||
      offset < 0 ||
      length < 0
    ) {
      throw invalid('offset and length are integers from 0');
    }
    return [Math.min(offset, this.size), Math.min(offset + length, this.size)];
  }

  /** Step by step; the next step is fetched while the consumer takes this one. */
  async *#pieces(start: number, end: number, signal: AbortSignal | undefined): Pieces {
    const fetch = (from: number) => {
      if (from >= end) return undefined;
      const step = this.#open(from, Math.min(from + STEP, end), signal);
      step.catch(() => {}); // reported when its turn comes
      return step;
    };
    let at = start;
    let next = fetch(at);
    while (next) {
      const current = next;
      at += STEP;
      next = fetch(at);
      yield await current;
    }
  }

  async #open(start: number, end: number, signal: AbortSignal | undefined): Promise<Owned[]> {
    if (this.#closed) throw new SealwaxError('invalid_state', 'the reader was closed');
    const { ranges, start: bodyStart, size } = this.#body;
    const [from, to, index] = callCore(() => bodyRange(start, end, size) as ChunkRun);
    const sealed = await ranges.read(bodyStart + from, bodyStart + to, signal);
    const plaintext = concat(await this.#engine.open(index, sealed));
    const skipped = start - index * format().chunk;
    return [plaintext.subarray(skipped, skipped + end - start)];
  }
}

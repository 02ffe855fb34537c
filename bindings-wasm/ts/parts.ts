// The sealed object in equal parts, for multipart uploads.

import type { Part, Parts, PartsOptions } from '../types/index.js';
import { type Owned, concat, isEqual } from './bytes.js';
import { chunkCount, fingerprint, format } from './core.js';
import type { Engine } from './engine.js';
import { SealwaxError, callCore, invalid } from './errors.js';
import { BlobMaker, type Pieces, checkReadable } from './sinks.js';
import { placeOf } from './part-layout.js';
import { DEPTH, observed } from './pipeline.js';
import { throwIfAborted } from './cancellation.js';
import { type RandomAccess, readBlob } from './source.js';

const MIB = 1 << 20;
const DEFAULT_PART = 8 * MIB;
/** The limit of S3 and its like. */
const MOST_PARTS = 10_000;

function partSizeOf({ partSize }: PartsOptions, size: number | undefined): number {
  if (partSize === undefined) {
    const least = Math.ceil((size ?? 0) / MOST_PARTS / MIB) * MIB;
    return Math.max(DEFAULT_PART, least);
  }
  // Smaller parts would seal each chunk many times. The caller probably meant mebibytes.
  const least = format().chunk;
  if (!Number.isSafeInteger(partSize) || partSize < least)
    throw invalid(`partSize is a number of bytes, ${least} at least`);
  return partSize;
}

/** An object sealed on demand, from a source with random access. */
export interface SealedObject {
  /** Header and prefix. */
  readonly front: Owned;
  readonly engine: Engine;
  readonly plaintext: RandomAccess;
  readonly signal: AbortSignal | undefined;
}

export function randomParts(options: PartsOptions, size: number, object: SealedObject): Parts {
  const partSize = partSizeOf(options, size);
  return new RandomParts(partSize, size, object);
}

class RandomParts implements Parts {
  readonly isStream = false;
  readonly partSize: number;
  readonly size: number;
  readonly count: number;
  readonly #object: SealedObject;
  readonly #tags = new TagRecord();
  #maker: BlobMaker | undefined;
  #closed = false;

  constructor(partSize: number, size: number, object: SealedObject) {
    this.partSize = partSize;
    this.size = size;
    this.count = Math.ceil(size / partSize);
    this.#object = object;
  }

  part(number: number): Part {
    const place = placeOf(number, this);
    const pieces = () => this.#seal(number, place.offset, place.offset + place.size);
    return {
      ...place,
      bytes: async () => concat(await pieces()),
      blob: async () => this.#blobOf(await pieces()),
    };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Part> {
    for (let number = 1; number <= this.count; number++) yield this.part(number);
  }

  close(): void {
    if (!this.#closed) this.#object.engine.close();
    this.#closed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #blobOf(pieces: readonly Owned[]): Blob {
    this.#maker ??= new BlobMaker(this.partSize);
    return this.#maker.make(pieces);
  }

  /** The sealed bytes from `start` to `end`. Fails unless they equal those made before. */
  async #seal(number: number, start: number, end: number): Promise<Owned[]> {
    if (this.#closed) throw new SealwaxError('invalid_state', 'the parts were closed');
    const { front } = this.#object;
    const { sealedChunk } = format();
    const first = Math.max(0, Math.floor((start - front.length) / sealedChunk));
    const behind = Math.ceil(Math.max(0, end - front.length) / sealedChunk);
    const chunks = behind > first ? await this.#chunks(first, behind) : [];
    this.#tags.check(number, first, chunks);
    const runs = start < front.length ? [front, ...chunks] : chunks;
    const offset = start < front.length ? 0 : front.length + first * sealedChunk;
    return cut(runs, start - offset, end - offset);
  }

  /** Seals the chunks from `first` to before `behind`, each as a separate piece. */
  async #chunks(first: number, behind: number): Promise<Owned[]> {
    const { engine, plaintext, signal } = this.#object;
    const { chunk, sealedChunk } = format();
    const reader = plaintext.reader(
      first * chunk,
      Math.min(behind * chunk, plaintext.size),
      signal,
    );
    const runs: Promise<Owned[]>[] = [];
    try {
      for (let index = first; index < behind;) {
        throwIfAborted(signal);
        const bytes = await reader.readUnits(chunk, engine.batch);
        runs.push(observed(engine.seal(index, bytes)));
        index += chunkCount(bytes.length, chunk);
        await runs.at(-DEPTH); // no more than so many under way
      }
      return (await Promise.all(runs)).flat().flatMap((piece) => cutUp(piece, sealedChunk));
    } finally {
      reader.close();
    }
  }
}

/**
 * Remembers the tags of sealed chunks: equal tags mean equal plaintext. It keeps one digest per
 * part, and the tag of each chunk that two parts share.
 */
class TagRecord {
  readonly #digests = new Map<number, Owned>();
  readonly #shared = new Map<number, Owned>();

  check(part: number, first: number, chunks: readonly Owned[]): void {
    if (chunks.length === 0) return;
    const tags = chunks.map((chunk) => chunk.slice(-format().tag));
    const digest = callCore(() => fingerprint(concat(tags))) as Owned;
    const last = first + chunks.length - 1;
    const seen =
      differs(this.#digests, part, digest) ||
      differs(this.#shared, first, tags[0]!) ||
      differs(this.#shared, last, tags.at(-1)!);
    if (seen)
      throw new SealwaxError('io', 'the source has changed since it was sealed: start again');
    this.#digests.set(part, digest);
    this.#shared.set(first, tags[0]!);
    this.#shared.set(last, tags.at(-1)!);
  }
}

function differs(known: ReadonlyMap<number, Owned>, key: number, value: Owned): boolean {
  const before = known.get(key);
  return before !== undefined && !isEqual(before, value);
}

/** The bytes in pieces of this length; the last may be shorter. */
function cutUp(bytes: Owned, length: number): Owned[] {
  const count = Math.ceil(bytes.length / length);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * length, (at + 1) * length));
}

/** The bytes from `start` to `end` of the joined pieces. */
function cut(pieces: readonly Owned[], start: number, end: number): Owned[] {
  const taken: Owned[] = [];
  let at = 0;
  for (const piece of pieces) {
    const from = Math.max(0, start - at);
    const to = Math.min(piece.length, end - at);
    if (from < to) taken.push(piece.subarray(from, to));
    at += piece.length;
  }
  return taken;
}

/** The parts of a stream, in order. The caller keeps each for retries. */
export function streamParts(
  options: PartsOptions,
  size: number | undefined,
  pieces: Pieces,
): Parts {
  return new StreamParts(partSizeOf(options, size), size, pieces);
}

class StreamParts implements Parts {
  readonly isStream = true;
  readonly partSize: number;
  readonly size: number | undefined;
  readonly count: number | undefined;
  readonly #pieces: Pieces;
  #maker: BlobMaker | undefined;

  constructor(partSize: number, size: number | undefined, pieces: Pieces) {
    this.partSize = partSize;
    this.size = size;
    this.count = size === undefined ? undefined : Math.ceil(size / partSize);
    this.#pieces = pieces;
  }

  part(number: number): Part {
    return { ...placeOf(number, this) } as Part; // always fails
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Part> {
    let held: Owned[] = [];
    let size = 0;
    let number = 1;
    for await (const run of this.#pieces) {
      held.push(...run);
      size += run.reduce((sum, piece) => sum + piece.length, 0);
      while (size >= this.partSize) {
        yield await this.#made(number++, cut(held, 0, this.partSize));
        held = cut(held, this.partSize, size);
        size -= this.partSize;
      }
    }
    if (size > 0) yield await this.#made(number, held);
  }

  close(): void {
    void this.#pieces.return(undefined);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #made(number: number, pieces: readonly Owned[]): Promise<Part> {
    this.#maker ??= new BlobMaker(this.partSize);
    const blob = await checkReadable(this.#maker.make(pieces)); // it cannot be made again
    return {
      number,
      offset: (number - 1) * this.partSize,
      size: blob.size,
      bytes: () => readBlob(blob),
      blob: async () => blob,
    };
  }
}

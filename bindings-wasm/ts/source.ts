// Sources: bytes, Blobs and streams behind one reader of exact lengths.

import type { Source } from '../types/index.js';
import { isBlob, isStream } from './brands.js';
import { type Owned, concat, isBytes, allocate, view } from './bytes.js';
import { SealwaxError, asIo, hint, invalid } from './errors.js';
import { abortable } from './cancellation.js';
import { yieldToEventLoop } from './event-loop.js';

export interface Reader {
  /** Length of the whole source; undefined for streams. */
  readonly size: number | undefined;
  /** Exactly `length` bytes; fewer only at the end. */
  read(length: number): Promise<Owned>;
  /** One to `most` whole units. Less than a unit, or nothing, only at the end. */
  readUnits(unit: number, most: number): Promise<Owned>;
  /** Releases the source. */
  close(reason?: unknown): void;
}

/** A source that can be read anywhere, any number of times. */
export interface RandomAccess {
  readonly size: number;
  reader(start: number, end: number, signal?: AbortSignal): Reader;
}

export function readerOf(source: Source, signal?: AbortSignal): Reader {
  if (isBytes(source)) return new QueueReader(bytesPuller(view(source, 'the source')), signal);
  if (isBlob(source)) return new QueueReader(blobPuller(source), signal);
  if (isStream(source)) return new QueueReader(streamPuller(source), signal);
  throw noSource(source);
}

/** Refuses what can never be read. */
export function checkSource(source: Source): void {
  if (isBytes(source)) view(source, 'the source');
  else if (!isBlob(source) && !isStream(source)) throw noSource(source);
}

/**
 * Chromium reports a deleted file as empty, and only reading it fails. It must not become an empty
 * object.
 */
export async function checkFileExists(source: Source): Promise<void> {
  if (!isBlob(source) || source.size > 0) return;
  await source.arrayBuffer().catch((error: unknown) => {
    throw asIo(error, UNREADABLE);
  });
}

const noSource = (source: unknown) =>
  invalid(`the source must be bytes, a Blob or a ReadableStream of bytes${hint(source)}`);

/** The same for sources with random access. */
export const noRanges = (source: unknown) =>
  invalid(`the source must be a RangeSource, a function, a Blob or bytes${hint(source)}`);

const UNREADABLE = 'the source cannot be read';
const CHANGED = () => new SealwaxError('io', 'the source has changed its length');

/** Cancels a stream that has no reader yet. */
export function abandon(source: Source, reason: unknown): void {
  if (isStream(source) && !source.locked) source.cancel(reason).catch(() => {});
}

/** Undefined for streams. */
export function randomAccess(source: Source): RandomAccess | undefined {
  if (isBytes(source)) {
    const bytes = view(source, 'the source');
    const size = bytes.length;
    const reader = (start: number, end: number, signal?: AbortSignal) => {
      if (bytes.length !== size) throw CHANGED(); // its buffer was handed to somebody else
      return readerOf(bytes.subarray(start, end), signal);
    };
    return { size, reader };
  }
  if (!isBlob(source)) return undefined;
  return {
    size: source.size,
    reader: (start, end, signal) => readerOf(source.slice(start, end), signal),
  };
}

/** All bytes of a Blob. */
export async function readBlob(blob: Blob): Promise<Owned> {
  const bytes = allocate(blob.size);
  const { pull } = blobPuller(blob);
  let at = 0;
  for (let piece = await pull(); piece; piece = await pull()) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

interface Puller {
  readonly size: number | undefined;
  /** The next bytes; undefined at the end. */
  readonly pull: () => Promise<Owned | undefined>;
  readonly cancel: (reason: unknown) => void;
}

function bytesPuller(bytes: Owned): Puller {
  let rest: Owned | undefined = bytes;
  const take = async () => {
    const taken = rest;
    rest = undefined;
    return taken;
  };
  return { size: bytes.length, pull: take, cancel: () => (rest = undefined) };
}

/**
 * Reads Blobs with default readers only. In Chromium 156, about one in a thousand calls of
 * `arrayBuffer()` and of BYOB readers never settled; default readers always did, and sooner.
 */
function blobPuller(blob: Blob): Puller {
  const reader = blob.stream().getReader();
  let missing = blob.size;
  return {
    size: blob.size,
    pull: async () => {
      const { value, done } = await reader.read().catch((error: unknown) => {
        throw asIo(error, UNREADABLE);
      });
      missing -= done ? 0 : value.length;
      if (done ? missing > 0 : missing < 0) throw CHANGED();
      return value;
    },
    cancel: (reason) => void reader.cancel(reason).catch(() => {}),
  };
}

function streamPuller(stream: ReadableStream<Uint8Array>): Puller {
  if (stream.locked) throw invalid('the stream is in use already');
  const reader = stream.getReader();
  return {
    size: undefined,
    pull: async () => {
      const { value, done } = await reader.read().catch((error: unknown) => {
        throw asIo(error, 'the source failed');
      });
      if (done) return undefined;
      if (!isBytes(value)) throw invalid('the stream must carry Uint8Arrays');
      return view(value, 'a chunk of the stream');
    },
    cancel: (reason) => void reader.cancel(reason).catch(() => {}),
  };
}

class QueueReader implements Reader {
  readonly size: number | undefined;
  readonly #puller: Puller;
  readonly #signal: AbortSignal | undefined;
  #pieces: Owned[] = [];
  #held = 0;
  #ended = false;

  constructor(puller: Puller, signal: AbortSignal | undefined) {
    this.#puller = puller;
    this.#signal = signal;
    this.size = puller.size;
  }

  async read(length: number): Promise<Owned> {
    await this.#fill(length);
    return this.#take(Math.min(length, this.#held));
  }

  async readUnits(unit: number, most: number): Promise<Owned> {
    await this.#fill(unit);
    if (this.#held < unit) return this.#take(this.#held);
    // Units within the first piece need no copy. A unit across pieces is joined.
    const first = Math.floor(this.#pieces[0]!.length / unit);
    return this.#take(unit * Math.max(1, Math.min(first, most)));
  }

  close(reason?: unknown): void {
    this.#ended = true;
    this.#pieces = [];
    this.#held = 0;
    this.#puller.cancel(reason);
  }

  /** Pulls until `length` bytes are held, or the source ends. */
  async #fill(length: number): Promise<void> {
    while (!this.#ended && this.#held < length) {
      const piece = await abortable(this.#puller.pull(), this.#signal);
      if (!piece) {
        this.#ended = true;
      } else if (piece.length > 0) {
        this.#pieces.push(piece);
        this.#held += piece.length;
      } else {
        await yieldToEventLoop(); // or a source that gives nothing, at once and for ever, could not be aborted
      }
    }
  }

  #take(length: number): Owned {
    const taken: Owned[] = [];
    for (let missing = length; missing > 0;) {
      const piece = this.#pieces[0]!;
      if (piece.length > missing) this.#pieces[0] = piece.subarray(missing);
      else this.#pieces.shift();
      const part = piece.subarray(0, missing);
      taken.push(part);
      missing -= part.length;
    }
    this.#held -= length;
    return taken.length === 1 ? taken[0]! : concat(taken);
  }
}

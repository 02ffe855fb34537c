// Runs chunks through an engine: several runs in flight, results in order.

import type { Progress } from '../types/index.js';
import type { Owned } from './bytes.js';
import { chunkCount, format } from './core.js';
import type { Engine } from './engine.js';
import { SealwaxError } from './errors.js';
import { throwIfAborted } from './cancellation.js';
import type { Reader } from './source.js';

/** Runs in flight: enough for reading, encryption and writing to overlap. */
export const DEPTH = 3;
/** Chunks in flight, for streams that deliver small runs. */
const MOST_CHUNKS = 128;

export interface Job {
  readonly reader: Reader;
  readonly engine: Engine;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Length of the plaintext, if known. */
  readonly total: number | undefined;
  /** Memory for the results: they fit if the source has the declared length. */
  readonly room?: Owned | undefined;
}

interface Run {
  readonly chunks: number;
  readonly plaintext: number;
  readonly pieces: Promise<Owned[]>;
}

/** Starts the next run; undefined after the last. */
type Next = () => Promise<Run | undefined>;

/** Seals everything in the reader, including the short last chunk. */
export function sealed({ reader, engine, ...job }: Job): AsyncGenerator<Owned[]> {
  const { chunk, sealedChunk, tag } = format();
  let index = 0;
  let read = 0;
  let ended = false;
  const next = async (): Promise<Run | undefined> => {
    if (ended) return undefined;
    const plaintext = await reader.readUnits(chunk, engine.batch);
    // Less than a whole chunk, or nothing, is the last chunk.
    ended = plaintext.length < chunk;
    read += plaintext.length;
    if (job.total !== undefined && (read > job.total || (ended && read < job.total))) {
      throw new SealwaxError('io', `the source has another length than ${job.total} bytes`);
    }
    const chunks = chunkCount(plaintext.length, chunk);
    const room = slot(job.room, index * sealedChunk, plaintext.length + chunks * tag);
    const run = {
      chunks,
      plaintext: plaintext.length,
      pieces: observed(engine.seal(index, plaintext, room)),
    };
    index += chunks;
    return run;
  };
  return inOrder(next, { reader, engine, ...job });
}

/** Opens everything in the reader, which is positioned after the prefix. */
export function opened({ reader, engine, ...job }: Job): AsyncGenerator<Owned[]> {
  const { chunk, sealedChunk, tag } = format();
  let index = 0;
  let ended = false;
  const next = async (): Promise<Run | undefined> => {
    if (ended) return undefined;
    const sealed = await reader.readUnits(sealedChunk, engine.batch);
    ended = sealed.length < sealedChunk;
    if (sealed.length < tag) {
      // Reported in order: an earlier chunk may be forged.
      const pieces = Promise.reject(
        new SealwaxError('truncated', 'the last chunk is missing or cut off'),
      );
      return { chunks: 0, plaintext: 0, pieces: observed(pieces) };
    }
    const chunks = chunkCount(sealed.length, sealedChunk);
    const plaintext = sealed.length - chunks * tag;
    const room = slot(job.room, index * chunk, plaintext);
    const run = { chunks, plaintext, pieces: observed(engine.open(index, sealed, room)) };
    index += chunks;
    return run;
  };
  return inOrder(next, { reader, engine, ...job });
}

/** The memory for a run; undefined if it does not fit. */
function slot(room: Owned | undefined, start: number, length: number): Owned | undefined {
  return room && start + length <= room.length ? room.subarray(start, start + length) : undefined;
}

/** Marks the promise as handled: its failure is reported in order, or not at all. */
export function observed<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

async function* inOrder(next: Next, job: Job): AsyncGenerator<Owned[]> {
  const queue = new Queue(next);
  let done = 0;
  try {
    tell(job, done);
    for (let run = await queue.shift(); run; run = await queue.shift()) {
      const pieces = await run.pieces;
      throwIfAborted(job.signal);
      done += run.plaintext;
      tell(job, done);
      yield pieces;
    }
  } catch (error) {
    job.reader.close(error);
    throw error;
  } finally {
    job.reader.close();
    await queue.settled();
    job.engine.close();
  }
}

function tell({ onProgress, total }: Job, done: number): void {
  try {
    onProgress?.({ done, total });
  } catch (error) {
    throw new SealwaxError('cancelled', 'onProgress failed', { cause: error });
  }
}

/**
 * The runs in flight, in order. Reading continues meanwhile, and no run waits for a slow source.
 */
class Queue {
  readonly #next: Next;
  readonly #runs: Run[] = [];
  #chunks = 0;
  #reading: Promise<Run | undefined> | undefined;
  #ended = false;

  constructor(next: Next) {
    this.#next = next;
  }

  /** Removes the first run, finished or about to be; undefined after the last. */
  async shift(): Promise<Run | undefined> {
    while (true) {
      this.#read();
      const first = this.#runs[0];
      if (!this.#reading) return this.#remove();
      if (first && !(await isEarlier(this.#reading, first.pieces))) return this.#remove();
      await this.#admit(this.#reading);
    }
  }

  /** Resolves when no run is in flight, however they ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#runs.map((run) => run.pieces));
  }

  #read(): void {
    const room = this.#runs.length < DEPTH || this.#chunks < MOST_CHUNKS;
    if (this.#reading || this.#ended || !room) return;
    this.#reading = this.#next();
    this.#reading.catch(() => {}); // reported by `admit`
  }

  async #admit(reading: Promise<Run | undefined>): Promise<void> {
    const run = await reading;
    this.#reading = undefined;
    if (!run) {
      this.#ended = true;
      return;
    }
    this.#runs.push(run);
    this.#chunks += run.chunks;
  }

  #remove(): Run | undefined {
    const run = this.#runs.shift();
    if (run) this.#chunks -= run.chunks;
    return run;
  }
}

/** Whether the first settles before the second, or both have settled. */
function isEarlier(first: Promise<unknown>, second: Promise<unknown>): Promise<boolean> {
  const is = (answer: boolean) => () => answer;
  return Promise.race([first.then(is(true), is(true)), second.then(is(false), is(false))]);
}

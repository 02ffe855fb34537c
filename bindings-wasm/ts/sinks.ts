// Sinks: a result as bytes, as a Blob, or as a stream.

import { type Owned, concat, allocate } from './bytes.js';
import { SealwaxError } from './errors.js';

export type Pieces = AsyncGenerator<Owned[]>;

/** Size of the Blobs that a large one consists of. The browser can move each out of memory. */
const BLOB_PART = 32 << 20;
/** Space for the header and tags of a small message. */
const ROOM = 1 << 16;

/** Ensures that a result is taken once. */
export class SingleUse {
  #used = false;

  use(): void {
    if (this.#used)
      throw new SealwaxError(
        'invalid_state',
        'the result was taken already: call encrypt or decrypt again',
      );
    this.#used = true;
  }
}

/** All bytes. If their number is known, engines can write directly into the result. */
export async function toBytes(pieces: (room?: Owned) => Pieces, size?: number): Promise<Owned> {
  if (size === undefined) return concat((await collect(pieces())).flat());
  const bytes = allocate(size);
  let at = 0;
  for await (const run of pieces(bytes)) {
    for (const piece of run) {
      if (piece.buffer !== bytes.buffer) bytes.set(piece, at);
      at += piece.length;
    }
  }
  return bytes.subarray(0, at);
}

async function collect(pieces: Pieces): Promise<Owned[][]> {
  const runs: Owned[][] = [];
  for await (const run of pieces) runs.push(run);
  return runs;
}

/**
 * Makes Blobs of pieces. A Blob copies its parts, and many small parts cost more than one, so this
 * joins them in memory that it reuses.
 */
export class BlobMaker {
  readonly #block: Owned;
  #parts: Blob[] = [];
  #filled = 0;

  /** `size` is the approximate size of a Blob, if known: small ones need less memory. */
  constructor(size = BLOB_PART) {
    this.#block = new Uint8Array(Math.min(size + ROOM, BLOB_PART));
  }

  add(piece: Owned): void {
    for (let rest = piece; rest.length > 0;) {
      const fitting = rest.subarray(0, this.#block.length - this.#filled);
      this.#block.set(fitting, this.#filled);
      this.#filled += fitting.length;
      rest = rest.subarray(fitting.length);
      if (this.#filled === this.#block.length) this.#cut();
    }
  }

  /** One Blob of these pieces. */
  make(pieces: readonly Owned[]): Blob {
    for (const piece of pieces) this.add(piece);
    return this.end('');
  }

  /** A Blob of everything added since the last one. */
  end(type: string): Blob {
    this.#cut();
    const blob = new Blob(this.#parts, { type });
    this.#parts = [];
    return blob;
  }

  #cut(): void {
    if (this.#filled > 0) this.#parts.push(new Blob([this.#block.subarray(0, this.#filled)]));
    this.#filled = 0;
  }
}

/** A browser without memory for a Blob creates it all the same; only reading fails. */
export async function checkReadable(blob: Blob): Promise<Blob> {
  const reader = blob.slice(-1).stream().getReader();
  await reader.read().catch((error: unknown) => {
    throw new SealwaxError(
      'io',
      `there is no room for a Blob of ${blob.size} bytes: take the stream or parts`,
      { cause: error },
    );
  });
  return blob;
}

export async function toBlob(pieces: Pieces, type: string, size?: number): Promise<Blob> {
  const maker = new BlobMaker(size);
  for await (const run of pieces) run.forEach((piece) => maker.add(piece));
  return checkReadable(maker.end(type));
}

/**
 * Pulls as the consumer reads. Each run becomes one chunk of the stream, because large chunks cost
 * least. `abandon` releases the source when the consumer cancels, even before the first chunk.
 */
export function toStream(
  pieces: Pieces,
  abandon?: (reason: unknown) => void,
): ReadableStream<Owned> {
  return new ReadableStream<Owned>(
    {
      async pull(controller) {
        const next = await pieces.next();
        if (next.done) return controller.close();
        const joined = next.value.length === 1 ? next.value[0]! : concat(next.value);
        // A stream must not carry an empty chunk: pull again.
        if (joined.length > 0) controller.enqueue(joined);
        else await this.pull?.(controller);
      },
      async cancel(reason) {
        // throw, not return, so that the source learns the reason.
        await pieces.throw(reason).catch(() => {});
        abandon?.(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

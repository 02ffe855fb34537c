// Streams between page and worker: the side that has the bytes offers a reader, the other one pulls.

import { type Owned, isBytes, view } from '../bytes.js';
import { asIo, invalid } from '../errors.js';
import { abortable } from '../cancellation.js';
import type { EncodedError } from './error-codec.js';
import { Transferred, type RpcChannel } from './rpc.js';

/** Bytes on their way, their buffer handed over: the receiver has all of it, the sender nothing. */
export const transferred = (bytes: Owned): Transferred => new Transferred(bytes, [bytes.buffer]);

/** Bytes that the caller gives up, or a copy of them. */
export const transferOrCopy = (bytes: Owned, isGiven: boolean): Owned =>
  isGiven ? bytes : bytes.slice();

/** Lets the other side read a stream; returns the number of the offer. */
export function offerStream(
  rpc: RpcChannel,
  stream: ReadableStream<Uint8Array>,
  isGiven: boolean,
): number {
  if (stream.locked) throw invalid('the stream is in use already');
  const reader = stream.getReader();
  const target = rpc.offer({
    read: async () => {
      const { value, done } = await reader.read().catch((error: unknown) => {
        throw asIo(error, 'the source failed');
      });
      if (done) return undefined;
      if (!isBytes(value)) throw invalid('the stream must carry Uint8Arrays');
      return transferred(transferOrCopy(view(value, 'a chunk of the stream'), isGiven));
    },
    cancel: (reason: EncodedError) => {
      rpc.withdraw(target);
      reader.cancel(rpc.failures.decode(reason)).catch(() => {});
    },
  });
  return target;
}

export interface RemoteOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once, when nothing more will be read. */
  readonly settle?: () => void;
}

/** The stream behind an offer of the other side's. One piece waits here for its reader. */
export function remoteStream(
  rpc: RpcChannel,
  target: Promise<number>,
  { signal, settle }: RemoteOptions = {},
): ReadableStream<Owned> {
  const cancel = (reason: unknown) => {
    target.then(
      (number) => rpc.tell(number, 'cancel', [rpc.failures.encode(reason)]),
      () => {},
    );
    settle?.();
  };
  return new ReadableStream<Owned>(
    {
      async pull(controller) {
        try {
          const answer = target.then((number) => rpc.call<Owned | undefined>(number, 'read', []));
          const piece = await abortable(answer, signal);
          if (piece) return controller.enqueue(piece);
        } catch (error) {
          cancel(error);
          throw error;
        }
        rpc.release(await target);
        settle?.();
        controller.close();
      },
      cancel,
    },
    { highWaterMark: 1 },
  );
}

// Streams between page and worker: the side with the bytes offers a reader, the other side pulls.

import { type Owned, isBytes, view } from '../bytes.js';
import { asIo, invalid } from '../errors.js';
import { abortable } from '../cancellation.js';
import type { EncodedError } from './error-codec.js';
import { Transferred, type RpcChannel } from './rpc.js';

/** Bytes whose buffer is transferred to the receiver. */
export const transferred = (bytes: Owned): Transferred => new Transferred(bytes, [bytes.buffer]);

/** The bytes to transfer: the caller's own if given up, a copy otherwise. */
export const transferOrCopy = (bytes: Owned, isGiven: boolean): Owned =>
  isGiven ? bytes : bytes.slice();

/** Offers a stream to the other side; returns its target number. */
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
  /** Called once, when reading ends. */
  readonly settle?: () => void;
}

/** The stream that the other side offers. It buffers one chunk. */
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

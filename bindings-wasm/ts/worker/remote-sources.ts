// Sources for a worker: bytes and Blobs are sent, streams and functions stay on the page and are
// called.

import type { Bytes, FetchRange, RangeSource, Source } from '../../types/index.js';
import { isBlob } from '../brands.js';
import { type Owned, isBytes, view } from '../bytes.js';
import { invalid } from '../errors.js';
import { checkSource, noRanges, readBlob } from '../source.js';
import { transferOrCopy, transferred, offerStream, remoteStream } from './remote-streams.js';
import type { RpcChannel } from './rpc.js';

export type SentSource =
  { blob: Blob } | { bytes: Owned } | { stream: number } | { ranges: number } | { fetch: number };

export function sendSource(rpc: RpcChannel, source: Source, isGiven: boolean): SentSource {
  checkSource(source);
  if (isBytes(source)) return { bytes: transferOrCopy(view(source, 'the source'), isGiven) };
  return isBlob(source) ? { blob: source } : { stream: offerStream(rpc, source, isGiven) };
}

export function sendRanges(
  rpc: RpcChannel,
  source: RangeSource | FetchRange | Blob | Bytes,
  isGiven: boolean,
): SentSource {
  if (isBytes(source) || isBlob(source)) return sendSource(rpc, source, isGiven);
  const answer = async (result: Bytes | Blob | Response) => {
    if (!isBytes(result)) {
      if (isBlob(result)) return transferred(await readBlob(result));
      if (!result.ok) throw new Error(`HTTP ${result.status}`);
      return transferred(new Uint8Array(await result.arrayBuffer()));
    }
    return transferred(view(result, 'what the source read').slice()); // the source may keep what it gave
  };
  if (typeof source === 'function') {
    return {
      fetch: rpc.offer({
        read: async (offset, length, signal) => answer(await source(offset, length, signal)),
      }),
    };
  }
  if (typeof source?.read !== 'function' || typeof source.size !== 'function') {
    throw noRanges(source);
  }
  return {
    ranges: rpc.offer({
      size: (signal) => source.size(signal),
      read: async (offset, length, signal) => answer(await source.read(offset, length, signal)),
    }),
  };
}

/** The buffers to transfer with the message. */
export const transferOf = (sent: SentSource): Transferable[] =>
  'bytes' in sent ? [sent.bytes.buffer] : [];

export function receiveSource(rpc: RpcChannel, sent: SentSource): Source {
  if ('blob' in sent) return sent.blob;
  if ('bytes' in sent) return sent.bytes;
  if ('stream' in sent) return remoteStream(rpc, Promise.resolve(sent.stream));
  throw invalid('the source is for openRange only');
}

export function receiveRanges(
  rpc: RpcChannel,
  sent: SentSource,
): RangeSource | FetchRange | Blob | Bytes {
  if ('fetch' in sent)
    return (offset, length, signal) => rpc.call(sent.fetch, 'read', [offset, length], { signal });
  if (!('ranges' in sent)) return receiveSource(rpc, sent) as Blob | Bytes;
  return {
    size: (signal) => rpc.call(sent.ranges, 'size', [], { signal }),
    read: (offset, length, signal) => rpc.call(sent.ranges, 'read', [offset, length], { signal }),
  };
}

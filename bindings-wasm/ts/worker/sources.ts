// Sources across the wire: bytes and Blobs travel, what can only be asked stays and is asked.

import type { Bytes, FetchRange, RangeSource, Source } from '../../types/index.js';
import { isBlob } from '../brands.js';
import { type Owned, isBytes, view } from '../bytes.js';
import { invalid } from '../errors.js';
import { checkSource, noRanges, readBlob } from '../source.js';
import { given, moved, offerStream, remoteStream } from './streams.js';
import type { Wire } from './wire.js';

export type SentSource = { blob: Blob } | { bytes: Owned } | { stream: number } | { ranges: number } | { fetch: number };

export function sendSource(wire: Wire, source: Source, isGiven: boolean): SentSource {
  checkSource(source);
  if (isBytes(source)) return { bytes: given(view(source, 'the source'), isGiven) };
  return isBlob(source) ? { blob: source } : { stream: offerStream(wire, source, isGiven) };
}

export function sendRanges(wire: Wire, source: RangeSource | FetchRange | Blob | Bytes, isGiven: boolean): SentSource {
  if (isBytes(source) || isBlob(source)) return sendSource(wire, source, isGiven);
  const answer = async (result: Bytes | Blob | Response) => {
    if (!isBytes(result)) {
      if (isBlob(result)) return moved(await readBlob(result));
      if (!result.ok) throw new Error(`HTTP ${result.status}`);
      return moved(new Uint8Array(await result.arrayBuffer()));
    }
    return moved(view(result, 'what the source read').slice()); // the source may keep what it gave
  };
  if (typeof source === 'function') {
    return { fetch: wire.offer({ read: async (offset, length, signal) => answer(await source(offset, length, signal)) }) };
  }
  if (typeof source?.read !== 'function' || typeof source.size !== 'function') {
    throw noRanges(source);
  }
  return {
    ranges: wire.offer({
      size: (signal) => source.size(signal),
      read: async (offset, length, signal) => answer(await source.read(offset, length, signal)),
    }),
  };
}

/** What goes along by being handed over. */
export const transferOf = (sent: SentSource): Transferable[] => ('bytes' in sent ? [sent.bytes.buffer] : []);

export function receiveSource(wire: Wire, sent: SentSource): Source {
  if ('blob' in sent) return sent.blob;
  if ('bytes' in sent) return sent.bytes;
  if ('stream' in sent) return remoteStream(wire, Promise.resolve(sent.stream));
  throw invalid('the source is for openRange only');
}

export function receiveRanges(wire: Wire, sent: SentSource): RangeSource | FetchRange | Blob | Bytes {
  if ('fetch' in sent) return (offset, length, signal) => wire.call(sent.fetch, 'read', [offset, length], { signal });
  if (!('ranges' in sent)) return receiveSource(wire, sent) as Blob | Bytes;
  return {
    size: (signal) => wire.call(sent.ranges, 'size', [], { signal }),
    read: (offset, length, signal) => wire.call(sent.ranges, 'read', [offset, length], { signal }),
  };
}

// Reading and parsing headers, without a key.

import type { Bytes, HeaderInfo } from '../types/index.js';
import { isBlob } from './brands.js';
import { type Owned, view } from './bytes.js';
import { fromPairs } from './context.js';
import { announcedLength, format, needCore, parseHeader as parse } from './core.js';
import { SealwaxError, callCore, invalid } from './errors.js';
import { type Reader, readerOf } from './source.js';
import { decoded } from './text-form.js';

/** A parsed header, with the canonical context that providers get. */
export interface Header extends HeaderInfo {
  readonly canonicalContext: Owned;
}

/** Parses a header without a body; checks the required context pairs. */
export function parseHeader(bytes: Owned, required?: Owned): Header {
  const parts = callCore(() => parse(bytes, required) as HeaderParts);
  const [suite, paddingSize, sealedMetadataSize, context, canonicalContext, keys] = parts;
  return {
    headerSize: bytes.length,
    suite,
    paddingSize,
    sealedMetadataSize,
    context: fromPairs(context),
    canonicalContext,
    wrappedKeys: keys.map(([providerId, keyId, wrappedDek]) => ({ providerId, keyId, wrappedDek })),
    bytes,
  };
}

/** The parts of a header, as the module returns them. */
type HeaderParts = readonly [
  suite: number,
  paddingSize: number,
  sealedMetadataSize: number,
  context: readonly (readonly [string, string])[],
  canonicalContext: Owned,
  keys: readonly (readonly [providerId: string, keyId: string, wrappedDek: Owned])[],
];

/** What callers see. */
export function publicInfo({ canonicalContext: _, ...info }: Header): HeaderInfo {
  return info;
}

/** Reads the header's bytes from the front of an envelope, and no byte more. */
export async function readHeader(reader: Reader): Promise<Owned> {
  const start = await reader.read(format().start);
  const length = callCore(() => announcedLength(start));
  if (length === undefined) throw new SealwaxError('truncated', 'the input ends within the header');
  const rest = await reader.read(length - start.length);
  if (start.length + rest.length < length)
    throw new SealwaxError('truncated', 'the input ends within the header');
  const bytes = new Uint8Array(length);
  bytes.set(start);
  bytes.set(rest, start.length);
  return bytes;
}

/** The header at the front of an envelope in memory. */
export function headerOf(envelope: Owned): Owned {
  const length = callCore(() => announcedLength(envelope.subarray(0, format().start)));
  if (length === undefined || length > envelope.length)
    throw new SealwaxError('truncated', 'the input ends within the header');
  return envelope.slice(0, length);
}

export async function inspect(source: Bytes | Blob | string): Promise<HeaderInfo> {
  await needCore();
  const input = typeof source === 'string' ? decoded(source) : source;
  if (!isBlob(input) && typeof input !== 'object')
    throw invalid('the source must be bytes, a Blob or text');
  const reader = readerOf(isBlob(input) ? input : view(input, 'the source'));
  return publicInfo(parseHeader(await readHeader(reader)));
}

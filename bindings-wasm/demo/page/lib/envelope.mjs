// Sealing and opening with Sealwax. The header is detached: it is an object of its own in the store, so
// that a rotation of keys writes that and never the body.
import { encrypt, inspect, openRange, rewrapHeader } from '/sealwax/index.js';

import { unwrappingKeys, wrappingKey } from './keys.mjs';
import { rangeReader } from './store.mjs';

const PART_SIZE = 8 * 1024 * 1024;
const MOST_PARTS = 9_000; // S3 has 10,000.

/** Makes `file` the body of `object` (`{ context }`): its header, and its parts on demand. */
export async function sealFile(file, path, { context }) {
  const name = path.split('/').at(-1);
  const metadata = JSON.stringify({ name, path, type: file.type, modified: file.lastModified });
  const sealed = encrypt(file, await wrappingKey(context.space), { context, metadata, detached: true });
  const partSize = Math.max(PART_SIZE, Math.ceil(file.size / MOST_PARTS));
  const parts = await sealed.parts({ partSize });
  return {
    header: await sealed.header(),
    size: parts.size,
    partCount: parts.count,
    part: (index) => parts.part(index + 1).blob(),
  };
}

/** Opens a stored object: the DEK is unwrapped, header and length are verified, the rest read as it is needed. */
export async function openSealed({ id, space, header, bodyLength }) {
  // The context is required: a header that belongs to another object is refused before its key is asked for.
  const options = { header, size: bodyLength, requiredContext: { object: id } };
  const reader = await openRange(rangeReader(id), await unwrappingKeys(space), options);
  const { name, path, type } = JSON.parse(new TextDecoder().decode(reader.metadata()));
  return {
    name, path, type,
    length: reader.size,
    read: (offset, length) => reader.read(offset, length),
    stream: (start, end) => reader.stream(start, end - start),
    dispose: () => reader.close(),
  };
}

/** The header with its DEK wrapped anew under the newest version of its space's key. */
export async function rewrapSealed({ id, space, header }) {
  const keys = await unwrappingKeys(space);
  return rewrapHeader(header, keys, await wrappingKey(space), { requiredContext: { object: id } });
}

/** The public fields of a header. Nothing of it is verified. */
export async function inspectSealed(header) {
  const { suite, context, sealedMetadataSize, wrappedKeys } = await inspect(header);
  return {
    suite: `0x${suite.toString(16).padStart(4, '0')}`,
    context,
    metadataSize: sealedMetadataSize,
    wrappedKeys: wrappedKeys.map(({ providerId, keyId, wrappedDek }) => ({ providerId, keyId, text: readable(wrappedDek) })),
  };
}

/** A wrapped key as its key service writes it, or in base64 where that is not text. */
function readable(bytes) {
  const text = String.fromCharCode(...bytes);
  return /^[\x20-\x7e]+$/.test(text) ? text : btoa(text);
}

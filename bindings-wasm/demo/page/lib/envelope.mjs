// Sealing and opening with Sealwax. The header is detached: it is an object of its own in the store, so
// that a rotation of keys writes that and never the body.
import { inspect, openRange, parts, rewrap } from '/sealwax/index.js';

import { unwrappingKeys, wrappingKey } from './keys.mjs';
import { rangeReader } from './store.mjs';

const PART_SIZE = 8 * 1024 * 1024;
const MOST_PARTS = 9_000; // S3 has 10,000.

/** Makes `file` the body of `object` (`{ id, context }`): its header, and its parts on demand. */
export async function sealFile(file, path, { context }) {
  const name = path.split('/').at(-1);
  const details = { name, path, type: file.type, modified: file.lastModified };
  const sealed = await parts(file, [await wrappingKey(context.space)], {
    context,
    detached: true,
    metadata: new TextEncoder().encode(JSON.stringify(details)),
    partSize: Math.max(PART_SIZE, Math.ceil(file.size / MOST_PARTS)),
  });
  const { header, size, count } = sealed;
  return { header, size, partCount: count, part: (index) => sealed.part(index) };
}

/** Opens a stored object: the DEK is unwrapped, the header verified, the body read as it is needed. */
export async function openSealed({ id, space, header, bodyLength }) {
  const readBody = rangeReader(id);
  const fetchRange = async (offset, length) => new Uint8Array(await (await readBody(offset, length)).arrayBuffer());
  // The context is required: a header that belongs to another object is refused before its key is asked for.
  const reader = await openRange(fetchRange, await unwrappingKeys(space), {
    header, size: bodyLength, context: { object: id },
  });
  const { name, path, type } = JSON.parse(new TextDecoder().decode(reader.metadata));
  return {
    name, path, type,
    length: reader.length,
    read: (offset, length) => reader.read(offset, length),
    stream: (start, end) => reader.stream(start, end),
    dispose: () => reader.free(),
  };
}

/** The header with its DEK wrapped anew under the newest version of its space's key. */
export async function rewrapSealed({ space, header }) {
  return rewrap(header, await unwrappingKeys(space), [await wrappingKey(space)]);
}

/** The public fields of a header. Nothing of it is verified. */
export function inspectSealed(header) {
  const { suite, context, sealedMetadataLength, wrappedKeys } = inspect(header);
  return {
    suite: `0x${suite.toString(16).padStart(4, '0')}`,
    context,
    metadataLength: sealedMetadataLength,
    wrappedKeys: wrappedKeys.map(({ providerId, keyId, wrapped }) => ({ providerId, keyId, text: readable(wrapped) })),
  };
}

/** A wrapped key as its key service writes it, or in base64 where that is not text. */
function readable(bytes) {
  const text = String.fromCharCode(...bytes);
  return /^[\x20-\x7e]+$/.test(text) ? text : btoa(text);
}

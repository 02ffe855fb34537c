// Sealing and opening with Sealwax. The header is detached: it is a separate object in the store,
// so a key rotation writes the header and never the body.
import { encrypt, inspect, openRange, rewrapHeader, SealwaxError } from '/sealwax/index.js';

import { unwrappingKeys, wrappingKey } from './keys.mjs';
import { rangeReader } from './store.mjs';

const PART_SIZE = 8 * 1024 * 1024;
const SMALL = 256 * 1024;
const MOST_PARTS = 9_000; // S3 has 10,000.
/** Longer than the key service is tried again for, see network.mjs. */
const PROVIDER_TIMEOUT_MS = 10 * 60_000;

/** Makes `file` the body of `object` (`{ context }`): its header, and its parts on demand. */
export async function sealFile(backend, file, path, { context }) {
  const name = path.split('/').at(-1);
  const metadata = JSON.stringify({ name, path, type: file.type, modified: file.lastModified });
  const sealed = encrypt(file, await wrappingKey(backend, context.space), {
    context,
    metadata,
    detached: true,
    providerTimeout: PROVIDER_TIMEOUT_MS,
  });
  const partSize = Math.max(PART_SIZE, Math.ceil(file.size / MOST_PARTS));
  const parts = await sealed.parts({ partSize });
  return {
    header: await sealed.header(),
    size: parts.size,
    partCount: parts.count,
    // A Blob of a part stays out of the page's memory; for a few bytes it costs more than it saves.
    part: (index) =>
      parts.size <= SMALL ? parts.part(index + 1).bytes() : parts.part(index + 1).blob(),
    close: () => parts.close(),
  };
}

/**
 * Opens a stored object: the DEK is unwrapped, header and length are verified, the rest read as it
 * is needed.
 */
export async function openSealed(backend, { id, space, header, bodyLength }) {
  // The context is required: a header that belongs to another object is refused before its key is
  // asked for.
  const options = {
    header,
    size: bodyLength,
    context: { object: id },
    providerTimeout: PROVIDER_TIMEOUT_MS,
  };
  const reader = await openRange(
    rangeReader(backend, id),
    await unwrappingKeys(backend, space),
    options,
  );
  return {
    ...describedBy(reader),
    length: reader.size,
    read: (offset, length) => reader.read(offset, length),
    stream: (start, end) => reader.stream(start, end - start),
    dispose: () => reader.close(),
  };
}

/** Name and type of a file, as its sender wrote them: authentic, and still anybody's words. */
function describedBy(reader) {
  try {
    const { name, type } = JSON.parse(new TextDecoder().decode(reader.metadata()));
    if (typeof name === 'string' && typeof type === 'string') return { name, type };
  } catch {
    // Answered below.
  }
  reader.close();
  throw new SealwaxError('malformed', 'the metadata are not those of a file');
}

/** The header with its DEK wrapped anew under the newest version of its space's key. */
export async function rewrapSealed(backend, { id, space, header }) {
  const keys = await unwrappingKeys(backend, space);
  return rewrapHeader(header, keys, await wrappingKey(backend, space), { context: { object: id } });
}

/** The public fields of a header. Nothing of it is verified. */
export async function inspectSealed(header) {
  const { suite, context, sealedMetadataSize, wrappedKeys } = await inspect(header);
  return {
    suite: `0x${suite.toString(16).padStart(4, '0')}`,
    context,
    metadataSize: sealedMetadataSize,
    wrappedKeys: wrappedKeys.map(({ providerId, keyId, wrappedDek }) => ({
      providerId,
      keyId,
      text: readable(wrappedDek),
    })),
  };
}

/** A wrapped key as its key service writes it, or in base64 where that is not text. */
function readable(bytes) {
  const text = String.fromCharCode(...bytes);
  return /^[\x20-\x7e]+$/.test(text) ? text : btoa(text);
}

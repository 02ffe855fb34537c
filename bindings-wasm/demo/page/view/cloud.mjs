// What the store sees of an object, and what it means.
import { inspectSealed } from '../lib/envelope.mjs';
import { rangeReader, readHeader } from '../lib/store.mjs';
import { el, facts, hexDump } from './dom.mjs';
import { size } from './format.mjs';
import { visible } from './visible.mjs';

const SHOWN = 512;
const TWIN_WIDTH = 8;

export async function showCloud(object) {
  const readBody = rangeReader(object.backend, object.id);
  const [header, sealed] = await Promise.all([
    readHeader(object.backend, object.id),
    readBody(0, Math.min(SHOWN, object.size)),
  ]);
  const plain = await plaintextOf(object);
  return [
    el(
      'div',
      { className: 'twin' },
      column('The store has', 'sealed bytes', hexDump(new Uint8Array(sealed), TWIN_WIDTH)),
      column('You have', 'with the key', plain),
    ),
    el('h3', { textContent: 'What it can read in the header' }),
    facts(headerRows(object, await inspectSealed(header.bytes)), 'Fields of the stored header'),
    el('h3', { textContent: 'The header, as stored' }),
    hexDump(header.bytes.subarray(0, 2 * SHOWN)),
  ];
}

async function plaintextOf(object) {
  try {
    const opened = await object.open();
    return hexDump(await opened.read(0, Math.min(SHOWN, opened.length)), TWIN_WIDTH);
  } catch {
    return el('p', {
      className: 'note',
      textContent: 'No key for this object, so this page sees no more than the store.',
    });
  }
}

const column = (title, note, content) =>
  el(
    'div',
    {},
    el('h3', {}, title, el('span', { className: 'aside', textContent: note })),
    content,
  );

function headerRows(object, header) {
  return [
    ['Suite', header.suite],
    ...Object.entries(header.context).map(([name, value]) => [
      `Context: ${visible(name)}`,
      el('code', { textContent: visible(value) }),
    ]),
    ['Name and type', `sealed; ${header.metadataSize} bytes`],
    ...header.wrappedKeys.map((key) => [
      'Wrapped key',
      el('code', { textContent: visible(`${key.providerId}, ${key.keyId}, ${key.text}`) }),
    ]),
    ['Header', size(object.headerSize)],
    ['Body', `${size(object.size)}, chunks of 16 KiB`],
  ];
}

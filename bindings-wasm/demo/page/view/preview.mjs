// The content, decrypted on demand: images whole, the beginning of text, and the ranges of video
// and audio that the player requests.
import { offer, streamsWork, withdraw } from '../lib/streams.mjs';
import { el, hexDump } from './dom.mjs';
import { size } from './format.mjs';
import { visible } from './visible.mjs';

const IMAGE_LIMIT = 64 * 1024 * 1024;
const TEXT_LIMIT = 64 * 1024;
const HEX_LIMIT = 2048;
const TEXT = /^text\/|[/+](json|xml|yaml|toml|javascript|csv)$/;
// Raster only: an SVG is a document.
const IMAGE = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;

export async function showPreview(object, onClose) {
  const opened = await object.open();
  const [kind] = opened.type.split('/');
  if ((kind === 'video' || kind === 'audio') && (await streamsWork()))
    return showMedia(opened, kind, onClose);
  if (IMAGE.test(opened.type) && opened.length <= IMAGE_LIMIT) return showImage(opened, onClose);
  const limit = TEXT.test(opened.type) ? TEXT_LIMIT : HEX_LIMIT;
  const bytes = await opened.read(0, Math.min(limit, opened.length));
  const note =
    opened.length > limit
      ? `The first ${size(limit)} of ${size(opened.length)}`
      : size(opened.length);
  const content = TEXT.test(opened.type)
    ? el('pre', { tabIndex: 0, textContent: new TextDecoder().decode(bytes) })
    : hexDump(bytes);
  return [el('p', { className: 'note', textContent: note }), content];
}

async function showImage(opened, onClose) {
  const bytes = await opened.read(0, opened.length);
  const url = URL.createObjectURL(new Blob([bytes], { type: opened.type }));
  onClose(() => URL.revokeObjectURL(url));
  return [el('img', { src: url, alt: visible(opened.name) })];
}

function showMedia(opened, kind, onClose) {
  const problem = el('p', { className: 'error', role: 'alert' });
  const key = offer({
    name: opened.name,
    type: opened.type,
    length: opened.length,
    stream: (start, end) => opened.stream(start, end),
    onError: () => {
      problem.textContent = 'The stored bytes were changed. Playing has stopped.';
    },
  });
  const player = el(kind, {
    src: `/files/media/${key}`,
    controls: true,
    preload: 'metadata',
    'aria-label': visible(opened.name),
  });
  onClose(() => {
    player.removeAttribute('src');
    player.load();
    withdraw(key);
  });
  const note = el('p', {
    className: 'note',
    textContent: 'Only the parts that are played are fetched and decrypted.',
  });
  return [player, problem, note];
}

// The list of stored objects. Names are sealed too: each object is opened to show its own.
import { describe } from '../lib/messages.mjs';
import { listObjects } from '../lib/objects.mjs';
import { save } from '../lib/save.mjs';
import { showDetails } from './details.mjs';
import { announce, button, byId, el } from './dom.mjs';
import { size, when } from './format.mjs';

const OPENED_AT_ONCE = 4;
const SPACES = ['vault', 'inbox'];
let shown = [];
let generation = 0;

/** Lists the objects anew. `canOpen(object)` says whether the page has a key for it. */
export async function refreshObjects(canOpen) {
  const mine = ++generation;
  const note = byId('objects-note');
  try {
    const lists = await Promise.all(SPACES.map((space) => listObjects(space)));
    if (mine !== generation) return;
    const objects = keepOpened(lists.flat());
    note.textContent = objects.length === 0 ? 'Nothing is stored yet. What you upload appears here.' : '';
    const rows = objects.map((object) => makeRow(object));
    byId('objects').replaceChildren(...rows.map(({ root }) => root));
    await nameAll(rows.filter(({ object }) => canOpen(object)), () => mine === generation);
  } catch (error) {
    note.textContent = describe(error).message;
  }
}

/** Of objects that were listed before and are still the same, those that may be open already. */
function keepOpened(objects) {
  const before = new Map(shown.map((object) => [object.id, object]));
  shown = objects.map((object) => {
    const known = before.get(object.id);
    if (known?.version !== object.version) return object;
    before.delete(object.id);
    return known;
  });
  for (const gone of before.values()) gone.close();
  return shown;
}

/** Empties the list and forgets the keys of what was in it. */
export function forgetObjects() {
  for (const object of shown) object.close();
  shown = [];
  byId('objects').replaceChildren();
}

/** Opens the objects' headers, some at a time, for as long as this list is shown. */
async function nameAll(rows, isCurrent) {
  const waiting = [...rows];
  const lane = async () => {
    for (let row = waiting.shift(); row && isCurrent(); row = waiting.shift()) await nameOne(row);
  };
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, lane));
}

async function nameOne({ object, root, name, sub, tools }) {
  try {
    const opened = await object.open();
    name.textContent = opened.name;
    sub.textContent = [size(opened.length), opened.type, when(object.modified)].filter(Boolean).join(' · ');
    root.dataset.open = 'true';
    for (const tool of tools) tool.setAttribute('aria-label', `${tool.textContent} ${opened.name}`);
  } catch (error) {
    sub.textContent = describe(error).message;
    sub.classList.add('error');
  }
}

function makeRow(object) {
  const short = object.id.slice(-12);
  const name = el('div', { className: 'name', textContent: `Sealed object ${short}` });
  const sub = el('div', { className: 'sub', textContent: `${size(object.size)} sealed · from ${object.owner} · ${when(object.modified)}` });
  const badge = el('span', { className: 'badge', 'data-space': object.space, textContent: object.space });
  const tools = [
    button('Open', () => showDetails(object), { 'aria-label': `Open sealed object ${short}` }),
    button('Download', (event) => download(object, event.target, sub), { 'aria-label': `Download sealed object ${short}` }),
  ];
  const root = el('li', { className: 'object', 'data-id': object.id }, badge,
    el('div', {}, name, sub), el('div', { className: 'tools' }, ...tools));
  return { object, root, name, sub, tools };
}

async function download(object, pressed, sub) {
  pressed.disabled = true;
  try {
    await save(await object.open(), byId('download-frame'));
    announce('The file is decrypted and saved.');
  } catch (error) {
    if (error.name === 'AbortError') return; // The person closed the file chooser.
    sub.textContent = describe(error).message;
    sub.classList.add('error');
    announce(sub.textContent);
  } finally {
    pressed.disabled = false;
  }
}

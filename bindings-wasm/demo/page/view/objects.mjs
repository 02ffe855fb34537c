// The list of stored objects. Names are sealed too, so each object is opened to show its name.
import { describe } from '../lib/messages.mjs';
import { listObjects } from '../lib/objects.mjs';
import { save } from '../lib/save.mjs';
import { showDetails } from './details.mjs';
import { announce, button, byId, el } from './dom.mjs';
import { size, when } from './format.mjs';
import { visible } from './visible.mjs';

const OPENED_AT_ONCE = 12;
const SPACES = ['vault', 'inbox'];
const ROWS = 50;
const MOST_ROWS = 500;
let shown = [];
let generation = 0;
let wanted = ROWS;

/** Lists the newest objects anew. `canOpen(object)` says whether the page has a key for it. */
export async function refreshObjects(backend, canOpen) {
  const mine = ++generation;
  const note = byId('objects-note');
  try {
    const lists = await Promise.all(SPACES.map((space) => listObjects(backend, space, wanted)));
    if (mine !== generation) return;
    const newest = lists
      .flatMap(({ objects }) => objects)
      .sort((a, b) => b.modified - a.modified)
      .slice(0, wanted);
    const total = lists.reduce((sum, list) => sum + list.total, 0);
    const rows = keepOpened(newest).map((object) => makeRow(object));
    byId('objects').replaceChildren(...rows.map(({ root }) => root));
    note.textContent = summary(rows.length, total);
    showMore(total, () => refreshObjects(backend, canOpen));
    await nameAll(
      rows.filter(({ object }) => canOpen(object)),
      () => mine === generation,
    );
  } catch (error) {
    if (mine === generation) note.textContent = describe(error).message;
  }
}

function summary(count, total) {
  if (total === 0) return 'Nothing is stored yet. What you upload appears here.';
  return total > count ? `The newest ${count} of ${total}.` : '';
}

function showMore(total, refresh) {
  const more = byId('more');
  more.hidden = wanted >= Math.min(total, MOST_ROWS);
  more.onclick = () => {
    wanted += ROWS;
    refresh();
  };
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
  generation += 1; // What is on its way is nobody's any more.
  for (const object of shown) object.close();
  shown = [];
  wanted = ROWS;
  byId('objects').replaceChildren();
  byId('objects-note').textContent = '';
  byId('more').hidden = true;
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
    const shownName = visible(opened.name);
    name.textContent = shownName;
    sub.textContent = [size(opened.length), visible(opened.type), when(object.modified)]
      .filter(Boolean)
      .join(' · ');
    root.dataset.open = 'true';
    for (const tool of tools) tool.setAttribute('aria-label', `${tool.textContent} ${shownName}`);
  } catch (error) {
    sub.textContent = describe(error).message;
    sub.classList.add('error');
  }
}

function makeRow(object) {
  const short = object.id.slice(-12);
  const name = el('bdi', { className: 'name', textContent: `Sealed object ${short}` });
  const sub = el('div', {
    className: 'sub',
    textContent: `${size(object.size)} sealed · from ${object.owner} · ${when(object.modified)}`,
  });
  const badge = el('span', {
    className: 'badge',
    'data-space': object.space,
    textContent: object.space,
  });
  const tools = [
    button('Open', () => showDetails(object), { 'aria-label': `Open sealed object ${short}` }),
    button('Download', (event) => download(object, event.target, sub), {
      'aria-label': `Download sealed object ${short}`,
    }),
  ];
  const root = el(
    'li',
    { className: 'object', 'data-id': object.id },
    badge,
    el('div', {}, name, sub),
    el('div', { className: 'tools' }, ...tools),
  );
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

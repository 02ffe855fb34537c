// Shows the queue as a list. Each item's elements are created once and then updated. Of very many
// items it shows some, first those that a person can act on.
import { announce, button, byId, el } from './dom.mjs';
import { duration, size, speed } from './format.mjs';
import { visible } from './visible.mjs';

const MOST_ROWS = 60;
const TOOLS = {
  waiting: ['pause', 'cancel'],
  active: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
  failed: ['retry', 'cancel'],
};
const LABELS = { pause: 'Pause', resume: 'Resume', retry: 'Retry', cancel: 'Cancel' };
/** Which rows make room for others, the first at first. */
const GIVE_WAY = ['cancelled', 'done', 'waiting'];

/**
 * Shows `queue` in place of what was shown before. Events after the end of `signal` change nothing.
 */
export function showQueue(queue, signal) {
  const rows = new Map();
  byId('queue').replaceChildren();
  updateTotals(queue, rows);
  queue.addEventListener(
    'change',
    ({ detail: items }) => {
      for (const [item, { root }] of rows) {
        if (queue.has(item.key)) continue;
        root.remove();
        rows.delete(item);
      }
      for (const item of items) updateItem(queue, rows, item);
      fill(queue, rows);
      announceAll(items);
      updateTotals(queue, rows);
    },
    { signal },
  );
}

function updateItem(queue, rows, item) {
  if (!rows.has(item) && !(hasRoom(rows, item) && makeRow(rows, item))) return;
  const row = rows.get(item);
  row.state.textContent = describeState(item);
  row.bar.value = item.size === 0 ? Number(item.state === 'done') : item.sent / item.size;
  if (row.root.dataset.state === item.state) return;
  row.root.dataset.state = item.state;
  row.bar.hidden = item.state === 'done' || item.state === 'cancelled';
  const tools = item.lost ? ['cancel'] : (TOOLS[item.state] ?? []);
  row.tools.replaceChildren(...tools.map((tool) => toolButton(queue, item, tool)));
}

/**
 * Whether there is a place for `item`; one that matters takes the place of one that matters less.
 */
function hasRoom(rows, item) {
  if (rows.size < MOST_ROWS) return true;
  if (GIVE_WAY.includes(item.state)) return false;
  for (const state of GIVE_WAY) {
    for (const [other, { root }] of rows) {
      if (other.state !== state) continue;
      root.remove();
      return rows.delete(other);
    }
  }
  return false;
}

/** Rows that have become free go to those who wait, when most are free. */
function fill(queue, rows) {
  if (rows.size > MOST_ROWS / 2 || queue.length <= rows.size) return;
  for (const item of queue.some('waiting', MOST_ROWS))
    if (!rows.has(item)) updateItem(queue, rows, item);
}

function makeRow(rows, item) {
  const path = visible(item.path);
  const bar = el('progress', { max: 1, value: 0, 'aria-label': `Upload of ${path}` });
  const state = el('div', { className: 'state' });
  const tools = el('div', { className: 'tools' });
  const name = el('bdi', { className: 'name', textContent: path });
  const root = el('li', { className: 'upload', 'data-state': '' }, name, tools, bar, state);
  byId('queue').append(root);
  rows.set(item, { root, bar, state, tools });
  return true;
}

function toolButton(queue, item, tool) {
  const act = { pause: 'pause', resume: 'resume', retry: 'resume', cancel: 'cancel' }[tool];
  return button(LABELS[tool], () => queue[act](item), {
    'aria-label': `${LABELS[tool]} ${visible(item.path)}`,
  });
}

function describeState({ state, sent, size: total, speed: rate, message }) {
  const share = total === 0 ? 0 : Math.floor((100 * Math.min(sent, total)) / total);
  switch (state) {
    case 'waiting':
      return `${size(total)}, waiting`;
    case 'active':
      return `${share} % of ${size(total)}${rate > 0 ? `, ${speed(rate)}, ${duration((total - sent) / rate)} left` : ', sealing'}`;
    case 'paused':
      return `Paused at ${share} %`;
    case 'locked':
      return `Waiting for you to sign in again, at ${share} %`;
    case 'failed':
      return message;
    case 'cancelling':
      return 'Removing what was sent';
    case 'cancelled':
      return 'Cancelled; it is not among the stored objects';
    default:
      return `Sealed and stored, ${size(total)}`;
  }
}

/** One message, however many have ended. */
function announceAll(items) {
  const done = items.filter(({ state }) => state === 'done');
  const failed = items.filter(({ state }) => state === 'failed');
  if (failed.length === 1) announce(`${visible(failed[0].path)} failed. ${failed[0].message}`);
  else if (failed.length > 1) announce(`${failed.length} files failed.`);
  else if (done.length === 1) announce(`${visible(done[0].path)} is sealed and stored.`);
  else if (done.length > 1) announce(`${done.length} files are sealed and stored.`);
}

function updateTotals(queue, rows) {
  const { left, speed: rate } = queue.rest;
  const totals = byId('totals');
  totals.hidden = queue.length === 0;
  const done = queue.count('done');
  const open = queue.count('waiting', 'active', 'paused', 'locked', 'failed');
  const time = rate > 0 ? `, ${speed(rate)}, ${duration(left / rate)} left` : '';
  const hidden = queue.length > rows.size ? `; ${rows.size} of them are shown` : '';
  const text = `${done} of ${queue.length} stored${open ? `, ${size(left)} to go${time}` : ''}${hidden}`;
  const clear =
    done > 0 && open === 0
      ? [button('Clear the list', () => queue.clear(), { className: 'small' })]
      : [];
  totals.replaceChildren(el('span', { textContent: text }), ...clear);
}

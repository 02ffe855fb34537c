// The queue as a list. Each item's elements are made once and then only updated.
import { announce, button, byId, el } from './dom.mjs';
import { duration, size, speed } from './format.mjs';

const TOOLS = {
  waiting: ['pause', 'cancel'],
  active: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
  failed: ['retry', 'cancel'],
};
const LABELS = { pause: 'Pause', resume: 'Resume', retry: 'Retry', cancel: 'Cancel' };

/** Shows `queue`. */
export function showQueue(queue) {
  const rows = new Map();
  queue.addEventListener('change', ({ detail: item }) => {
    if (item) updateItem(queue, rows, item);
    removeGone(queue, rows);
    updateTotals(queue);
  });
}

function updateItem(queue, rows, item) {
  if (!rows.has(item.key)) rows.set(item.key, makeRow(item));
  const row = rows.get(item.key);
  row.state.textContent = describeState(item);
  row.bar.value = item.size === 0 ? Number(item.state === 'done') : item.sent / item.size;
  if (row.root.dataset.state === item.state) return;
  row.root.dataset.state = item.state;
  row.bar.hidden = item.state === 'done' || item.state === 'cancelled';
  row.tools.replaceChildren(...(TOOLS[item.state] ?? []).map((tool) => toolButton(queue, item, tool)));
  if (item.state === 'done') announce(`${item.path} is sealed and stored.`);
  if (item.state === 'failed') announce(`${item.path} failed. ${item.message}`);
}

function makeRow(item) {
  const bar = el('progress', { max: 1, value: 0, 'aria-label': `Upload of ${item.path}` });
  const state = el('div', { className: 'state' });
  const tools = el('div', { className: 'tools' });
  const name = el('div', { className: 'name', textContent: item.path });
  const root = el('li', { className: 'upload', 'data-state': '' }, name, tools, bar, state);
  byId('queue').append(root);
  return { root, bar, state, tools };
}

function toolButton(queue, item, tool) {
  const act = { pause: 'pause', resume: 'resume', retry: 'resume', cancel: 'cancel' }[tool];
  return button(LABELS[tool], () => queue[act](item), { 'aria-label': `${LABELS[tool]} ${item.path}` });
}

function describeState({ state, sent, size: total, speed: rate, message }) {
  const share = total === 0 ? 0 : Math.floor((100 * Math.min(sent, total)) / total);
  switch (state) {
    case 'waiting': return `${size(total)}, waiting`;
    case 'active': return `${share} % of ${size(total)}${rate > 0 ? `, ${speed(rate)}, ${duration((total - sent) / rate)} left` : ', sealing'}`;
    case 'paused': return `Paused at ${share} %`;
    case 'failed': return message;
    case 'cancelling': return 'Removing what was sent';
    case 'cancelled': return 'Cancelled; nothing of it is stored';
    default: return `Sealed and stored, ${size(total)}`;
  }
}

function removeGone(queue, rows) {
  const keys = new Set(queue.items.map(({ key }) => key));
  for (const [key, { root }] of rows) {
    if (keys.has(key)) continue;
    root.remove();
    rows.delete(key);
  }
}

function updateTotals(queue) {
  const { items } = queue;
  const open = items.filter(({ state }) => ['waiting', 'active', 'paused', 'failed'].includes(state));
  const left = open.reduce((sum, item) => sum + item.size - item.sent, 0);
  const rate = items.reduce((sum, item) => sum + item.speed, 0);
  const totals = byId('totals');
  totals.hidden = items.length === 0;
  const done = items.filter(({ state }) => state === 'done').length;
  const time = rate > 0 ? `, ${speed(rate)}, ${duration(left / rate)} left` : '';
  const text = `${done} of ${items.length} stored${open.length ? `, ${size(left)} to go${time}` : ''}`;
  const clear = done > 0 && open.length === 0 ? [button('Clear the list', () => queue.clear(), { className: 'small' })] : [];
  totals.replaceChildren(el('span', { textContent: text }), ...clear);
}

// The dialog of one object: its content, what the cloud sees of it, its key, its audit trail.
import { describe } from '../lib/messages.mjs';
import { showCloud } from './cloud.mjs';
import { button, byId, el, table } from './dom.mjs';
import { timeOfDay } from './format.mjs';
import { showKey } from './key.mjs';
import { showPreview } from './preview.mjs';
import { visible } from './visible.mjs';

const TABS = [
  ['Preview', showPreview],
  ['What the cloud sees', showCloud],
  ['Key', showKey],
  ['Audit trail', showTrail],
];
let clean = () => {};

/** Opens the dialog on the first tab. */
export function showDetails(object) {
  byId('details-title').textContent = `Sealed object ${object.id.slice(-12)}`;
  object.open().then(
    ({ name }) => {
      byId('details-title').textContent = visible(name);
    },
    () => {},
  );
  const tabs = TABS.map(([title, show], index) => tabButton(object, title, show, index));
  byId('tabs').replaceChildren(...tabs);
  byId('tabs').onkeydown = (event) => moveBetween(tabs, event);
  byId('details').showModal();
  tabs[0].click();
}

/** Connects the dialog's own controls, once. */
export function prepareDetails() {
  byId('details-close').onclick = () => byId('details').close();
  byId('details').addEventListener('close', () => {
    clean();
    byId('panel').replaceChildren();
  });
}

function tabButton(object, title, show, index) {
  const press = (event) => {
    for (const tab of byId('tabs').children) {
      const selected = tab === event.currentTarget;
      tab.setAttribute('aria-selected', selected);
      tab.tabIndex = selected ? 0 : -1;
    }
    byId('panel').setAttribute('aria-labelledby', event.currentTarget.id);
    fill(object, show);
  };
  return button(title, press, {
    id: `tab-${index}`,
    role: 'tab',
    'aria-controls': 'panel',
    'aria-selected': 'false',
  });
}

function moveBetween(tabs, event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
  next.focus();
  next.click();
}

async function fill(object, show) {
  clean();
  let current = true;
  const undo = [];
  clean = () => {
    current = false;
    undo.splice(0).forEach((step) => step());
  };
  const panel = byId('panel');
  panel.replaceChildren(el('p', { className: 'note', textContent: 'Opening…' }));
  try {
    const content = await show(object, (step) => undo.push(step));
    if (current) panel.replaceChildren(...content);
  } catch (error) {
    // Nothing of an object that does not verify stays in the page.
    if (current)
      panel.replaceChildren(
        el('p', { className: 'error', role: 'alert', textContent: describe(error).message }),
      );
  }
}

async function showTrail(object) {
  const entries = await object.trail();
  const rows = entries.map(({ time, actor, action, outcome, detail, hash }) => [
    timeOfDay(new Date(time)),
    actor,
    action,
    el('span', {
      className: `outcome-${outcome}`,
      textContent: detail ? `${outcome}: ${detail}` : outcome,
    }),
    el('code', { textContent: hash.slice(0, 8) }),
  ]);
  const refused = entries.filter(({ outcome }) => outcome === 'refused').length;
  const count = refused
    ? `${refused} of ${entries.length} were refused.`
    : `All ${entries.length} were allowed.`;
  return [
    el('p', {
      className: 'note',
      textContent:
        `What the backend decided about this object and its key. ${count} Each line ` +
        'carries the hash of the line before it, so that a change of the past shows.',
    }),
    el(
      'div',
      { className: 'trail' },
      table(['Time', 'Who', 'What', 'Outcome', 'Hash'], rows, 'Audit trail'),
    ),
  ];
}

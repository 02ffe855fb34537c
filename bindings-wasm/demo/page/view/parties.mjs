// Who sees what, in each mode, in one line each. The README has the whole table.
import { byId, el } from './dom.mjs';

const CONTENT = 'content';
const KEY = 'key';
const NOTHING = 'nothing';

const PARTIES = {
  vault: [
    ['This page', CONTENT, 'file and key'],
    ['Backend', KEY, 'the key in passing, never the file'],
    ['Store', NOTHING, 'size and sealed bytes'],
    ['Key service', KEY, 'keys, no files'],
    ['Network', NOTHING, 'behind TLS; the store’s traffic is sealed besides'],
  ],
  inbox: [
    ['This page', CONTENT, 'file and key, while it uploads'],
    ['Backend', NOTHING, 'the wrapped key, which it cannot open'],
    ['Store', NOTHING, 'size and sealed bytes'],
    ['Key service', KEY, 'the key once Carol asks for it'],
    ['Network', NOTHING, 'the sealed bytes and the wrapped key'],
  ],
};

/** Shows the parties of `space`. */
export function showParties(space) {
  byId('parties').replaceChildren(...PARTIES[space].map(([name, sees, what]) =>
    el('li', { className: 'party', 'data-sees': sees }, el('strong', { textContent: name }), what)));
}

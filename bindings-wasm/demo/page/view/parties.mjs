// Who sees what in each mode, in one line each. README.md has the whole table.
import { byId, el } from './dom.mjs';

const CONTENT = 'content';
const KEY = 'key';
const NOTHING = 'nothing';
/** The answer in two words, so that it is not the colour alone that tells. */
const VERDICTS = { [CONTENT]: 'can read', [KEY]: 'sees keys', [NOTHING]: 'cannot read' };

const PARTIES = {
  vault: [
    ['This page', CONTENT, 'Has the file and its key.'],
    ['Backend', KEY, 'Passes keys on. If it turned bad, it could read.'],
    ['Key service', KEY, 'Makes and unlocks keys, has no files.'],
    ['Store', NOTHING, 'Has sealed bytes, their size and owner.'],
    ['Network', NOTHING, 'Carries sealed bytes; keys within TLS.'],
  ],
  inbox: [
    ['This page', CONTENT, 'Has file and key while it uploads.'],
    ['Backend', NOTHING, 'Has the locked key, cannot unlock it.'],
    ['Key service', KEY, 'Unlocks a key when Carol asks.'],
    ['Store', NOTHING, 'Has sealed bytes, their size and owner.'],
    ['Network', NOTHING, 'Carries sealed bytes and locked keys.'],
  ],
};

/** Shows the parties of `space`. */
export function showParties(space) {
  byId('parties').replaceChildren(
    ...PARTIES[space].map(([name, sees, what]) =>
      el(
        'li',
        { className: 'party', 'data-sees': sees },
        el('strong', { textContent: name }),
        el('span', { className: 'verdict', textContent: VERDICTS[sees] }),
        el('span', { className: 'what', textContent: what }),
      ),
    ),
  );
}

// Takes files that people drop or choose.
import { filesOfDrop, filesOfInput } from '../upload/dropped-files.mjs';
import { byId } from './dom.mjs';

/**
 * Connects the controls, once. `target()` returns a function that takes what comes: it is asked
 * when people choose, so that what is read for one user is never added for another.
 */
export function prepareUploads(target) {
  const drop = byId('drop');
  drop.ondragover = (event) => {
    event.preventDefault();
    drop.classList.add('over');
  };
  drop.ondragleave = () => drop.classList.remove('over');
  drop.ondrop = (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    target()(filesOfDrop(event.dataTransfer));
  };
  for (const [input, opener] of [
    ['files', 'choose-files'],
    ['folder', 'choose-folder'],
  ]) {
    byId(opener).onclick = () => byId(input).click();
    byId(input).onchange = (event) => target()(filesOfInput(event.target));
  }
}

// The reader's own login at the key service, which unlocks the inbox.
import { unlockInbox } from '../lib/keys.mjs';
import { describe } from '../lib/messages.mjs';
import { byId } from './dom.mjs';

/**
 * Connects the dialog, once. `current()` is the session; `done()` is called when the inbox is open.
 */
export function prepareUnlock(current, done) {
  const dialog = byId('unlock-dialog');
  byId('unlock').onclick = () => dialog.showModal();
  byId('unlock-cancel').onclick = () => dialog.close();
  dialog.onclose = () => {
    byId('unlock-error').textContent = '';
  };
  byId('unlock-form').onsubmit = async (event) => {
    event.preventDefault();
    const password = byId('password');
    const session = current();
    try {
      const login = unlockInbox(
        session.keyService,
        session.user.id,
        password.value,
        () => current() === session,
      );
      password.value = '';
      await login;
      dialog.close();
      done();
    } catch (error) {
      byId('unlock-error').textContent = describe(error).message;
    }
  };
}

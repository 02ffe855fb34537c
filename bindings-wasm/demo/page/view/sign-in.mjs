// The sign-in dialog. The demo asks for no password; replace it by your own login.
import { describe } from '../lib/messages.mjs';
import { button, byId } from './dom.mjs';

const REASONS = {
  'signed-out': 'You are signed out.',
  not_signed_in: 'Your session has ended. What you were uploading waits for you.',
  other_user:
    'Someone else has signed in in this browser, in another tab. What was shown here is cleared.',
};

/** Shows who can sign in, until someone has. */
export async function askWho(session, reason) {
  const dialog = byId('sign-in');
  byId('sign-in-reason').textContent =
    REASONS[reason] ?? 'The demo has three people, and no passwords.';
  sayInSignIn('');
  dialog.oncancel = (event) => event.preventDefault(); // Nobody is signed in: there is nothing behind it.
  if (!dialog.open) dialog.showModal();
  try {
    const users = await session.users();
    byId('sign-in-users').replaceChildren(
      ...users.map((user) => button(labelOf(user), () => signIn(session, user.id))),
    );
    byId('sign-in-users').firstElementChild.focus();
  } catch (error) {
    sayInSignIn(describe(error).message);
  }
}

/** Shows what went wrong. */
export function sayInSignIn(message) {
  byId('sign-in-error').textContent = message;
}

export const closeSignIn = () => byId('sign-in').close();

async function signIn(session, user) {
  try {
    await session.signIn(user);
  } catch (error) {
    sayInSignIn(describe(error).message);
  }
}

const labelOf = ({ name, role }) => (role === 'reader' ? `${name}, reads the inbox` : name);

// Who is asking. A session is a random token in a cookie that scripts cannot read.
//
// The demo signs in by name alone; put your own login in place of `USERS` and keep the rest.
import { createHash, randomBytes } from 'node:crypto';

import { badRequest, notSignedIn } from './errors.mjs';

const LIFETIME_SECONDS = 8 * 3600;

/** `member`: has a vault. `reader`: may fetch what others left in the inbox. */
export const USERS = new Map([
  ['alice', { id: 'alice', name: 'Alice', role: 'member' }],
  ['bob', { id: 'bob', name: 'Bob', role: 'member' }],
  ['carol', { id: 'carol', name: 'Carol', role: 'reader' }],
]);

/** The sessions of one server. */
export class Sessions {
  #cookie;
  #attributes;
  #users = new Map();

  constructor(secure) {
    // The prefix makes the browser insist on Secure and on this host alone.
    this.#cookie = secure ? '__Host-session' : 'session';
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  }

  /** Signs `id` in and returns the user and the Set-Cookie value. */
  signIn(id) {
    const user = USERS.get(id);
    if (!user) throw badRequest('There is no such user.');
    const token = randomBytes(32).toString('base64url');
    this.#users.set(hash(token), { user, until: Date.now() + LIFETIME_SECONDS * 1000 });
    const cookie = `${this.#cookie}=${token}; Max-Age=${LIFETIME_SECONDS}; ${this.#attributes}`;
    return { user, cookie };
  }

  /** Ends the session of `request` and returns the Set-Cookie value that forgets it. */
  signOut(request) {
    this.#users.delete(this.#key(request));
    return `${this.#cookie}=; Max-Age=0; ${this.#attributes}`;
  }

  /** The user of `request`, or an error with status 401. */
  user(request) {
    const session = this.#users.get(this.#key(request));
    if (!session || session.until < Date.now()) throw notSignedIn();
    return session.user;
  }

  #key(request) {
    const cookies = (request.headers.cookie ?? '').split(/;\s*/);
    const found = cookies.find((cookie) => cookie.startsWith(`${this.#cookie}=`));
    return found && hash(found.slice(this.#cookie.length + 1));
  }
}

/** Tokens are looked up by their hash: no comparison of secrets, none kept in memory. */
function hash(token) {
  return createHash('sha256').update(token).digest('base64url');
}

// Sessions. A session is a random token in a cookie that scripts cannot read.
//
// All tabs of a browser share one session. A tab that still shows one user must never act as
// another, so each request names the user it means, in a header that no other site's page can send.
// A session of another user refuses it.
//
// The demo signs in by name alone. Replace `USERS` by your login, and keep the rest.
import { createHash, randomBytes } from 'node:crypto';

import { badRequest, notSignedIn, otherUser } from './errors.mjs';
import { USERS } from './users.mjs';

const LIFETIME_SECONDS = 8 * 3600;
/** How long a session's uploads wait, after its end, for the same user to sign in again. */
const WAIT_MS = 3600 * 1000;
const MOST_OF_USER = 64;
/** The request header with the id of the user that is meant. */
export const USER_HEADER = 'sealwax-user';

/** The sessions of one server. */
export class Sessions {
  #cookie;
  #attributes;
  #lifetime;
  #sessions = new Map();

  constructor(secure, lifetimeSeconds = LIFETIME_SECONDS) {
    // The prefix makes the browser insist on Secure and on this host alone.
    this.#cookie = secure ? '__Host-session' : 'session';
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
    this.#lifetime = lifetimeSeconds;
  }

  /**
   * A session has `user`, `uploads` (those it has begun: id to `{ object, isComplete }`), `beginning`
   * (how many are being begun), and `isOver` once it has ended for good.
   *
   * Signs `id` in, and ends what session the browser had. Returns the new session, those that have
   * ended for good, and the Set-Cookie value.
   */
  signIn(id, request) {
    const user = USERS.get(id);
    if (!user) throw badRequest('There is no such user.');
    const token = randomBytes(32).toString('base64url');
    const session = {
      key: hash(token),
      user,
      until: Date.now() + this.#lifetime * 1000,
      uploads: new Map(),
      beginning: 0,
    };
    const ended = this.#sweep(session, this.#sessions.get(this.#key(request)));
    this.#sessions.set(session.key, session);
    return {
      session,
      ended,
      cookie: `${this.#cookie}=${token}; Max-Age=${this.#lifetime}; ${this.#attributes}`,
    };
  }

  /** Ends a session and returns the Set-Cookie value that forgets it. */
  signOut(session) {
    this.#sessions.delete(session.key);
    session.isOver = true;
    return `${this.#cookie}=; Max-Age=0; ${this.#attributes}`;
  }

  /** The session of `request`, or an error with status 401. */
  of(request) {
    const session = this.#sessions.get(this.#key(request));
    if (!session || session.until < Date.now()) throw notSignedIn();
    return session;
  }

  /** Fails with status 409 if the user that `request` names is not that of its `session`. */
  checkNamed(request, session) {
    if (request.headers[USER_HEADER] !== session.user.id) throw otherUser();
  }

  /**
   * Removes the session `before` the new one, what has expired, and the oldest of a user who has
   * too many. What the same user was uploading goes on under the new session.
   */
  #sweep(session, before) {
    const now = Date.now();
    const same = [...this.#sessions.values()].filter(({ user }) => user === session.user);
    const surplus = same.slice(0, Math.max(0, same.length - MOST_OF_USER + 1));
    const ended = [];
    for (const old of this.#sessions.values()) {
      const goesOn = old.user === session.user && (old === before || old.until < now);
      if (!goesOn && old !== before && old.until + WAIT_MS > now && !surplus.includes(old))
        continue;
      this.#sessions.delete(old.key);
      if (!goesOn) ended.push(Object.assign(old, { isOver: true }));
      else {
        for (const [uploadId, upload] of old.uploads) session.uploads.set(uploadId, upload);
        old.uploads = session.uploads; // For requests that are under way.
      }
    }
    return ended;
  }

  /** A browser that sends the cookie twice was given one by somebody else: neither counts. */
  #key(request) {
    const cookies = (request.headers.cookie ?? '').split(/;\s*/);
    const found = cookies.filter((cookie) => cookie.startsWith(`${this.#cookie}=`));
    return found.length === 1 ? hash(found[0].slice(this.#cookie.length + 1)) : undefined;
  }
}

/** Tokens are looked up by their hash: no comparison of secrets, none kept in memory. */
function hash(token) {
  return createHash('sha256').update(token).digest('base64url');
}

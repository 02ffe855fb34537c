// Who is signed in, in this tab. All tabs of a browser share one session. If another tab signs
// somebody in or out, it tells this one; if it does not, the backend refuses this tab's requests.
import { anonymous, Backend, signOut } from './backend.mjs';

/**
 * Dispatches `begun` and `ended`, with `reason` in `detail`: `signed-out`, `not_signed_in` (the
 * session is over; the same user may sign in again and go on) or `other_user`.
 */
export class Session extends EventTarget {
  #channel = new BroadcastChannel('sealwax-session');
  /** Who was signed in last, and could go on. */
  #last;
  /**
   * What the backend says of the user who is signed in: `{ user, keyService, vault }`; undefined
   * for nobody.
   */
  current;
  /** The backend, for that user. */
  backend;

  constructor() {
    super();
    this.#channel.onmessage = ({ data: { user } }) => this.#heard(user);
  }

  /** Goes on with the session that this browser has, if it has one. Resolves to whether it has. */
  async resume() {
    try {
      this.#begin(await anonymous.get('/api/session'));
      return true;
    } catch (error) {
      if (error.code !== 'not_signed_in') throw error;
      return false;
    }
  }

  /** Asks whose session it is, after somebody was refused. */
  async check() {
    await this.backend?.get('/api/keys/inbox').catch(() => {});
  }

  async users() {
    return (await anonymous.get('/api/users')).users;
  }

  async signIn(user) {
    const described = await anonymous.post('/api/session', { user });
    this.#channel.postMessage({ user });
    this.#begin(described);
  }

  async signOut() {
    const { backend } = this;
    this.#end('signed-out');
    // Whoever has signed in meanwhile stays so: the request names whom it means.
    await signOut(backend);
    this.#channel.postMessage({});
  }

  #begin(described) {
    this.current = described;
    this.#last = described.user.id;
    const backend = new Backend(this.#last, (error) => {
      // What is still on its way for the user before is refused as well, and is not about this one.
      if (this.backend === backend) this.#end(error.code);
    });
    this.backend = backend;
    this.dispatchEvent(new CustomEvent('begun'));
  }

  #end(reason) {
    // Once for each session; but a session that was only over can still become somebody else's.
    if (!this.current && (!this.#last || reason !== 'other_user')) return;
    if (reason !== 'not_signed_in') this.#last = undefined;
    this.current = undefined;
    this.backend = undefined;
    this.dispatchEvent(new CustomEvent('ended', { detail: { reason } }));
  }

  /** Another tab has signed `user` in, or somebody out. */
  #heard(user) {
    if (user && user === this.#last) {
      if (!this.current) this.resume().catch(() => {});
    } else this.#end(user ? 'other_user' : 'signed-out');
  }
}

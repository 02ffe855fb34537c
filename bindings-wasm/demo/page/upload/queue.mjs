// The upload queue: which files are being uploaded, how far they are, how fast. It owns the upload
// worker and tells its listeners several times a second what has changed. It knows nothing of the
// page.
//
// A queue belongs to one user. The work per file does not depend on the number of files, so
// thousands are fine.
import { scriptUrl } from '../lib/trusted-types.mjs';

/**
 * Small files wait for answers most of the time, so many of them go at once, in shared requests.
 */
const SMALL = 1024 * 1024;
const AT_ONCE = { large: 2, small: 48 };
const SMOOTHING_SECONDS = 3;
const TELL_EVERY_MS = 200;
const TURN_MS = 8;
/** Their bytes are still to come. */
const OPEN = ['waiting', 'active', 'paused', 'locked', 'failed'];
/** They hold a place at the worker. */
const BUSY = ['active', 'cancelling'];

/**
 * Dispatches `change` with the list of changed items in `detail`. An item has `key`, `file`,
 * `path`, `space`, `state` (`waiting`, `active`, `paused`, `locked`, `failed`, `cancelling`,
 * `cancelled` or `done`), `sent`, `size`, `speed` in bytes per second, and `message` when it
 * failed. A `locked` one waits for its user to sign in again.
 */
export class UploadQueue extends EventTarget {
  #user;
  #items = new Map();
  /** Waiting and busy items by kind. */
  #waiting = { large: new Set(), small: new Set() };
  #busy = { large: new Set(), small: new Set() };
  #counts = {};
  #left = 0;
  #changed = new Set();
  #worker;
  #ready;
  #nextKey = 1;
  #closed = new AbortController();

  /** @param {string} user whose uploads they are */
  constructor(user, worker = '/upload/worker.mjs') {
    super();
    this.#user = user;
    this.#worker = new Worker(scriptUrl(worker), { type: 'module' });
    this.#ready = new Promise((resolve) => {
      this.#worker.onmessage = ({ data }) => (data.event === 'ready' ? resolve() : this.#on(data));
    });
    // Nothing of it can go on: the script could not be loaded, or an error escaped.
    this.#worker.onerror = () => this.#failAll('The upload worker failed. Load the page again.');
    // Chromium tells a page and not its workers.
    for (const event of ['online', 'offline']) {
      addEventListener(
        event,
        () => this.#post({ command: 'network', online: event === 'online' }),
        this.#closed,
      );
    }
  }

  /** How many items are in `states`. */
  count(...states) {
    return states.reduce((sum, state) => sum + (this.#counts[state] ?? 0), 0);
  }

  /** All items, done ones too. */
  get length() {
    return this.#items.size;
  }

  /** Bytes that are still to be sent, and how many go out each second. */
  get rest() {
    const busy = [...this.#busy.large, ...this.#busy.small];
    return {
      left: Math.max(0, this.#left),
      speed: busy.reduce((sum, { speed }) => sum + speed, 0),
    };
  }

  has(key) {
    return this.#items.has(key);
  }

  /** Items in `state`, oldest first, at most `most`. */
  some(state, most) {
    const found = [];
    for (const item of this.#items.values()) {
      if (found.length === most) break;
      if (item.state === state) found.push(item);
    }
    return found;
  }

  /**
   * Puts `files` (`{ file, path }`, from a list or as they are found) at the end; `{ path, message
   * }` stands for one that cannot be read. The browser looks at the disk for the size of each, so
   * thousands are taken in turns with what else the page has to do.
   */
  async add(files, space) {
    let pause = performance.now() + TURN_MS;
    for await (const { file, path, message } of files) {
      if (this.#closed.signal.aborted) return;
      const item = {
        key: this.#nextKey++,
        file,
        path,
        space,
        sent: 0,
        size: file?.size ?? 0,
        speed: 0,
      };
      this.#items.set(item.key, item);
      this.#set(item, message ? { state: 'failed', message, lost: true } : { state: 'waiting' });
      if (performance.now() < pause) continue;
      this.#advance();
      await new Promise((resolve) => setTimeout(resolve));
      pause = performance.now() + TURN_MS;
    }
    if (!this.#closed.signal.aborted) this.#advance();
  }

  pause(item) {
    if (item.state === 'waiting') this.#set(item, { state: 'paused' });
    if (item.state === 'active') this.#post({ command: 'pause', key: item.key });
  }

  /** Goes on with a paused item, or tries a failed one again. */
  resume(item) {
    this.#set(item, { state: 'waiting', message: undefined });
    this.#advance();
  }

  /** Goes on with what waited for the user to sign in again. */
  unlock() {
    for (const item of this.some('locked', Infinity))
      this.#set(item, { state: 'waiting', message: undefined });
    this.#advance();
  }

  cancel(item) {
    this.#set(item, { state: item.started ? 'cancelling' : 'cancelled' });
    if (item.started) this.#post({ command: 'cancel', key: item.key });
    this.#advance();
  }

  /** Forgets what is done or cancelled. */
  clear() {
    for (const item of this.#items.values()) {
      if (item.state !== 'done' && item.state !== 'cancelled') continue;
      this.#items.delete(item.key);
      this.#counts[item.state] -= 1;
      this.#changed.delete(item);
    }
    this.dispatchEvent(new CustomEvent('change', { detail: [] }));
  }

  /**
   * Ends everything at once: nothing is sent for this user any more, and the worker's keys are
   * gone.
   */
  close() {
    this.#closed.abort();
    this.#worker.terminate();
    this.#items.clear();
    this.#changed.clear();
  }

  #on({ event, key, ...values }) {
    const item = this.#items.get(key);
    if (!item) return;
    if (event === 'progress') {
      if (item.state === 'active')
        this.#set(item, { ...values, speed: speedOf(item, values.sent) });
      return;
    }
    // A pause that arrives after its item was told to go on or to end is old news.
    if (['paused', 'locked'].includes(event) && item.state !== 'active') return;
    const sent = event === 'done' ? values.size : item.sent;
    this.#set(item, { ...values, sent, state: event, speed: 0 });
    this.#advance();
  }

  /**
   * Starts what there is room for. Large and small ones have room of their own: neither waits for
   * the other.
   */
  #advance() {
    for (const [kind, most] of Object.entries(AT_ONCE)) {
      for (const item of this.#waiting[kind]) {
        if (this.#busy[kind].size >= most) break;
        this.#start(item);
      }
    }
  }

  #start(item) {
    const { key, file, path, space, started } = item;
    this.#set(item, { state: 'active', started: true, mark: undefined });
    this.#post(
      started
        ? { command: 'resume', key }
        : { command: 'start', key, user: this.#user, file, path, space },
    );
  }

  async #post(message) {
    await this.#ready;
    this.#worker.postMessage(message);
  }

  #failAll(message) {
    for (const item of this.#items.values()) {
      if (item.state !== 'done' && item.state !== 'cancelled')
        this.#set(item, { state: 'failed', message, speed: 0 });
    }
  }

  /**
   * The one place where an item changes: counts and sums follow, and listeners are told of it soon.
   */
  #set(item, values) {
    const before = { ...item };
    Object.assign(item, values);
    this.#left += openBytes(item) - openBytes(before);
    if (item.state !== before.state) {
      this.#counts[item.state] = this.count(item.state) + 1;
      if (before.state) this.#counts[before.state] -= 1;
      const kind = (item.file?.size ?? 0) > SMALL ? 'large' : 'small';
      for (const [set, isIn] of [
        [this.#waiting, item.state === 'waiting'],
        [this.#busy, BUSY.includes(item.state)],
      ]) {
        if (isIn) set[kind].add(item);
        else set[kind].delete(item);
      }
    }
    if (this.#changed.size === 0) setTimeout(() => this.#tell(), TELL_EVERY_MS);
    this.#changed.add(item);
  }

  #tell() {
    const detail = [...this.#changed];
    this.#changed.clear();
    if (detail.length > 0) this.dispatchEvent(new CustomEvent('change', { detail }));
  }
}

const openBytes = ({ state, size, sent }) => (OPEN.includes(state) ? size - sent : 0);

/** Bytes per second, smoothed over the last seconds. */
function speedOf(item, sent) {
  const now = performance.now();
  const mark = item.mark ?? { time: now, sent };
  item.mark = { time: now, sent };
  const seconds = (now - mark.time) / 1000;
  if (seconds <= 0) return item.speed;
  const current = Math.max(0, sent - mark.sent) / seconds;
  const weight = item.speed === 0 ? 1 : 1 - Math.exp(-seconds / SMOOTHING_SECONDS);
  return item.speed + weight * (current - item.speed);
}

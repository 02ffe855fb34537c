// The queue: which files are on their way, how far, how fast. It owns the upload worker and tells
// its listeners about every change; it knows nothing of the page.
import { scriptUrl } from '../lib/trusted.mjs';

const ACTIVE_AT_ONCE = 2;
const SMOOTHING_SECONDS = 3;

/**
 * Dispatches `change` with the item in `detail`. An item has `key`, `file`, `path`, `space`, `state`
 * (`waiting`, `active`, `paused`, `failed`, `cancelling`, `cancelled` or `done`), `sent`, `size`,
 * `speed` in bytes per second, and `message` when it failed.
 */
export class UploadQueue extends EventTarget {
  #items = new Map();
  #worker;
  #ready;
  #nextKey = 1;

  constructor(worker = '/upload/worker.mjs') {
    super();
    this.#worker = new Worker(scriptUrl(worker), { type: 'module' });
    this.#ready = new Promise((resolve) => {
      this.#worker.onmessage = ({ data }) => (data.event === 'ready' ? resolve() : this.#on(data));
    });
    // Nothing of it can go on: the script could not be loaded, or an error escaped.
    this.#worker.onerror = () => this.#failAll('The upload worker failed. Load the page again.');
  }

  /** All items, oldest first. */
  get items() {
    return [...this.#items.values()];
  }

  /** Puts `files` (`{ file, path }`) at the end. */
  add(files, space) {
    for (const { file, path } of files) {
      const item = { key: this.#nextKey++, file, path, space, state: 'waiting', sent: 0, size: file.size, speed: 0 };
      this.#items.set(item.key, item);
      this.#changed(item);
    }
    this.#advance();
  }

  pause({ key, state }) {
    if (state === 'waiting') this.#set(key, { state: 'paused' });
    if (state === 'active') this.#tell(key, 'pause');
  }

  /** Goes on with a paused item, or tries a failed one again. */
  resume({ key }) {
    this.#set(key, { state: 'waiting', message: undefined });
    this.#advance();
  }

  cancel({ key }) {
    const item = this.#items.get(key);
    const started = item.started;
    this.#set(key, { state: started ? 'cancelling' : 'cancelled' });
    if (started) this.#tell(key, 'cancel');
    this.#advance();
  }

  /** Forgets what is done or cancelled. */
  clear() {
    for (const { key, state } of this.items) {
      if (state === 'done' || state === 'cancelled') this.#items.delete(key);
    }
    this.#changed();
  }

  #on({ event, key, ...values }) {
    const item = this.#items.get(key);
    if (!item) return;
    if (event === 'progress') {
      if (item.state === 'active') this.#set(key, { ...values, speed: speedOf(item, values.sent) });
      return;
    }
    // A pause that arrives after its item was told to go on or to end is old news.
    if (event === 'paused' && item.state !== 'active') return;
    const sent = event === 'done' ? values.size : item.sent;
    this.#set(key, { ...values, sent, state: event, speed: 0 });
    this.#advance();
  }

  #advance() {
    let active = this.items.filter(({ state }) => state === 'active' || state === 'cancelling').length;
    for (const item of this.items) {
      if (active >= ACTIVE_AT_ONCE) return;
      if (item.state !== 'waiting') continue;
      active += 1;
      this.#start(item);
    }
  }

  #start(item) {
    const { key, file, path, space, started } = item;
    this.#set(key, { state: 'active', started: true, mark: undefined });
    this.#tell(key, started ? 'resume' : 'start', started ? {} : { file, path, space });
  }

  async #tell(key, command, details = {}) {
    await this.#ready;
    this.#worker.postMessage({ command, key, ...details });
  }

  #failAll(message) {
    for (const { key, state } of this.items) {
      if (state !== 'done' && state !== 'cancelled') this.#set(key, { state: 'failed', message, speed: 0 });
    }
  }

  #set(key, values) {
    const item = Object.assign(this.#items.get(key), values);
    this.#changed(item);
  }

  #changed(item) {
    this.dispatchEvent(new CustomEvent('change', { detail: item }));
  }
}

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

// The audit trail: one JSON line per decision. Each line holds the hash of the line before it, so
// that a later change or removal shows. Lines consist of fixed words and checked values: nothing a
// client makes up gets in, no key and no token, and no line grows.
//
// The trail is bounded. Memory keeps the last lines, for the page, and the disk the last files. In
// memory each owner of objects has separate room, so that a flood cannot push out lines about
// another owner's objects; and what changed a stored object has room apart from what was only read
// or refused, so that nobody hides a change behind a flood of reads.
import { createHash } from 'node:crypto';
import { appendFile, rename } from 'node:fs/promises';

import { HttpError } from './errors.mjs';
import { ObjectId } from './objects.mjs';
import { USERS } from './users.mjs';

const FIRST = '0'.repeat(64);
const MOST_LINES = 50_000;
const MOST_OF_OBJECT = 500;
const FILE_SIZE = 16 * 1024 * 1024;
const FILES = 8;

const ACTIONS = new Set([
  'sign in',
  'sign out',
  'create',
  'list',
  'read trail',
  'read public keys',
  'sign get-header',
  'sign get-body',
  'sign head-body',
  'sign put-body',
  'sign parts',
  'begin upload',
  'complete upload',
  'abort upload',
  'hand in',
  'replace header',
  'generate key',
  'wrap key',
  'unwrap key',
  'rotate vault',
  'rotate inbox',
  'request',
]);
const OUTCOMES = new Set(['allowed', 'refused', 'failed']);
/** They change what is stored, once they are allowed. */
const CHANGES = new Set(['complete upload', 'hand in', 'replace header']);
/** Who asks without a session. */
export const NOBODY = 'nobody';

/** Keeps the trail in memory and, where a path is given, in files. */
export class AuditTrail {
  /** By owner of the object and kind; lines about no object have room of their own, too. */
  #lines = new Map();
  #count = 0;
  #last = FIRST;
  #path;
  #most;
  #pending = '';
  #size = 0;
  #writing;
  #failed;

  /**
   * @param {string} [path] of the files; without it the trail is in memory only
   * @param {{ most?: number }} [options] `most` lines of each room are kept in memory
   */
  constructor(path, { most = MOST_LINES } = {}) {
    this.#path = path;
    this.#most = most;
  }

  /** Fails once a line could not be written: where nothing can be written down, nothing is decided. */
  check() {
    if (this.#failed)
      throw new HttpError(503, 'no_audit_trail', 'The server cannot write its audit trail.', {
        cause: this.#failed,
      });
  }

  /**
   * @param {{ actor: string, action: string, object?: ObjectId, outcome: 'allowed' | 'refused' |
   * 'failed', detail?: string }} event `detail` is the code of an error or the version of a key
   */
  record({ actor, action, object, outcome, detail }) {
    this.check();
    const isKnown =
      ACTIONS.has(action) &&
      OUTCOMES.has(outcome) &&
      (actor === NOBODY || USERS.has(actor)) &&
      (object === undefined || object instanceof ObjectId) &&
      (detail === undefined || /^[a-z_]{1,40}$|^version \d{1,9}$/.test(detail));
    if (!isKnown) throw new TypeError('the audit trail takes fixed words only');
    const entry = {
      number: ++this.#count,
      time: new Date().toISOString(),
      actor,
      action,
      object: object && String(object),
      outcome,
      detail,
      previous: this.#last,
    };
    entry.hash = hashOf(entry);
    this.#last = entry.hash;
    this.#keep(entry, roomOf(object, isChange(entry)));
    if (this.#path) this.#write(`${JSON.stringify(entry)}\n`);
  }

  /** The trail as far as it is kept, oldest first. */
  all() {
    return [...this.#lines.values()].flat().sort(byNumber);
  }

  /** What happened to `object` last, its changes and all else, oldest first. */
  of(object) {
    const text = String(object);
    const last = (lines = []) =>
      lines.filter((entry) => entry.object === text).slice(-MOST_OF_OBJECT);
    return [true, false]
      .flatMap((changes) => last(this.#lines.get(roomOf(object, changes))))
      .sort(byNumber);
  }

  /** Resolves when all is written. */
  async flush() {
    await this.#writing;
  }

  #keep(entry, room) {
    const lines = this.#lines.get(room) ?? [];
    lines.push(entry);
    this.#lines.set(room, lines.length > 1.25 * this.#most ? lines.slice(-this.#most) : lines);
  }

  /** Lines that come while others are written go out together. */
  #write(line) {
    this.#pending += line;
    this.#writing ??= this.#drain()
      .catch((error) => {
        this.#failed = error;
      })
      .finally(() => {
        this.#writing = undefined;
      });
  }

  async #drain() {
    while (this.#pending) {
      const lines = this.#pending;
      this.#pending = '';
      await appendFile(this.#path, lines, { mode: 0o600 });
      this.#size += lines.length;
      if (this.#size > FILE_SIZE) await this.#turn();
    }
  }

  /** Begins a new file; the oldest goes. */
  async #turn() {
    for (let number = FILES - 1; number > 0; number -= 1) {
      const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`;
      await rename(from, `${this.#path}.${number}`).catch((error) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
    this.#size = 0;
  }
}

const isChange = ({ action, outcome }) => outcome === 'allowed' && CHANGES.has(action);
const roomOf = (object, changes) => `${object?.owner ?? ''} ${changes}`;
const byNumber = (a, b) => a.number - b.number;

/** Whether each of `entries` follows from the one before; a whole trail begins with the default. */
export function isUnbroken(entries, before = FIRST) {
  let last = before;
  for (const { hash, ...entry } of entries) {
    if (entry.previous !== last || hashOf(entry) !== hash) return false;
    last = hash;
  }
  return true;
}

function hashOf(entry) {
  return createHash('sha256').update(JSON.stringify(entry)).digest('hex');
}

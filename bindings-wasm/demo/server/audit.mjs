// The audit trail: one JSON line for each decision, each with the hash of the line before it, so
// that a line that is changed or taken out later shows. No key and no token is ever written.
import { createHash } from 'node:crypto';
import { appendFile } from 'node:fs/promises';

const FIRST = '0'.repeat(64);

/** Keeps the trail in memory and, where a path is given, in a file. */
export class AuditTrail {
  #entries = [];
  #last = FIRST;
  #path;
  #writing = Promise.resolve();

  constructor(path) {
    this.#path = path;
  }

  /** @param {{ actor: string, action: string, object?: string, outcome: 'allowed' | 'refused' | 'failed', detail?: string }} event */
  record(event) {
    const entry = { time: new Date().toISOString(), ...event, previous: this.#last };
    entry.hash = hashOf(entry);
    this.#last = entry.hash;
    this.#entries.push(entry);
    if (this.#path) {
      this.#writing = this.#writing.then(() => appendFile(this.#path, `${JSON.stringify(entry)}\n`));
    }
  }

  /** The whole trail, oldest first. */
  all() {
    return [...this.#entries];
  }

  /** What happened to `object`, oldest first. */
  of(object) {
    return this.#entries.filter((entry) => entry.object === object);
  }

  /** Resolves when all is written. */
  flush() {
    return this.#writing;
  }
}

/** Whether each of `entries`, a whole trail, follows from the one before. */
export function isUnbroken(entries) {
  let last = FIRST;
  for (const { hash, ...entry } of entries) {
    if (entry.previous !== last || hashOf(entry) !== hash) return false;
    last = hash;
  }
  return true;
}

function hashOf(entry) {
  return createHash('sha256').update(JSON.stringify(entry)).digest('hex');
}

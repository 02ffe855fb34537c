// Object ids, and who may do what with an object.
//
// An id is `<space>/<owner>/<uuid>`. In `vault`, the backend's key service wraps the DEK for the
// owner. In `inbox`, the page wraps it to a public key whose private half the backend cannot use.
//
// Requests bring ids as text. After the check of a request (requests.mjs) there are only
// `ObjectId`s. Authorisation, signing and the trail never parse a text again, so they cannot read
// it differently.
import { randomUUID } from 'node:crypto';

import { forbidden } from './errors.mjs';
import { USERS } from './users.mjs';

export const SPACES = ['vault', 'inbox'];
export const PARTS = ['body', 'header'];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * The id of an object: of a space that there is, an owner who exists, and a UUID. There are no
 * others.
 */
export class ObjectId {
  /** @param {string} space @param {string} owner @param {string} name */
  constructor(space, owner, name) {
    if (
      !SPACES.includes(space) ||
      !USERS.has(owner) ||
      typeof name !== 'string' ||
      !UUID.test(name)
    ) {
      throw new TypeError('not the id of an object');
    }
    this.space = space;
    this.owner = owner;
    this.name = name;
    Object.freeze(this);
  }

  /** A new id in the user's own part of `space`. */
  static fresh(space, user) {
    return new ObjectId(space, user.id, randomUUID());
  }

  /** The id that `text` is, or undefined. */
  static parse(text) {
    const segments = typeof text === 'string' ? text.split('/') : [];
    try {
      return segments.length === 3 ? new ObjectId(...segments) : undefined;
    } catch {
      return undefined;
    }
  }

  /** The encryption context: stored in the header, bound to the object's keys and its body. */
  get context() {
    return { app: 'sealwax-demo', object: String(this), owner: this.owner, space: this.space };
  }

  toString() {
    return `${this.space}/${this.owner}/${this.name}`;
  }
}

/** Owners read their own objects; readers also fetch what lies in the inbox. */
export function mayRead(user, id) {
  if (id.owner === user.id || (id.space === 'inbox' && user.role === 'reader')) return;
  throw forbidden('This object belongs to someone else.');
}

/** Only owners write bodies and hand in. */
export function mayWrite(user, id) {
  if (id.owner !== user.id) throw forbidden('This object belongs to someone else.');
}

/**
 * What is handed in is the reader's: its sender, who could put a key there that nobody has, changes
 * nothing of it.
 */
export function mayReplaceHeader(user, id) {
  if (id.space === 'inbox' ? user.role === 'reader' : id.owner === user.id) return;
  throw forbidden('Only who reads this object gives it another key.');
}

/** Only the vault's keys are the backend's, and only for the owner. */
export function mayUseKey(user, id) {
  mayWrite(user, id);
  if (id.space !== 'vault') throw forbidden('The backend has no key for the inbox.');
}

/** Members rotate the vault's key, readers that of the inbox too. */
export function mayRotate(user, space) {
  if (space === 'inbox' && user.role !== 'reader')
    throw forbidden('Only a reader rotates the key of the inbox.');
}

/**
 * Where what `user` may list of `space` begins: a reader sees the whole inbox, everyone else their
 * own part.
 */
export function listed(user, space) {
  return space === 'inbox' && user.role === 'reader' ? { space } : { space, owner: user.id };
}

// Objects: their names, and who may do what with them.
//
// An id is `<space>/<owner>/<uuid>`. In `vault` the DEK is wrapped by the backend's key service for
// the owner; in `inbox` it is wrapped in the page to a public key whose private half the backend
// cannot use.
import { randomUUID } from 'node:crypto';

import { badRequest, forbidden } from './errors.mjs';

export const SPACES = ['vault', 'inbox'];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A new id in the user's own part of `space`. */
export function newObject(user, space) {
  if (!SPACES.includes(space)) throw badRequest('There is no such space.');
  return `${space}/${user.id}/${randomUUID()}`;
}

/** Takes an id apart, or fails. */
export function parseObject(id) {
  const [space, owner, name, ...rest] = String(id).split('/');
  if (!SPACES.includes(space) || !owner || !UUID.test(name) || rest.length) {
    throw badRequest('This is not the id of an object.');
  }
  return { id, space, owner };
}

/** The encryption context of an object: stored in its header, bound to its keys and its body. */
export function contextOf(id) {
  const { space, owner } = parseObject(id);
  return { app: 'sealwax-demo', object: id, owner, space };
}

/** Fails unless `context` is the one of an object of `user` in the vault; returns the object's id. */
export function vaultObject(user, context) {
  const { id, space } = parseObject(context?.object);
  mayWrite(user, id);
  if (space !== 'vault') throw forbidden('The backend has no key for the inbox.');
  const expected = contextOf(id);
  const names = Object.keys(expected);
  if (Object.keys(context).length !== names.length || names.some((name) => context[name] !== expected[name])) {
    throw badRequest('The context is not the one of this object.');
  }
  return id;
}

/** Owners read their own objects; readers also fetch what lies in the inbox. */
export function mayRead(user, id) {
  const { space, owner } = parseObject(id);
  if (owner === user.id || (space === 'inbox' && user.role === 'reader')) return;
  throw forbidden('This object belongs to someone else.');
}

/** Only owners write bodies. */
export function mayWrite(user, id) {
  if (parseObject(id).owner !== user.id) throw forbidden('This object belongs to someone else.');
}

/** What `user` may list in `space`: a reader sees the whole inbox, everyone else their own part. */
export function listPrefix(user, space) {
  if (!SPACES.includes(space)) throw badRequest('There is no such space.');
  return space === 'inbox' && user.role === 'reader' ? 'inbox/' : `${space}/${user.id}/`;
}

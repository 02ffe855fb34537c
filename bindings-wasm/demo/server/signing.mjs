// Which requests to the store a user may have signed, one function for each action.
import { badRequest } from './errors.mjs';
import { mayRead, mayWrite } from './objects.mjs';

const MAX_PARTS = 10_000;
const MAX_URLS = 100;

const ACTIONS = {
  create: { may: mayWrite, sign: (store, id) => store.createUpload(id) },
  parts: { may: mayWrite, sign: signParts },
  complete: { may: mayWrite, sign: (store, id, { uploadId }) => store.completeUpload(id, text(uploadId)) },
  abort: { may: mayWrite, sign: (store, id, { uploadId }) => store.abortUpload(id, text(uploadId)) },
  'put-header': { may: mayWrite, sign: (store, id) => store.putHeader(id) },
  // A reader rotates the keys of what is in the inbox, hence mayRead.
  'replace-header': { may: mayRead, sign: (store, id, { etag }) => store.putHeader(id, text(etag)) },
  'get-header': { may: mayRead, sign: (store, id) => store.getHeader(id) },
  'get-body': { may: mayRead, sign: (store, id) => store.getBody(id) },
  'head-body': { may: mayRead, sign: (store, id) => store.headBody(id) },
};

/** Authorises `action` on `id` for `user` and signs it. */
export function signAction(store, user, id, action, details) {
  const found = Object.hasOwn(ACTIONS, action) && ACTIONS[action];
  if (!found) throw badRequest('There is no such action.');
  found.may(user, id);
  return found.sign(store, id, details);
}

async function signParts(store, id, { uploadId, from, count }) {
  const last = from + count - 1;
  if (!Number.isInteger(from) || !Number.isInteger(count) || from < 1 || count < 1 || count > MAX_URLS || last > MAX_PARTS) {
    throw badRequest('Ask for 1 to 100 parts, numbered from 1 to 10000.');
  }
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  return { parts: await Promise.all(numbers.map((number) => store.uploadPart(id, text(uploadId), number))) };
}

function text(value) {
  if (typeof value !== 'string' || value.length === 0 || value.length > 1024) {
    throw badRequest('A field is missing or too long.');
  }
  return value;
}

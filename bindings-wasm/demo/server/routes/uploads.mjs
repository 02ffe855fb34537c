// Routes for bodies of several parts. The backend begins and ends uploads, and remembers for each
// session which it has begun.
import { notSignedIn, noSuchUpload, tooMany } from '../errors.mjs';
import { mayWrite } from '../objects.mjs';
import { REQUESTS } from '../requests.mjs';

/** 10,000 ETags. */
const COMPLETE_SIZE = 1024 * 1024;
const MOST_OPEN = 1_000;
const PAUSE_SECONDS = 60;

/**
 * The upload with this id, if this session has begun it for this object. The store is asked about
 * no other.
 */
function begun({ session, body: { object, uploadId } }) {
  const upload = session.uploads.get(uploadId);
  return String(upload?.object) === String(object) ? upload : undefined;
}

/**
 * Room for one more. What is complete is kept as long as that lasts, for requests that are made
 * again.
 */
function makeRoom({ uploads, beginning }) {
  if (uploads.size + beginning < MOST_OPEN) return;
  const complete = [...uploads].find(([, { isComplete }]) => isComplete);
  if (!complete) throw tooMany(PAUSE_SECONDS);
  uploads.delete(complete[0]);
}

/** Does `work` once all that came before it under this `key` is done. */
function inTurn(turns, key, work) {
  const turn = (turns.get(key) ?? Promise.resolve()).then(work);
  const done = turn
    .catch(() => {})
    .then(() => {
      if (turns.get(key) === done) turns.delete(key);
    });
  turns.set(key, done);
  return turn;
}

export function uploadRoutes({ store }) {
  const turns = new Map();
  /** A request that is made again while the first is on its way finds what that one has begun. */
  const beginUpload = async (session, object) => {
    makeRoom(session);
    session.beginning += 1;
    try {
      return await inTurn(turns, String(object), () => store.beginUpload(object));
    } finally {
      session.beginning -= 1;
    }
  };
  const begin = async ({ user, session, body: { object } }) => {
    mayWrite(user, object);
    const uploadId = await beginUpload(session, object);
    if (session.isOver) {
      // Signed out meanwhile: what was open then is removed already, and this was not.
      await store.abortUpload(object, uploadId);
      throw notSignedIn();
    }
    session.uploads.set(uploadId, { object, isComplete: false });
    return { uploadId };
  };
  const parts = async (call) => {
    const {
      user,
      body: { object, uploadId, from, count },
    } = call;
    mayWrite(user, object);
    if (!begun(call)) throw noSuchUpload();
    const numbers = Array.from({ length: count }, (_, index) => from + index);
    return {
      parts: await Promise.all(numbers.map((number) => store.signPart(object, uploadId, number))),
    };
  };
  const complete = async (call) => {
    const {
      user,
      body: { object, uploadId, size, etags },
    } = call;
    mayWrite(user, object);
    const upload = begun(call);
    if (!upload) throw noSuchUpload();
    await store.completeUpload(object, uploadId, size, etags);
    upload.isComplete = true;
    return {};
  };
  const abort = async (call) => {
    const {
      user,
      session,
      body: { object, uploadId },
    } = call;
    mayWrite(user, object);
    if (!begun(call)) return {}; // It is not there, or was removed before.
    await store.abortUpload(object, uploadId);
    session.uploads.delete(uploadId);
    return {};
  };
  const route = (name, action, body, work, more = {}) => ({
    name: `POST /api/uploads/${name}`,
    body,
    limit: 'sign',
    ...more,
    run: (call) => call.decide(action, call.body.object, () => work(call)),
  });
  return [
    route('begin', 'begin upload', REQUESTS.object, begin),
    route('parts', 'sign parts', REQUESTS.parts, parts, { cost: ({ count }) => count }),
    route('complete', 'complete upload', REQUESTS.complete, complete, { most: COMPLETE_SIZE }),
    route('abort', 'abort upload', REQUESTS.abort, abort),
  ];
}

// Bodies of more than one part. The backend begins and ends them, and remembers for each session which are open.
import { notSignedIn } from '../errors.mjs';
import { mayWrite } from '../objects.mjs';
import { REQUESTS } from '../requests.mjs';

/** 10,000 ETags. */
const COMPLETE_SIZE = 1024 * 1024;
const MOST_OPEN = 1_000;

export function uploadRoutes({ store }) {
  const begin = async ({ user, session, body: { object } }) => {
    mayWrite(user, object);
    const uploadId = await store.beginUpload(object);
    if (session.isOver) {
      // Signed out meanwhile: what was open then is removed already, and this was not.
      await store.abortUpload(object, uploadId);
      throw notSignedIn();
    }
    session.uploads.set(uploadId, object);
    if (session.uploads.size > MOST_OPEN) session.uploads.delete(session.uploads.keys().next().value);
    return { uploadId };
  };
  const parts = async ({ user, body: { object, uploadId, from, count } }) => {
    mayWrite(user, object);
    const numbers = Array.from({ length: count }, (_, index) => from + index);
    return { parts: await Promise.all(numbers.map((number) => store.signPart(object, uploadId, number))) };
  };
  const complete = async ({ user, session, body: { object, uploadId, size, etags } }) => {
    mayWrite(user, object);
    await store.completeUpload(object, uploadId, size, etags);
    session.uploads.delete(uploadId);
    return {};
  };
  const abort = async ({ user, session, body: { object, uploadId } }) => {
    mayWrite(user, object);
    await store.abortUpload(object, uploadId);
    session.uploads.delete(uploadId);
    return {};
  };
  const route = (name, action, body, work, more = {}) => ({
    name: `POST /api/uploads/${name}`, body, limit: 'sign', ...more,
    run: (call) => call.decide(action, call.body.object, () => work(call)),
  });
  return [
    route('begin', 'begin upload', REQUESTS.object, begin),
    route('parts', 'sign parts', REQUESTS.parts, parts, { cost: ({ count }) => count }),
    route('complete', 'complete upload', REQUESTS.complete, complete, { most: COMPLETE_SIZE }),
    route('abort', 'abort upload', REQUESTS.abort, abort),
  ];
}

// Routes for objects: new ids, the list, signed requests for the store, headers, the audit trail.
import { each } from '../json-body.mjs';
import { listed, mayRead, mayReplaceHeader, mayWrite, ObjectId } from '../objects.mjs';
import { MOST_HEADER, MOST_HEADERS, REQUESTS } from '../requests.mjs';

/** JSON with so many headers in base64, and ids. */
const HEADERS_SIZE = MOST_HEADERS * (2 * MOST_HEADER);

/** What the page may have signed: who may, and the request. */
const SIGNED = {
  'get-header': { may: mayRead, sign: (store, id) => store.signHeader(id) },
  'get-body': { may: mayRead, sign: (store, id) => store.signBody(id) },
  'head-body': { may: mayRead, sign: (store, id) => store.signHead(id) },
  'put-body': { may: mayWrite, sign: (store, id) => store.signWholeBody(id) },
};

export function objectRoutes({ store, audit, headers }) {
  const create = async (user, space, decide) => {
    const id = ObjectId.fresh(space, user);
    await decide('create', id, () => {});
    return { id: String(id), context: id.context };
  };
  const sign =
    ({ user, decide }) =>
    ({ object, action }) =>
      decide(`sign ${action}`, object, () => {
        SIGNED[action].may(user, object);
        return SIGNED[action].sign(store, object);
      });
  const handIn =
    ({ user, decide }) =>
    ({ object, header }) =>
      decide('hand in', object, async () => {
        mayWrite(user, object);
        await headers.check(object, header);
        await store.putHeader(object, header);
      });
  const replace = ({ user, body: { object, header, etag }, decide }) =>
    decide('replace header', object, async () => {
      mayReplaceHeader(user, object);
      const { bytes } = await store.header(object);
      await headers.checkReplacement(object, header, bytes);
      await store.replaceHeader(object, header, etag);
    });
  return [
    {
      name: 'POST /api/objects',
      body: REQUESTS.create,
      limit: 'sign',
      cost: ({ count }) => count,
      run: ({ user, body: { space, count }, decide }) =>
        each(Array(count).fill(space), () => create(user, space, decide)),
    },
    {
      name: 'POST /api/objects/list',
      body: REQUESTS.list,
      limit: 'list',
      run: async ({ user, body: { space, limit }, decide }) => {
        const objects = await decide('list', undefined, () => store.list(listed(user, space)));
        return { objects: objects.slice(0, limit), total: objects.length };
      },
    },
    {
      name: 'POST /api/objects/sign',
      body: REQUESTS.sign,
      limit: 'sign',
      cost: ({ requests }) => requests.length,
      run: (call) => each(call.body.requests, sign(call)),
    },
    {
      name: 'POST /api/objects/hand-in',
      body: REQUESTS.handIn,
      limit: 'sign',
      cost: ({ requests }) => requests.length,
      most: HEADERS_SIZE,
      run: (call) => each(call.body.requests, handIn(call)),
    },
    {
      name: 'POST /api/objects/replace-header',
      body: REQUESTS.replace,
      limit: 'sign',
      most: HEADERS_SIZE / MOST_HEADERS,
      run: async (call) => (await replace(call), {}),
    },
    {
      name: 'POST /api/objects/audit',
      body: REQUESTS.object,
      limit: 'list',
      run: ({ user, body: { object }, decide }) =>
        decide('read trail', object, () => {
          mayRead(user, object);
          return { entries: audit.of(object) };
        }),
    },
  ];
}

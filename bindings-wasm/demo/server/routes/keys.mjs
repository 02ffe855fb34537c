// Routes for DEKs, used by `HttpProvider` in the page: the key service generates, wraps and unwraps
// them under the vault key.
import { each } from '../json-body.mjs';
import { VAULT_KEY } from '../kms.mjs';
import { mayRotate, mayUseKey } from '../objects.mjs';
import { REQUESTS } from '../requests.mjs';

const BATCH_SIZE = 128 * 1024;

export function keyRoutes({ kms }) {
  // `context` is an `ObjectId` by now: the context that the key service gets is made of that.
  const operations = {
    generate: async ({ context }) => {
      const { dek, wrapped } = await kms.generate(context);
      return { dek, ...named(wrapped) };
    },
    wrap: async ({ context, dek }) => named(await kms.wrap(dek.toString('base64'), context)),
    unwrap: async ({ context, wrappedDek }) => ({
      dek: await kms.unwrap(wrappedDek.toString('utf8'), context),
    }),
  };
  const ask =
    ({ user, decide }) =>
    ({ operation, ...fields }) =>
      decide(`${operation} key`, fields.context, () => {
        mayUseKey(user, fields.context);
        return operations[operation](fields);
      });
  const single = (operation) => ({
    name: `POST /api/keys/${operation}`,
    body: REQUESTS[operation],
    limit: 'key',
    run: (call) => ask(call)({ operation, ...call.body }),
  });
  const rotate = async (key) => {
    const version = await kms.rotate(key);
    return { version, detail: `version ${version}` };
  };
  return [
    ...Object.keys(operations).map(single),
    // The same, for many objects at once.
    {
      name: 'POST /api/keys',
      body: REQUESTS.keys,
      limit: 'key',
      cost: ({ requests }) => requests.length,
      most: BATCH_SIZE,
      run: (call) => each(call.body.requests, ask(call)),
    },
    {
      name: 'POST /api/keys/rotate',
      body: REQUESTS.rotate,
      limit: 'rotate',
      run: async ({ user, body: { key }, decide }) => {
        const { version } = await decide(`rotate ${key}`, undefined, () => {
          mayRotate(user, key);
          return rotate(key);
        });
        return { version };
      },
    },
    {
      name: 'GET /api/keys/inbox',
      limit: 'key',
      run: ({ decide }) => decide('read public keys', undefined, () => kms.inboxPublicKeys()),
    },
  ];
}

/** What the key service wrapped, as headers keep it. */
function named(ciphertext) {
  return { keyId: VAULT_KEY, wrappedDek: Buffer.from(ciphertext).toString('base64') };
}

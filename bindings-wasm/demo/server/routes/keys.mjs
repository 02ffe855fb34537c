// DEKs, for `HttpProvider` in the page: made, wrapped and unwrapped by the key service under the vault's key.
import { VAULT_KEY } from '../kms.mjs';
import { mayRotate, mayUseKey } from '../objects.mjs';
import { REQUESTS } from '../requests.mjs';

export function keyRoutes({ kms }) {
  // `context` is an `ObjectId` by now: the context that the key service gets is made of that.
  const generate = async ({ context }) => {
    const { dek, wrapped } = await kms.generate(context);
    return { dek, ...named(wrapped) };
  };
  const wrap = async ({ context, dek }) => named(await kms.wrap(dek.toString('base64'), context));
  const unwrap = async ({ context, wrappedDek }) => ({ dek: await kms.unwrap(wrappedDek.toString('utf8'), context) });
  const route = (name, body, work) => ({
    name: `POST /api/keys/${name}`, body, limit: 'key',
    run: ({ user, body: fields, decide }) => decide(`${name} key`, fields.context, () => {
      mayUseKey(user, fields.context);
      return work(fields);
    }),
  });
  const rotate = async (key) => {
    const version = await kms.rotate(key);
    return { version, detail: `version ${version}` };
  };
  return [
    route('generate', REQUESTS.generate, generate),
    route('wrap', REQUESTS.wrap, wrap),
    route('unwrap', REQUESTS.unwrap, unwrap),
    {
      name: 'POST /api/keys/rotate', body: REQUESTS.rotate, limit: 'rotate',
      run: async ({ user, body: { key }, decide }) => {
        const { version } = await decide(`rotate ${key}`, undefined, () => {
          mayRotate(user, key);
          return rotate(key);
        });
        return { version };
      },
    },
    { name: 'GET /api/keys/inbox', limit: 'key', run: ({ decide }) => decide('read public keys', undefined, () => kms.inboxPublicKeys()) },
  ];
}

/** What the key service wrapped, as headers keep it. */
function named(ciphertext) {
  return { keyId: VAULT_KEY, wrappedDek: Buffer.from(ciphertext).toString('base64') };
}

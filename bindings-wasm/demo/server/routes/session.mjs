// Routes for signing in and out. When a session ends, the parts of its unfinished uploads are
// removed from the store.
import { REQUESTS } from '../requests.mjs';
import { VAULT_KEY, VAULT_PROVIDER } from '../kms.mjs';
import { USERS } from '../users.mjs';

export function sessionRoutes({ store, kms, sessions }) {
  const describe = (user) => ({
    user,
    users: [...USERS.values()],
    keyService: kms.origin,
    vault: { providerId: VAULT_PROVIDER, keyId: VAULT_KEY },
  });
  const abandon = async (ended) => {
    const uploads = ended.flatMap((session) => [...session.uploads]);
    await Promise.allSettled(
      uploads.map(([uploadId, { object }]) => store.abortUpload(object, uploadId)),
    );
  };
  return [
    {
      name: 'POST /api/session',
      body: REQUESTS.signIn,
      limit: 'signIn',
      open: true,
      run: async ({ request, response, body, decide }) => {
        const { session, ended, cookie } = await decide('sign in', undefined, () => {
          const signedIn = sessions.signIn(body.user, request);
          return { ...signedIn, actor: signedIn.session.user.id };
        });
        await abandon(ended);
        response.setHeader('Set-Cookie', cookie);
        return describe(session.user);
      },
    },
    {
      name: 'DELETE /api/session',
      body: REQUESTS.nothing,
      run: async ({ session, response, decide }) => {
        const cookie = await decide('sign out', undefined, () => sessions.signOut(session));
        await abandon([session]);
        response.setHeader('Set-Cookie', cookie);
        return {};
      },
    },
    // Whose session this is, for a page that is loaded anew: it names no user yet.
    {
      name: 'GET /api/session',
      unnamed: true,
      run: ({ user }) => describe(user),
    },
    // Who could sign in.
    { name: 'GET /api/users', open: true, run: () => ({ users: [...USERS.values()] }) },
  ];
}

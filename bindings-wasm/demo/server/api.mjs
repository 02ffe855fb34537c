// The JSON API. Every route but signing in needs a session; every decision about an object or a
// key is written to the audit trail, the refused ones too.
import { badRequest, forbidden, HttpError } from './errors.mjs';
import { contextOf, listPrefix, mayRead, newObject, parseObject, SPACES, vaultObject } from './objects.mjs';
import { VAULT_KEY, VAULT_PROVIDER } from './kms.mjs';
import { USERS } from './sessions.mjs';
import { signAction } from './signing.mjs';

/** The routes of one server, as `METHOD path` to a function of the request. */
export class Api {
  #store;
  #kms;
  #audit;
  #sessions;

  constructor({ store, kms, audit, sessions }) {
    this.#store = store;
    this.#kms = kms;
    this.#audit = audit;
    this.#sessions = sessions;
  }

  routes() {
    return new Map([
      ['POST /api/session', (call) => this.#signIn(call)],
      ['DELETE /api/session', (call) => this.#signOut(call)],
      ['GET /api/session', (call) => this.#describe(this.#sessions.user(call.request))],
      ['POST /api/objects', (call) => this.#newObject(call)],
      ['POST /api/objects/list', (call) => this.#list(call)],
      ['POST /api/objects/sign', (call) => this.#sign(call)],
      ['POST /api/objects/audit', (call) => this.#trail(call)],
      ['POST /api/keys/generate', (call) => this.#generate(call)],
      ['POST /api/keys/wrap', (call) => this.#wrap(call)],
      ['POST /api/keys/unwrap', (call) => this.#unwrap(call)],
      ['POST /api/keys/rotate', (call) => this.#rotate(call)],
      ['GET /api/keys/inbox', (call) => this.#inboxKey(call)],
    ]);
  }

  #signIn({ body, response }) {
    const { user, cookie } = this.#sessions.signIn(body.user);
    response.setHeader('Set-Cookie', cookie);
    return this.#describe(user);
  }

  #signOut({ request, response }) {
    response.setHeader('Set-Cookie', this.#sessions.signOut(request));
    return {};
  }

  #describe(user) {
    return {
      user,
      users: [...USERS.values()],
      keyService: this.#kms.origin,
      vault: { providerId: VAULT_PROVIDER, keyId: VAULT_KEY },
    };
  }

  #newObject({ request, body }) {
    const user = this.#sessions.user(request);
    const id = newObject(user, body.space);
    this.#audit.record({ actor: user.id, action: 'create', object: id, outcome: 'allowed' });
    return { id, context: contextOf(id) };
  }

  #list({ request, body }) {
    const user = this.#sessions.user(request);
    return this.#store.list(listPrefix(user, body.space), body.continuation);
  }

  #sign({ request, body }) {
    const user = this.#sessions.user(request);
    const { id } = parseObject(body.object);
    return this.#decide(user, `sign ${body.action}`, id, () =>
      signAction(this.#store, user, id, body.action, body));
  }

  #trail({ request, body }) {
    const user = this.#sessions.user(request);
    const { id } = parseObject(body.object);
    mayRead(user, id);
    return { entries: this.#audit.of(id) };
  }

  #generate({ request, body }) {
    return this.#key(request, body, 'generate key', async () => {
      const { dek, wrapped } = await this.#kms.generate(body.context);
      return { dek, ...named(wrapped) };
    });
  }

  #wrap({ request, body }) {
    return this.#key(request, body, 'wrap key', async () => named(await this.#kms.wrap(string(body.dek), body.context)));
  }

  #unwrap({ request, body }) {
    return this.#key(request, body, 'unwrap key', async () => ({
      dek: await this.#kms.unwrap(utf8(string(body.wrappedDek)), body.context),
    }));
  }

  #key(request, body, action, work) {
    const user = this.#sessions.user(request);
    const { id } = parseObject(body.context?.object);
    return this.#decide(user, action, id, () => {
      vaultObject(user, body.context);
      return work();
    });
  }

  async #rotate({ request, body }) {
    const user = this.#sessions.user(request);
    if (!SPACES.includes(body.key)) throw badRequest('There is no such key.');
    if (body.key === 'inbox' && user.role !== 'reader') throw forbidden('Only a reader rotates the key of the inbox.');
    const version = await this.#kms.rotate(body.key);
    this.#audit.record({ actor: user.id, action: `rotate ${body.key}`, outcome: 'allowed', detail: `version ${version}` });
    return { version };
  }

  #inboxKey({ request }) {
    this.#sessions.user(request);
    return this.#kms.inboxPublicKeys();
  }

  /** Does `work` and writes down how it ended. */
  async #decide(user, action, object, work) {
    const event = { actor: user.id, action, object };
    try {
      const result = await work();
      this.#audit.record({ ...event, outcome: 'allowed' });
      return result;
    } catch (error) {
      const refused = error instanceof HttpError && error.status < 500;
      this.#audit.record({ ...event, outcome: refused ? 'refused' : 'failed', detail: error.code });
      throw error;
    }
  }
}

/** What the key service wrapped, as headers keep it. */
function named(ciphertext) {
  return { keyId: VAULT_KEY, wrappedDek: Buffer.from(ciphertext).toString('base64') };
}

function string(value) {
  if (typeof value !== 'string' || value.length > 16_384) throw badRequest('A field is missing or too long.');
  return value;
}

function utf8(base64) {
  return Buffer.from(base64, 'base64').toString('utf8');
}

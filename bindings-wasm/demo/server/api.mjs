// The path of every API request: its host, its route, the limits of its sender, where it comes
// from, who sends it, whether it is well formed, and then its work. A refusal happens before anything is read
// or done for the sender. Every decision, refusals included, is a line of the audit trail.
import { readJson, refuseForeign, refuseOtherHost } from './json-body.mjs';
import { HttpError, notFound } from './errors.mjs';
import { NOBODY } from './audit.mjs';
import { addressOf, Limits } from './limits.mjs';
import { checked } from './requests.mjs';
import { keyRoutes } from './routes/keys.mjs';
import { objectRoutes } from './routes/objects.mjs';
import { sessionRoutes } from './routes/session.mjs';
import { uploadRoutes } from './routes/uploads.mjs';

/**
 * The API of one server. A route has `name` (`METHOD /path`), `body` (the schema of its request, if
 * it has one), `limit` and `cost(body)` (what it takes of which limit), `most` (bytes of its
 * request), `open` (needs no session), `unnamed` (names no user: it asks whose session this is), and
 * `run(call)`.
 */
export class Api {
  #routes;
  #audit;
  #sessions;
  #limits;
  #origins;
  #hosts;

  /**
   * `services`: `{ store, kms, audit, sessions, headers }`; `origins`: where the page may be;
   * `hosts`: how it may be called.
   */
  constructor(services, { origins, hosts, limits }) {
    const routes = [sessionRoutes, objectRoutes, uploadRoutes, keyRoutes].flatMap((make) =>
      make(services),
    );
    this.#routes = new Map(routes.map((route) => [route.name, route]));
    this.#audit = services.audit;
    this.#sessions = services.sessions;
    this.#limits = new Limits(limits);
    this.#origins = origins;
    this.#hosts = hosts;
  }

  /** Answers `request`: the value to send, or an `HttpError`. */
  async answer(request, response) {
    // Compared as it was sent: nothing takes a path apart, so no two readings of it can differ.
    const route = this.#routes.get(`${request.method} ${request.url}`);
    const address = addressOf(request);
    const call = { request, response, actor: NOBODY };
    try {
      this.#limits.take('request', { address });
      refuseOtherHost(request, this.#hosts);
      if (!route) throw notFound();
      if (request.method !== 'GET') refuseForeign(request, this.#origins);
      if (!route.open) this.#identify(call, route);
      const raw = route.body && (await readJson(request, route.most));
      call.body = route.body && checked(route.body, raw);
      if (route.limit)
        this.#limits.take(route.limit, { address, user: call.user }, route.cost?.(call.body));
    } catch (error) {
      throw this.#refused(call, address, error);
    }
    return route.run({
      ...call,
      decide: (action, object, work) => this.#decide(call, action, object, work),
    });
  }

  #identify(call, { unnamed }) {
    const session = this.#sessions.of(call.request);
    call.actor = session.user.id;
    if (!unnamed) this.#sessions.checkNamed(call.request, session);
    call.session = session;
    call.user = session.user;
  }

  /**
   * Writes down that a request got no further than this, and why: `error`, or that there were too
   * many. One flood is one line.
   */
  #refused({ actor, user }, address, error) {
    if (error.again) return error;
    let why = error;
    try {
      this.#limits.take('refusal', { address, user });
    } catch (tooMany) {
      why = tooMany;
    }
    if (!why.again)
      this.#audit.record({
        actor,
        action: 'request',
        outcome: outcomeOf(why),
        detail: codeOf(why),
      });
    return why;
  }

  /**
   * Does `work` and writes down how it ended. Its result may have the `detail` of the line, and the
   * `actor` whom only the work has found out.
   */
  async #decide({ actor }, action, object, work) {
    const event = { actor, action, object };
    this.#audit.check();
    try {
      const result = await work();
      this.#audit.record({
        ...event,
        actor: result?.actor ?? actor,
        outcome: 'allowed',
        detail: result?.detail,
      });
      return result;
    } catch (error) {
      this.#audit.record({ ...event, outcome: outcomeOf(error), detail: codeOf(error) });
      throw error;
    }
  }
}

const outcomeOf = (error) =>
  error instanceof HttpError && error.status < 500 ? 'refused' : 'failed';
const codeOf = (error) => (error instanceof HttpError ? error.code : 'internal');

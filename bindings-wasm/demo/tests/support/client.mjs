// A client of the backend as a program would be one: with a cookie, and with any bytes at all.
import { connect } from 'node:net';

import { world } from './world.mjs';

/** A client; signed in, if a `user` is given. */
export async function client(user, demo) {
  demo ??= (await world()).demo;
  const self = {
    cookie: '',
    user,
    demo,
    /** Sends `body`, JSON or text, and returns `{ status, headers, body }`. */
    async send(method, path, body, headers = {}) {
      const response = await fetch(demo.url + path, {
        method,
        headers: {
          Origin: demo.url,
          'Content-Type': 'application/json',
          Cookie: self.cookie,
          'Sealwax-User': self.user ?? '',
          ...headers,
        },
        body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text ? JSON.parse(text) : undefined,
      };
    },
    post: (path, body, headers) => self.send('POST', path, body, headers),
    /** One item of a batch, as if it had been sent alone. */
    async one(path, item) {
      const { status, body } = await self.post(path, { requests: [item] });
      const [result] = body.results ?? [{ status, ...body }];
      return result.error
        ? { status: result.status, error: result.error }
        : { status, value: result.value };
    },
    sign: (object, action) => self.one('/api/objects/sign', { object, action }),
    async signIn(id) {
      const answer = await self.post('/api/session', { user: id });
      self.cookie = answer.headers.get('set-cookie').split(';')[0];
      self.user = id;
      return answer;
    },
    async create(space = 'vault') {
      const { body } = await self.post('/api/objects', { space, count: 1 });
      return body.results[0].value;
    },
  };
  if (user) await self.signIn(user);
  return self;
}

/** A client who owns a new object: `{ owner, id, context }`. */
export async function objectOf(user, space = 'vault') {
  const owner = await client(user);
  return { owner, ...(await owner.create(space)) };
}

/** Sends `text` to the page's port as it is; all that comes back until the connection ends. */
export function raw(demo, text, { then } = {}) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    let answer = '';
    const socket = connect(Number(new URL(demo.url).port), '127.0.0.1', () => {
      socket.write(text);
      then?.(socket);
    });
    socket.setEncoding('latin1').on('data', (data) => {
      answer += data;
    });
    socket.on('error', (error) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error),
    );
    socket.on('close', () =>
      resolve({
        answer,
        status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]),
        milliseconds: performance.now() - start,
      }),
    );
  });
}

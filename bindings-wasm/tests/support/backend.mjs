// The servers that the suite talks to: a page's backend that wraps keys, and a store of objects.
// Both exist in good and in bad.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { serve } from './static-server.mjs';

const KEK = Buffer.alloc(32, 9);
export const CSRF = { name: 'X-Csrf-Token', value: 'token-1' };

/** AES-256-GCM with the context as associated data. */
function wrap(dek, context) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', KEK, nonce).setAAD(
    Buffer.from(JSON.stringify(context)),
  );
  return Buffer.concat([nonce, cipher.update(dek), cipher.final(), cipher.getAuthTag()]);
}

function unwrap(wrapped, context) {
  const decipher = createDecipheriv('aes-256-gcm', KEK, wrapped.subarray(0, 12)).setAAD(
    Buffer.from(JSON.stringify(context)),
  );
  decipher.setAuthTag(wrapped.subarray(-16));
  return Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()]);
}

const base64 = (bytes) => Buffer.from(bytes).toString('base64');

/** What the backend does as it should. */
const OPERATIONS = {
  generate: ({ context }) => {
    const dek = randomBytes(32);
    return { dek: base64(dek), wrappedDek: base64(wrap(dek, context)) };
  },
  wrap: ({ context, dek }) => ({ wrappedDek: base64(wrap(Buffer.from(dek, 'base64'), context)) }),
  unwrap: ({ context, wrappedDek }) => ({
    dek: base64(unwrap(Buffer.from(wrappedDek, 'base64'), context)),
  }),
};

/** What was asked, for tests to look at. */
const asked = [];

/** `/kms/<mode>/<operation>`: the backend in each of its moods. */
async function kms(request, response, url) {
  const [, , mode, operation] = url.pathname.split('/');
  const body = JSON.parse((await textOf(request)) || '{}');
  asked.push({ mode, operation, body, headers: request.headers, method: request.method });
  const reply = (status, answer, headers = {}) => {
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'X-Request-Id': `r-${asked.length}`,
      ...headers,
    });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  };
  switch (mode) {
    case 'csrf':
      if (request.headers[CSRF.name.toLowerCase()] !== CSRF.value)
        return reply(403, { error: 'csrf' });
      break;
    case 'hang':
      return undefined;
    case 'down':
      return reply(503, 'upstream is away');
    case 'html':
      return reply(200, '<!doctype html>', { 'Content-Type': 'text/html' });
    case 'huge':
      return reply(200, JSON.stringify({ dek: 'A'.repeat(100_000) }));
    case 'empty':
      return reply(200, {});
    case 'short':
      return reply(200, { ...OPERATIONS.generate(body), dek: base64(randomBytes(16)) });
    case 'stranger':
      return reply(200, { ...OPERATIONS[operation](body), keyId: 'another' });
    case 'redirect':
      return reply(307, '', { Location: `/kms/ok/${operation}` });
  }
  try {
    return reply(200, OPERATIONS[operation](body));
  } catch {
    return reply(422, { error: 'key_unwrap' });
  }
}

const objects = new Map();

/** `/objects/<name>`: PUT and ranges of GET; `?mode=` makes it misbehave. */
async function store(request, response, url) {
  const name = url.pathname.slice('/objects/'.length);
  if (request.method === 'PUT') {
    objects.set(name, await bytesOf(request));
    return response.writeHead(201).end();
  }
  const object = objects.get(name);
  if (!object) return response.writeHead(404).end('no such object');
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const mode = url.searchParams.get('mode');
  if (!range || mode === 'whole')
    return response.writeHead(200, { 'Content-Length': object.length }).end(object);
  const [start, last] = [Number(range[1]), Math.min(Number(range[2]), object.length - 1)];
  if (start > last)
    return response.writeHead(416, { 'Content-Range': `bytes */${object.length}` }).end();
  const part = object.subarray(start, last + 1 - (mode === 'short' && start > 0 ? 1 : 0));
  const total = mode === 'silent' ? '*' : object.length;
  response.writeHead(206, {
    'Content-Length': part.length,
    'Content-Range': `bytes ${start}-${last}/${total}`,
  });
  return response.end(part);
}

/** Requests of each run so far. */
const runs = new Map();

/**
 * `/faulty/<fault>/<at>/<run>/<name>`: a store of objects whose request number `at` of a run, or
 * `all`, goes wrong.
 */
async function faulty(request, response, url) {
  const [, , fault, at, run, name] = url.pathname.split('/');
  const number = (runs.get(run) ?? 0) + 1;
  runs.set(run, number);
  const object = objects.get(name);
  const [start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range).slice(1).map(Number);
  const last = Math.min(end, object.length - 1);
  const answer = (status, headers, body) =>
    response
      .writeHead(status, {
        ETag: '"1"',
        'Content-Range': `bytes ${start}-${last}/${object.length}`,
        ...headers,
      })
      .write(body ?? '');
  const part = object.subarray(start, last + 1);
  const half = part.subarray(0, Math.ceil(part.length / 2));
  const isFaulty = at === 'all' || Number(at) === number;
  const cut = (headers) => {
    answer(206, headers, half);
    request.socket.end(); // what was written is sent, and no more
  };
  switch (isFaulty ? fault : 'none') {
    case 'dropped':
      return request.socket.destroy();
    case 'cut':
      return cut({ 'Content-Length': part.length });
    case 'cut-chunked':
      return cut({});
    case 'changed':
      return cut({ 'Content-Length': part.length, ETag: '"2"' });
    case 'stalled':
      return answer(206, { 'Content-Length': part.length }, half);
    case 'silent':
      return undefined;
    case 'elsewhere':
      return response
        .writeHead(206, { 'Content-Range': `bytes ${start + 1}-${last + 1}/${object.length}` })
        .end(part);
    case 'more':
      return response.writeHead(206).end(Buffer.concat([part, part]));
    case 'none':
      return response
        .writeHead(206, {
          'Content-Length': part.length,
          'Content-Range': `bytes ${start}-${last}/${object.length}`,
          ETag: '"1"',
        })
        .end(part);
    default:
      return response
        .writeHead(Number(fault.slice(0, 3)), fault.endsWith('later') ? { 'Retry-After': '1' } : {})
        .end('not now');
  }
}

async function bytesOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

const textOf = async (request) => (await bytesOf(request)).toString('utf8');

const log = (_request, response, url) => {
  const mode = url.searchParams.get('mode');
  response
    .writeHead(200, { 'Content-Type': 'application/json' })
    .end(JSON.stringify(asked.filter((one) => one.mode === mode)));
};

export const routes = { '/kms/': kms, '/objects/': store, '/faulty/': faulty, '/asked': log };

/** For Node: the backends alone; they end with the process. */
export async function start() {
  const { origin, unref } = await serve({ routes });
  unref();
  return origin;
}

// The listener: TLS or loopback, security headers, files, the API, time limits and connection
// limits.
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';

import { Api } from './api.mjs';
import { HttpError, notFound } from './errors.mjs';
import { HOME, loadFiles, sendFile } from './files.mjs';
import { addressOf } from './limits.mjs';
import { Headers } from './header-check.mjs';
import { refuseOtherHost } from './json-body.mjs';
import { securityHeaders } from './security-headers.mjs';
import { Sessions } from './sessions.mjs';

const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];
/** Whoever sends slowly holds a connection no longer than this; requests are small. */
export const TIMES = {
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
};
const SILENCE_MS = 60_000;
/**
 * Connections at a time, of all and of one address: a browser has six. Behind a proxy they are all
 * the proxy's.
 */
const CONNECTIONS = { all: 2_000, perAddress: 256 };

/**
 * Where browsers find a page on `host` and `port`, the first as its own URL. A machine's own names
 * stand for each other. A URL's origin leaves out the port that is the scheme's own.
 */
export function originsOf({ host, port, tls }) {
  const name = host.includes(':') ? `[${host}]` : host;
  const names = LOOPBACK.includes(name)
    ? [name, ...LOOPBACK.filter((other) => other !== name)]
    : [name];
  return names.map((each) => new URL(`${tls ? 'https' : 'http'}://${each}:${port}`).origin);
}

/**
 * Starts to serve.
 *
 * @param {object} options
 * @param {{ host: string, port: number, tls?: { key: string, cert: string } }} options.listen
 * @param {Record<string, string>} options.mounts URL prefixes and the folders behind them
 * @param {import('./store.mjs').Store} options.store
 * @param {import('./kms.mjs').KeyService} options.kms
 * @param {import('./audit.mjs').AuditTrail} options.audit
 * @param {(bytes: Uint8Array) => Promise<object>} options.inspect Sealwax's parser of headers
 * @param {object} [options.limits] other limits than those of limits.mjs
 * @param {number} [options.sessionSeconds] how long a session lasts
 * @param {object} [options.times] other time limits, in milliseconds
 * @param {{ all?: number, perAddress?: number }} [options.connections] other numbers of connections
 */
export async function startServer({
  listen,
  mounts,
  store,
  kms,
  audit,
  inspect,
  limits,
  sessionSeconds,
  times,
  connections,
}) {
  const origins = originsOf(listen);
  const secure = Boolean(listen.tls);
  if (!secure && !LOOPBACK.includes(new URL(origins[0]).hostname)) {
    throw new Error('plain http is for loopback only: give a certificate');
  }
  const services = {
    store,
    kms,
    audit,
    sessions: new Sessions(secure, sessionSeconds),
    headers: new Headers({ inspect, kms }),
  };
  const hosts = origins.map((origin) => new URL(origin).host);
  const context = {
    files: await loadFiles(mounts),
    api: new Api(services, { origins, hosts, limits }),
    headers: securityHeaders([store.origin, kms.origin], secure),
    hosts,
  };
  const options = {
    ...TIMES,
    ...times,
    ...(secure ? { ...listen.tls, minVersion: 'TLSv1.2' } : {}),
  };
  const server = (secure ? createHttps : createHttp)(options, (request, response) =>
    answer(context, request, response),
  );
  server.setTimeout(SILENCE_MS);
  limitConnections(server, { ...CONNECTIONS, ...connections });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  return { origin: origins[0], close: () => closed(server) };
}

/** Whoever opens many connections leaves room for others. */
function limitConnections(server, { all, perAddress }) {
  server.maxConnections = all;
  const counts = new Map();
  server.on('connection', (socket) => {
    const address = addressOf({ socket });
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    socket.once('close', () => {
      const left = counts.get(address) - 1;
      if (left > 0) counts.set(address, left);
      else counts.delete(address);
    });
    if (count > perAddress) socket.destroy();
  });
}

function closed(server) {
  return new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

async function answer({ files, api, headers, hosts }, request, response) {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  try {
    if (request.url.startsWith('/api/'))
      return sendJson(response, 200, await api.answer(request, response));
    refuseOtherHost(request, hosts);
    if (!['GET', 'HEAD'].includes(request.method)) throw notFound();
    if (request.url === '/') return void response.writeHead(302, { Location: HOME }).end();
    const file = files.get(request.url.split('?', 1)[0]);
    if (!file) throw notFound();
    sendFile(file, request, response);
  } catch (error) {
    sendError(error, request, response);
  }
}

function sendJson(response, status, value) {
  const bytes = Buffer.from(JSON.stringify(value));
  // Keys travel here: nothing may keep an answer.
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': bytes.length,
    'Cache-Control': 'no-store',
  });
  response.end(bytes);
}

function sendError(error, request, response) {
  const known = error instanceof HttpError;
  if (!known) console.error(error);
  if (response.headersSent || response.destroyed) return response.destroy();
  const { status, code, message, retryAfter } = known
    ? error
    : { status: 500, code: 'internal', message: 'The server failed.' };
  if (retryAfter) response.setHeader('Retry-After', retryAfter);
  // What is left of a refused request is not waited for.
  if (!request.complete) response.setHeader('Connection', 'close');
  // `error` is what Sealwax's HttpProvider reads.
  sendJson(response, status, { error: code, message });
}

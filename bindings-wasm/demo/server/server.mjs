// The listener: TLS or loopback, security headers, files, the API.
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';

import { Api } from './api.mjs';
import { badRequest, forbidden, HttpError, notFound } from './errors.mjs';
import { HOME, loadFiles, sendFile } from './files.mjs';
import { securityHeaders } from './security.mjs';
import { Sessions } from './sessions.mjs';

const MAX_BODY = 64 * 1024;
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/**
 * Starts to serve.
 *
 * @param {object} options
 * @param {{ host: string, port: number, tls?: { key: string, cert: string } }} options.listen
 * @param {Record<string, string>} options.mounts URL prefixes and the folders behind them
 * @param {import('./store.mjs').Store} options.store
 * @param {import('./kms.mjs').KeyService} options.kms
 * @param {import('./audit.mjs').AuditTrail} options.audit
 */
export async function startServer({ listen, mounts, store, kms, audit }) {
  if (!listen.tls && !LOOPBACK.includes(listen.host)) {
    throw new Error('plain http is for loopback only: give a certificate');
  }
  const secure = Boolean(listen.tls);
  const context = {
    files: await loadFiles(mounts),
    routes: new Api({ store, kms, audit, sessions: new Sessions(secure) }).routes(),
    headers: securityHeaders([store.origin, kms.origin], secure),
    origin: `${secure ? 'https' : 'http'}://${listen.host}:${listen.port}`,
  };
  const handler = (request, response) => answer(context, request, response);
  const server = secure ? createHttps({ ...listen.tls, minVersion: 'TLSv1.2' }, handler) : createHttp(handler);
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  return {
    origin: context.origin,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

async function answer(context, request, response) {
  for (const [name, value] of Object.entries(context.headers)) response.setHeader(name, value);
  try {
    const { pathname } = new URL(request.url, context.origin);
    if (pathname.startsWith('/api/')) return await answerApi(context, pathname, request, response);
    if (pathname === '/') return void response.writeHead(302, { Location: HOME }).end();
    const file = ['GET', 'HEAD'].includes(request.method) && context.files.get(pathname);
    if (!file) throw notFound();
    sendFile(file, request, response);
  } catch (error) {
    sendError(error, response);
  }
}

async function answerApi({ routes, origin }, pathname, request, response) {
  const route = routes.get(`${request.method} ${pathname}`);
  if (!route) throw notFound();
  if (request.method !== 'GET') refuseForeign(request, origin);
  const body = request.method === 'GET' ? {} : await readJson(request);
  sendJson(response, 200, await route({ request, response, body }));
}

/** Requests that change something come from our page: SameSite, the origin and a JSON body say so. */
function refuseForeign(request, origin) {
  const { origin: from, 'content-type': type = '' } = request.headers;
  if (from !== origin) throw forbidden('The request comes from another site.');
  if (!type.startsWith('application/json')) throw badRequest('Send JSON.');
}

async function readJson(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_BODY) throw new HttpError(413, 'too_large', 'The request is too large.');
    chunks.push(chunk);
  }
  try {
    const value = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
    if (value && typeof value === 'object' && !Array.isArray(value)) return value;
  } catch {
    // Answered below, like any other body that is no JSON object.
  }
  throw badRequest('Send a JSON object.');
}

function sendJson(response, status, value) {
  // Keys travel here: nothing may keep an answer.
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(value));
}

function sendError(error, response) {
  const known = error instanceof HttpError;
  if (!known) console.error(error);
  if (response.headersSent) return response.destroy();
  const { status, code, message } = known ? error : { status: 500, code: 'internal', message: 'The server failed.' };
  // `error` is what Sealwax's HttpProvider reads.
  sendJson(response, status, { error: code, message });
}

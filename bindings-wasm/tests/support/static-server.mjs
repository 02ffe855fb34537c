// A web server on this machine for tests: folders under their own paths, headers as wanted, and
// routes of functions in front of them.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/**
 * Starts a server on a free port of 127.0.0.1.
 *
 * - `folders`: a path prefix such as `/dist/` to a folder (a path or a file URL);
 * - `headers`: sent with every answer, such as a Content-Security-Policy;
 * - `routes`: a path prefix to `(request, response, url) => void`, asked before the folders;
 * - `pages`: a path to a text of HTML.
 */
export async function serve({ folders = {}, headers = {}, routes = {}, pages = {} } = {}) {
  const answer = async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const route = longest(Object.keys(routes), url.pathname);
    if (route !== undefined) return routes[route](request, response, url);
    if (url.pathname in pages) return send(response, 200, TYPES['.html'], pages[url.pathname]);
    const folder = longest(Object.keys(folders), url.pathname);
    if (folder !== undefined)
      return sendFile(response, pathOf(folders[folder], url.pathname.slice(folder.length)));
    // What browsers ask for by themselves is no problem of a page.
    return send(response, url.pathname === '/favicon.ico' ? 204 : 404, 'text/plain', '');
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => send(response, 500, 'text/plain', String(error)));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { port, origin: `http://localhost:${port}`, close, unref: () => server.unref() };
}

const longest = (prefixes, path) =>
  prefixes.filter((prefix) => path.startsWith(prefix)).sort((a, b) => b.length - a.length)[0];

function pathOf(folder, rest) {
  const base = folder instanceof URL ? fileURLToPath(folder) : folder;
  return join(base, normalize(`/${decodeURIComponent(rest)}`));
}

async function sendFile(response, path) {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) return send(response, 404, 'text/plain', 'not found');
  response.writeHead(200, {
    'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
    'Content-Length': info.size,
  });
  createReadStream(path).pipe(response);
}

function send(response, status, type, text) {
  if (!response.headersSent) response.writeHead(status, { 'Content-Type': type });
  response.end(text);
}

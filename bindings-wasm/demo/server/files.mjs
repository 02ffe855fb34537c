// Static files. The server lists the folders once, at the start, and serves only those names, so no
// request can name a path outside of them.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

/** Where the page is: the scope of its Service Worker, see page/sw.mjs. */
export const HOME = '/files/';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** All files of `mounts` (URL prefix to folder) by URL path. */
export async function loadFiles(mounts) {
  const files = new Map();
  for (const [prefix, folder] of Object.entries(mounts)) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      const type = TYPES[extname(path)];
      if (!entry.isFile() || !type) continue;
      files.set(prefix + relative(folder, path).split(sep).join('/'), await load(path, type));
    }
  }
  const index = files.get('/index.html');
  if (index) files.set(HOME, index);
  return files;
}

async function load(path, type) {
  const bytes = await readFile(path);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { bytes, type, etag };
}

/** Answers with `file`, or 304 when the browser has it. */
export function sendFile(file, request, response) {
  // Names have no version in them: the browser asks each time, and mostly gets a 304.
  const headers = { 'Cache-Control': 'no-cache', ETag: file.etag, 'Content-Type': file.type };
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'Content-Length': file.bytes.length });
  response.end(request.method === 'HEAD' ? undefined : file.bytes);
}

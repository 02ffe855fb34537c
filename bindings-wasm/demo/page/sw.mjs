// The Service Worker answers `/files/media/<key>` and `/files/download/<key>` with plaintext that
// the page decrypts on demand. It holds no key and no data. For each request it asks the page's
// windows who owns `<key>`, and passes chunks on as the browser takes them. The browser may stop
// and restart it between requests.
//
// Its scope is `/files/`, where the page is, and excludes the upload workers' scripts. A Service
// Worker that sees a request keeps its body in memory until garbage collection, which for uploads
// may come after gigabytes.
const ROUTE = /^\/files\/(media|download)\/([0-9a-f-]{36})$/;
const ANSWER_MS = 10_000;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
// The page sends messages while a stream is open: each keeps this worker running.
self.addEventListener('message', () => {});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  const route = url.origin === self.location.origin && ROUTE.exec(url.pathname);
  if (route) event.respondWith(answer(event.request, ...route.slice(1)));
});

async function answer(request, kind, key) {
  const source = await ask({ kind, key, range: parseRange(request.headers.get('Range')) });
  if (!source) return new Response('This object is not open in any window.', { status: 404 });
  if (source.unsatisfiable) {
    return new Response(null, {
      status: 416,
      headers: { 'Content-Range': `bytes */${source.length}` },
    });
  }
  const { start, end, length, partial } = source;
  return new Response(streamOf(source.port), {
    status: partial ? 206 : 200,
    headers: {
      // What was uploaded is data, whatever it says it is: it never runs as a document of ours.
      'Content-Security-Policy': "default-src 'none'; sandbox allow-downloads",
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
      'Accept-Ranges': 'bytes',
      'Content-Type': source.type,
      'Content-Length': String(end - start),
      ...(partial ? { 'Content-Range': `bytes ${start}-${end - 1}/${length}` } : {}),
      ...(kind === 'download' ? { 'Content-Disposition': disposition(source.name) } : {}),
    },
  });
}

/** `bytes=a-b`, `bytes=a-` or `bytes=-n`; anything else means the whole. */
function parseRange(header) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [first, last] = match.slice(1).map((text) => (text === '' ? undefined : Number(text)));
  return { first, last };
}

function disposition(name) {
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename*=UTF-8''${encoded}`;
}

/** The first window that owns the key answers with a description and a port. */
async function ask(message) {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return new Promise((resolve) => {
    setTimeout(resolve, ANSWER_MS);
    for (const client of windows) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve({ ...data, port: port1 });
      client.postMessage(message, [port2]);
    }
  });
}

/** Chunks from the page, one for each pull. */
function streamOf(port) {
  return new ReadableStream(
    {
      pull: (controller) =>
        new Promise((resolve) => {
          port.onmessage = ({ data: { bytes, error } }) => {
            if (bytes) enqueue(controller, bytes);
            else if (error) controller.error(new Error(error));
            else controller.close();
            resolve();
          };
          port.postMessage('pull');
        }),
      cancel: () => port.postMessage('cancel'),
    },
    { highWaterMark: 0 },
  );
}

/**
 * The browser keeps what a message brought until this worker's garbage is collected, and does not
 * count it when it asks itself whether that is due. Memory that it counts, never touched and
 * dropped at once, stands for it.
 */
function enqueue(controller, bytes) {
  controller.enqueue(new Uint8Array(bytes));
  new ArrayBuffer(4 * bytes.byteLength);
}

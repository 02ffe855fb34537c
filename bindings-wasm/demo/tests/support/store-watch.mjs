// What the backend signs for the page and what it asks of the store itself, seen from beside it.
const SIGNED = ['signBody', 'signHeader', 'signHead', 'signWholeBody', 'signPart'];

/** Watches `demo` until `end()`; `seen` is the list of `{ method, url, headers, own }`. */
export function watchStore(demo) {
  const seen = [];
  const { fetch } = globalThis;
  const origin = new URL(demo.store.origin).origin;
  for (const name of SIGNED) {
    const original = demo.store[name].bind(demo.store);
    demo.store[name] = async (...args) => {
      const request = await original(...args);
      seen.push({ ...request, url: new URL(request.url), own: false });
      return request;
    };
  }
  globalThis.fetch = (url, options = {}) => {
    const target = new URL(url);
    if (target.origin === origin)
      seen.push({
        method: options.method ?? 'GET',
        url: target,
        headers: options.headers ?? {},
        own: true,
      });
    return fetch(url, options);
  };
  const end = () => {
    globalThis.fetch = fetch;
    for (const name of SIGNED) delete demo.store[name];
  };
  return { seen, end };
}

const OBJECT =
  /^\/sealwax-demo\/(vault|inbox)\/([a-z]+)\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/(body|header)$/;
const READ = ['GET', 'HEAD'];

/** Why `request` is not one that `user` may cause; undefined if it is. */
export function trespass({ method, url, headers, own }, user) {
  const reader = user === 'carol';
  if (url.pathname === '/sealwax-demo') {
    const prefix = url.searchParams.get('prefix') ?? '';
    const begins = [
      `vault/${user}/`,
      `inbox/${user}/`,
      ...(reader && url.searchParams.has('list-type') ? ['inbox/'] : []),
    ];
    return own && method === 'GET' && begins.some((begin) => prefix.startsWith(begin))
      ? undefined
      : `the bucket, ${prefix}`;
  }
  const [, space, owner, part] = OBJECT.exec(url.pathname) ?? [];
  if (!space) return `the path ${url.pathname}`;
  if (owner !== user) {
    const isRotation =
      own && method === 'PUT' && part === 'header' && /^"[\w-]+"$/.test(headers['If-Match']);
    if (!reader || space !== 'inbox' || !(READ.includes(method) || isRotation))
      return `${method} of what is ${owner}'s`;
  }
  const isConditional = headers['If-None-Match'] === '*' || /^"[\w-]+"$/.test(headers['If-Match']);
  const isPart = url.searchParams.has('partNumber');
  if (method === 'PUT' && !isPart && !isConditional) return 'a write without a condition';
  return undefined;
}

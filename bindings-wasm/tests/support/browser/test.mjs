// What the suite uses of `node:test`, for a browser: the page's import map puts this in its place.

const queue = [];
const afterAll = [];
let prefix = [];
let beforeAll = [];

export function test(name, options, body = options) {
  const skip = typeof options === 'object' ? options.skip : false;
  queue.push({ name: [...prefix, name].join(' > '), body, skip, before: beforeAll });
}

export function describe(name, body) {
  const [outer, hooks] = [prefix, beforeAll];
  prefix = [...prefix, name];
  beforeAll = [...beforeAll];
  body();
  [prefix, beforeAll] = [outer, hooks];
}

export const before = (body) => beforeAll.push({ body });
export const after = (body) => afterAll.push(body);

/** Runs what was registered, one after the other. */
export async function run() {
  const results = [];
  for (const { name, body, skip, before } of queue) {
    if (skip) {
      results.push({ name, skip });
      continue;
    }
    const start = performance.now();
    try {
      for (const hook of before) await (hook.done ??= Promise.resolve(hook.body()));
      await body({ diagnostic: console.log });
      results.push({ name, ms: performance.now() - start });
    } catch (error) {
      results.push({ name, error: describeError(error) });
    }
  }
  for (const hook of afterAll) await hook();
  return results;
}

function describeError(error) {
  const causes = [];
  for (let one = error; one !== undefined && causes.length < 4; one = one?.cause)
    causes.push(String(one?.stack ?? one));
  return causes.join('\ncaused by ');
}

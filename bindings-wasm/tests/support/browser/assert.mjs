// What the suite uses of `node:assert/strict`, for a browser.

class AssertionError extends Error {
  name = 'AssertionError';
}

const show = (value) => {
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name}(${value.length}) ${[...value.subarray(0, 16)]}`;
  if (value instanceof Error) return String(value);
  return typeof value === 'object' ? JSON.stringify(value)?.slice(0, 300) : String(value);
};

const fail = (message) => {
  throw new AssertionError(message);
};

export function ok(value, message = `${show(value)} is not truthy`) {
  if (!value) fail(message);
}

export function equal(actual, expected, message = '') {
  if (!Object.is(actual, expected)) fail(`${message} ${show(actual)} is not ${show(expected)}`);
}

export function notEqual(actual, expected, message = '') {
  if (Object.is(actual, expected)) fail(`${message} is ${show(actual)}`);
}

export function deepEqual(actual, expected, message = '') {
  if (!isDeepEqual(actual, expected))
    fail(`${message} ${show(actual)} is not equal to ${show(expected)}`);
}

function isDeepEqual(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date || a instanceof Error) return String(a) === String(b);
  if (a instanceof ArrayBuffer) return isDeepEqual(new Uint8Array(a), new Uint8Array(b));
  if (ArrayBuffer.isView(a))
    return a.length === b.length && a.every((item, index) => item === b[index]);
  if (a instanceof Map || a instanceof Set) return isDeepEqual([...a], [...b]);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isDeepEqual(a[key], b[key]))
  );
}

export function match(text, pattern, message = '') {
  if (!pattern.test(text)) fail(`${message} ${show(text)} does not match ${pattern}`);
}

export function doesNotMatch(text, pattern, message = '') {
  if (pattern.test(text)) fail(`${message} ${show(text)} matches ${pattern}`);
}

/** `expected` is an object of properties, or a function that says yes. */
function check(error, expected) {
  if (typeof expected === 'function') {
    if (expected.prototype instanceof Error || expected === Error)
      return ok(error instanceof expected, `threw ${error}`);
    return ok(expected(error), `the error does not pass: ${error}`);
  }
  for (const [key, value] of Object.entries(expected ?? {})) {
    if (value instanceof RegExp) match(String(error?.[key]), value, key);
    else deepEqual(error?.[key], value, `${error?.stack ?? error}: ${key}`);
  }
}

export async function rejects(promise, expected) {
  let result;
  try {
    result = await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    return check(error, expected);
  }
  return fail(`did not reject, but gave ${show(result)}`);
}

export function throws(call, expected) {
  let result;
  try {
    result = call();
  } catch (error) {
    return check(error, expected);
  }
  return fail(`did not throw, but gave ${show(result)}`);
}

export default Object.assign(ok, {
  ok,
  equal,
  notEqual,
  deepEqual,
  match,
  doesNotMatch,
  rejects,
  throws,
  fail,
  strict: ok,
});

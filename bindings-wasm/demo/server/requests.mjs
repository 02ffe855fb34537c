// The schema of each request. A request that passes becomes typed values. Any other is refused as a
// whole: wrong types, other words, unknown fields, overlong text.
//
// The validator is valibot: it has no dependencies, compiles nothing from text at run time (which
// allows a CSP or `--disallow-code-generation-from-strings`), and its strict objects refuse unknown
// fields.
import * as v from 'valibot';

import { badRequest } from './errors.mjs';
import { VAULT_KEY } from './kms.mjs';
import { ObjectId, SPACES } from './objects.mjs';

const MOST_PARTS = 10_000;
export const MOST_AT_ONCE = 64;
export const MOST_HEADERS = 16;
export const MOST_HEADER = 20 * 1024;

/**
 * An object with exactly these fields. Without a prototype in the list, `constructor` is an unknown
 * one as well.
 */
const fields = (entries) => v.strictObject({ __proto__: null, ...entries });
const count = (most) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));
const text = (pattern, most) => v.pipe(v.string(), v.maxLength(most), v.regex(pattern));
const list = (item, most) => v.pipe(v.array(item), v.minLength(1), v.maxLength(most));
const base64 = (most) =>
  v.pipe(
    text(
      /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
      4 * Math.ceil(most / 3),
    ),
    v.transform((value) => Buffer.from(value, 'base64')),
  );

const object = v.pipe(
  v.string(),
  v.maxLength(80),
  v.check((value) => ObjectId.parse(value) !== undefined),
  v.transform(ObjectId.parse),
);
const space = v.picklist(SPACES);
const uploadId = text(/^[\w.-]+$/, 256);
const etag = text(/^"[\w-]+"$/, 128);
const header = base64(MOST_HEADER);
/** The encryption context: all of it follows from the object, so that is what it becomes. */
const context = v.pipe(
  fields({ app: v.string(), object: v.string(), owner: v.string(), space: v.string() }),
  v.check((pairs) => {
    const expected = ObjectId.parse(pairs.object)?.context;
    return (
      expected !== undefined &&
      Object.entries(expected).every(([name, value]) => pairs[name] === value)
    );
  }),
  v.transform((pairs) => ObjectId.parse(pairs.object)),
);
const keyId = v.literal(VAULT_KEY);

/** What is asked about a key. */
const KEYS = {
  generate: { keyId, context },
  wrap: {
    keyId,
    context,
    dek: v.pipe(
      base64(32),
      v.check(({ length }) => length === 32),
    ),
  },
  unwrap: { keyId, context, wrappedDek: base64(1024) },
};

/** The body of each request. */
export const REQUESTS = {
  signIn: fields({ user: v.pipe(v.string(), v.maxLength(64)) }),
  nothing: fields({}),
  create: fields({ space, count: count(MOST_AT_ONCE) }),
  list: fields({ space, limit: count(1000) }),
  object: fields({ object }),
  sign: fields({
    requests: list(
      fields({ object, action: v.picklist(['get-header', 'get-body', 'head-body', 'put-body']) }),
      MOST_AT_ONCE,
    ),
  }),
  parts: v.pipe(
    fields({ object, uploadId, from: count(MOST_PARTS), count: count(MOST_AT_ONCE) }),
    v.check(({ from, count: parts }) => from + parts - 1 <= MOST_PARTS),
  ),
  complete: fields({
    object,
    uploadId,
    size: count(Number.MAX_SAFE_INTEGER),
    etags: list(etag, MOST_PARTS),
  }),
  abort: fields({ object, uploadId }),
  handIn: fields({ requests: list(fields({ object, header }), MOST_HEADERS) }),
  replace: fields({ object, header, etag }),
  generate: fields(KEYS.generate),
  wrap: fields(KEYS.wrap),
  unwrap: fields(KEYS.unwrap),
  keys: fields({
    requests: list(
      v.variant(
        'operation',
        Object.entries(KEYS).map(([operation, entries]) =>
          fields({ operation: v.literal(operation), ...entries }),
        ),
      ),
      MOST_AT_ONCE,
    ),
  }),
  rotate: fields({ key: space }),
};

/** `value` as `schema` says, or an error with status 400 that repeats nothing of it. */
export function checked(schema, value) {
  const { success, output } = v.safeParse(schema, value, { abortEarly: true });
  if (!success) throw badRequest('The request is not one that this server knows.');
  return output;
}

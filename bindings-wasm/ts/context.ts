// Encryption contexts.

import type { ContextInput, EncryptionContext } from '../types/index.js';
import { type Owned, utf8 } from './bytes.js';
import { canonicalContext } from './core.js';
import { callCore, invalid } from './errors.js';

/** A context in both of its forms. */
export interface Context {
  readonly pairs: EncryptionContext;
  readonly canonical: Owned;
}

/** Checks the caller's context, in any of its forms. */
export function toContext(input: ContextInput = {}): Context {
  const pairs = pairsOf(input).map(([key, value]) => [text(key), text(value)] as const);
  const canonical = callCore(() => canonicalContext(pairs.flat())) as Owned;
  return { canonical, pairs: fromPairs(pairs) };
}

/** The pairs, in the caller's order. */
export function pairsOf(input: ContextInput): (readonly [string, string])[] {
  const isList = typeof input === 'object' && input !== null && Symbol.iterator in input;
  if (!isList && !isPlain(input))
    throw invalid('the context must be a plain object, a Map or a list of pairs');
  const pairs: unknown[] = isList ? [...input] : Object.entries(input);
  if (!pairs.every((pair) => Array.isArray(pair) && pair.length === 2))
    throw invalid('a list as context has pairs [key, value]');
  return pairs as [string, string][];
}

/**
 * Other objects, such as a promise, seem to have no pairs, so requiring them would require nothing.
 */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null; // the prototype may be another frame's
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw invalid('keys and values of a context are strings');
  utf8(value); // refuses lone surrogates
  return value;
}

/** The pairs as an object without inherited names. */
export function fromPairs(pairs: readonly (readonly [string, string])[]): EncryptionContext {
  return Object.freeze(Object.assign(Object.create(null) as object, Object.fromEntries(pairs)));
}

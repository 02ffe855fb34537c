// Encryption contexts.

import type { ContextInput, EncryptionContext } from '../types/index.js';
import { type Owned, utf8 } from './bytes.js';
import type { Core } from './core.js';
import { guard, invalid } from './errors.js';

/** A context in both of its forms. */
export interface Context {
  readonly pairs: EncryptionContext;
  readonly canonical: Owned;
}

/** Checks a context of the caller's, in any of its forms. */
export function toContext(core: Core, input: ContextInput = {}): Context {
  const pairs = pairsOf(input).map(([key, value]) => [text(key), text(value)] as const);
  const canonical = guard(() => core.canonicalContext(pairs.flat())) as Owned;
  return { canonical, pairs: fromPairs(pairs) };
}

/** The pairs, in the order of the caller's. */
export function pairsOf(input: ContextInput): (readonly [string, string])[] {
  if (typeof input !== 'object' || input === null) throw invalid('the context must be an object or pairs');
  return Symbol.iterator in input ? [...(input as Iterable<readonly [string, string]>)] : Object.entries(input);
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw invalid('keys and values of a context are strings');
  utf8(value); // refuses lone surrogates
  return value;
}

/** The pairs as an object without inherited names. */
export function fromPairs(pairs: readonly (readonly [string, string])[]): EncryptionContext {
  return Object.freeze(Object.assign(Object.create(null), Object.fromEntries(pairs)));
}

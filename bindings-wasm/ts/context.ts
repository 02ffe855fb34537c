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
  const strings = pairsOf(input).flatMap(([key, value]) => [text(key), text(value)]);
  const canonical = guard(() => core.canonicalContext(strings)) as Owned;
  return { canonical, pairs: fromStrings(strings) };
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

/** `[key, value, key, value, ...]` as an object without inherited names, sorted as it is stored. */
export function fromStrings(strings: readonly string[]): EncryptionContext {
  const pairs: Record<string, string> = Object.create(null);
  for (let at = 0; at + 1 < strings.length; at += 2) pairs[strings[at]!] = strings[at + 1]!;
  return Object.freeze(pairs);
}

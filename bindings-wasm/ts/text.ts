// The text form.

import type { Bytes } from '../types/index.js';
import { type Owned, view } from './bytes.js';
import { core } from './core.js';
import { guard, invalid } from './errors.js';

export async function toText(bytes: Bytes): Promise<string> {
  const input = view(bytes, 'the bytes');
  const module = await core();
  return guard(() => module.toText(input));
}

export async function fromText(text: string): Promise<Owned> {
  if (typeof text !== 'string') throw invalid('the text form is a string');
  const module = await core();
  return guard(() => module.fromText(text)) as Owned;
}

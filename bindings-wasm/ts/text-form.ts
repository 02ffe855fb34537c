// The text form: the platform's base64, with the stricter rules of the format.

import type { Bytes } from '../types/index.js';
import { type Owned, fromBase64, toBase64, view } from './bytes.js';
import { needCore, textPrefix } from './core.js';
import { SealwaxError, invalid } from './errors.js';

export async function toText(bytes: Bytes): Promise<string> {
  const input = view(bytes, 'the bytes');
  await needCore();
  return encoded(input);
}

export async function fromText(text: string): Promise<Owned> {
  if (typeof text !== 'string') throw invalid('the text form is a string');
  await needCore();
  return decoded(text);
}

function encoded(bytes: Owned): string {
  return (
    textPrefix() + toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  );
}

export function decoded(text: string): Owned {
  const prefix = textPrefix();
  if (!text.startsWith(prefix)) throw new SealwaxError('bad_magic');
  const bytes = fromBase64(text.slice(prefix.length).replaceAll('-', '+').replaceAll('_', '/'));
  // `atob` accepts white space, padding, `+`, `/` and non-zero unused bits. Encoding again detects
  // them.
  if (!bytes || encoded(bytes) !== text)
    throw new SealwaxError('malformed', 'the text form is not base64url');
  return bytes;
}

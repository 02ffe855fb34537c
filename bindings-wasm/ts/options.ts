// Options. Unknown names are refused: ignoring one could skip the check that it asks for.

import type {
  DecryptOptions,
  EncryptOptions,
  EncryptorOptions,
  MessageOptions,
  OpenRangeOptions,
  PartsOptions,
  RewrapOptions,
} from '../types/index.js';
import { invalid } from './errors.js';

/**
 * The names of all options of a call; the compiler reports a missing one. It is a function, so that
 * bundlers can drop it.
 */
export type Names<Options> = () => { readonly [Name in keyof Options]-?: 1 };

const CALL = { signal: 1, providerTimeout: 1, onKeyEvent: 1, objectName: 1 } as const;
const MESSAGE = { engine: 1, associatedData: 1, onProgress: 1 } as const;

export const ENCRYPTOR: Names<EncryptorOptions> = () => ({
  ...CALL,
  ...MESSAGE,
  context: 1,
  metadata: 1,
  padding: 1,
  requireAll: 1,
});
export const ENCRYPT: Names<EncryptOptions> = () => ({ ...ENCRYPTOR(), detached: 1, size: 1 });
export const ENCRYPT_MESSAGE: Names<MessageOptions> = () => ({
  ...MESSAGE,
  signal: 1,
  detached: 1,
  size: 1,
});
export const DECRYPT: Names<DecryptOptions> = () => ({
  ...CALL,
  ...MESSAGE,
  context: 1,
  header: 1,
});
export const DECRYPTOR: Names<Omit<DecryptOptions, 'header'>> = () => ({
  ...CALL,
  ...MESSAGE,
  context: 1,
});
export const OPEN_RANGE: Names<OpenRangeOptions> = () => ({
  ...CALL,
  engine: 1,
  associatedData: 1,
  context: 1,
  header: 1,
  size: 1,
});
export const REWRAP: Names<RewrapOptions> = () => ({ ...CALL, context: 1, requireAll: 1, mode: 1 });
export const PARTS: Names<PartsOptions> = () => ({ partSize: 1 });
export const SIGNAL: Names<{ signal?: AbortSignal }> = () => ({ signal: 1 });

/** Former names, and names from other libraries. */
const OTHERWISE: Readonly<Record<string, string>> = {
  requiredContext: 'context',
  aad: 'associatedData',
};

/** Not a check of the class: a signal may come from another frame. */
const isSignal = (value: unknown): boolean =>
  typeof ((value ?? {}) as Partial<AbortSignal>).addEventListener === 'function';

/** Refuses unknown options, and values of the wrong type. */
export function checkOptions<Options extends object>(
  options: Options,
  names: Names<Options>,
): void {
  if (typeof options !== 'object' || options === null)
    throw invalid('the options must be an object');
  const known = Object.keys(names());
  // Inherited ones as well: they are read like the options' own.
  for (const name in options) {
    const isKnown = known.includes(name);
    if (name in Object.prototype && !Object.hasOwn(options, name)) {
      // Not given by the caller: every object on the page has it, by a fault or an attack.
      if (isKnown) throw invalid(`Object.prototype has the option "${name}"`);
      continue;
    }
    if (!isKnown) throw invalid(`there is no option "${name}" here: ${hint(name, known)}`);
    checkValue(name, options[name as keyof Options]);
  }
}

function checkValue(name: string, value: unknown): void {
  if (value === undefined) return;
  if (name === 'signal' && !isSignal(value)) throw invalid('signal must be an AbortSignal');
  if (name === 'providerTimeout' && (typeof value !== 'number' || !(value >= 0)))
    throw invalid('providerTimeout must be a number from 0'); // or there was no limit
  if (name.startsWith('on') && typeof value !== 'function')
    throw invalid(`${name} must be a function`);
}

function hint(name: string, names: readonly string[]): string {
  const other = Object.hasOwn(OTHERWISE, name) ? OTHERWISE[name]! : '';
  return names.includes(other) ? `it is called ${other}` : `there are ${names.join(', ')}`;
}

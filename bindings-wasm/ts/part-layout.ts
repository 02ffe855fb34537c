// How a sealed object divides into parts.

import { SealwaxError, invalid } from './errors.js';

export interface PartPlace {
  readonly number: number;
  readonly offset: number;
  readonly size: number;
}

/** The division of an object. */
export interface PartLayout {
  readonly partSize: number;
  /** Length of the object, if known. */
  readonly size: number | undefined;
  readonly count: number | undefined;
  /** Whether the parts come from a stream: once and in order. */
  readonly isStream: boolean;
}

/** The position of a part by its number, from 1. Fails for other numbers. */
export function placeOf(
  number: number,
  { partSize, size, count, isStream }: PartLayout,
): PartPlace {
  if (isStream || size === undefined || count === undefined) {
    throw new SealwaxError('invalid_state', 'the parts of a stream come in order only');
  }
  if (!Number.isSafeInteger(number) || number < 1 || number > count) {
    throw invalid(`parts are numbered from 1 to ${count}`);
  }
  const offset = (number - 1) * partSize;
  return { number, offset, size: Math.min(partSize, size - offset) };
}

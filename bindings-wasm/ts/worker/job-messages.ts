// Messages between page and worker about a job.

import type { DecryptOptions, EncryptOptions, OpenRangeOptions } from '../../types/index.js';
import type { Transfer } from '../../types/worker.js';
import { textOrBytes, view } from '../bytes.js';
import { pairsOf } from '../context.js';
import type { PartLayout, PartPlace } from '../part-layout.js';
import type { SentProvider } from './remote-providers.js';
import type { SentSource } from './remote-sources.js';

/** A job, as the page requests it. */
export interface SentJob<Options> {
  readonly source: SentSource;
  readonly keys: readonly SentProvider[];
  readonly options: Options;
  /** The target number of the callbacks. */
  readonly callbacks: number;
  readonly wantsProgress: boolean;
  readonly wantsKeyEvents: boolean;
}

export type AnyOptions = EncryptOptions & DecryptOptions & OpenRangeOptions & Transfer;

/** The options for the worker, without those that a message cannot carry. Bytes are copied. */
export function sendOptions(options: AnyOptions): AnyOptions {
  const { signal, onProgress, onKeyEvent, transfer, ...sent } = options;
  const { associatedData, metadata, header, context } = sent;
  if (associatedData !== undefined)
    sent.associatedData = view(associatedData, 'the associated data').slice();
  if (metadata !== undefined) sent.metadata = textOrBytes(metadata, 'the metadata').slice();
  if (header !== undefined) sent.header = view(header, 'the header').slice();
  if (context !== undefined) sent.context = pairsOf(context);
  return sent;
}

/** The description of parts for the page. */
export interface SentParts extends PartLayout {
  readonly target: number;
}

/** One part of a stream. */
export interface SentPart extends PartPlace {
  readonly blob: Blob;
}

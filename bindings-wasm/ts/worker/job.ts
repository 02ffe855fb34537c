// What page and worker say to each other about a job.

import type { DecryptOptions, EncryptOptions, OpenRangeOptions } from '../../types/index.js';
import { optionalView, textOrBytes, view } from '../bytes.js';
import { pairsOf } from '../context.js';
import type { PartLayout, PartPlace } from '../part-layout.js';
import type { SentProvider } from './providers.js';
import type { SentSource } from './sources.js';

/** A job as the page asks for it. */
export interface SentJob<Options> {
  readonly source: SentSource;
  readonly keys: readonly SentProvider[];
  readonly options: Options;
  /** The offer of the callbacks. */
  readonly callbacks: number;
  readonly wantsProgress: boolean;
  readonly wantsKeyEvents: boolean;
}

type AnyOptions = EncryptOptions & DecryptOptions & OpenRangeOptions;

/** The options that travel: what a message cannot carry is left out, bytes are copied. */
export function sendOptions({ associatedData, metadata, header, context, requiredContext, ...options }: AnyOptions): AnyOptions {
  const { engine, padding, detached, size, providerTimeout, objectName, requireAll } = options;
  return {
    engine, padding, detached, size, providerTimeout, objectName, requireAll,
    associatedData: optionalView(associatedData, 'the associated data').slice(),
    metadata: metadata === undefined ? undefined : textOrBytes(metadata, 'the metadata').slice(),
    header: header === undefined ? undefined : view(header, 'the header').slice(),
    context: context && pairsOf(context),
    requiredContext: requiredContext && pairsOf(requiredContext),
  };
}

/** What the page learns about parts at once. */
export interface SentParts extends PartLayout {
  readonly target: number;
}

/** A part of a stream. */
export interface SentPart extends PartPlace {
  readonly blob: Blob;
}

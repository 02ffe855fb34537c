// The page's side: a worker whose methods are the package's functions.

import type {
  Bytes,
  DecryptOptions,
  Decryption,
  EncryptOptions,
  Encryption,
  FetchRange,
  KeyEvent,
  OpenRangeOptions,
  Progress,
  RangeReader,
  RangeSource,
  SealwaxWorkerOptions,
  Source,
  Transfer,
  TransformPair,
  WorkerKeys,
} from '../../types/worker.js';
import { SealwaxError, invalid } from '../errors.js';
import { PACKAGE_FOLDER } from '../package-folder.js';
import { DECRYPT, ENCRYPT, type Names, OPEN_RANGE, checkOptions } from '../options.js';
import { abortable, withDeadline, throwIfAborted } from '../cancellation.js';
import { checkSource } from '../source.js';
import type { EncodedError } from './error-codec.js';
import { type AnyOptions, type SentJob, sendOptions } from './job-messages.js';
import { keyList, sendKeys } from './remote-providers.js';
import {
  RemoteDecryption,
  RemoteEncryption,
  RemoteRange,
  type SentRange,
  type Start,
} from './remote-results.js';
import { type SentSource, sendRanges, sendSource, transferOf } from './remote-sources.js';
import { ROOT, RpcChannel, weakly } from './rpc.js';

const OPTIONS: Names<SealwaxWorkerOptions> = () => ({ worker: 1, wasm: 1, aes: 1 });
const ENCRYPT_HERE: Names<EncryptOptions & Transfer> = () => ({ ...ENCRYPT(), transfer: 1 });
const DECRYPT_HERE: Names<DecryptOptions & Transfer> = () => ({ ...DECRYPT(), transfer: 1 });
const OPEN_RANGE_HERE: Names<OpenRangeOptions & Transfer> = () => ({
  ...OPEN_RANGE(),
  transfer: 1,
});

/**
 * Ends the package's own workers when they are unreachable: hot reload creates a new one each time.
 */
const forgotten = new FinalizationRegistry<Worker>((worker) => worker.terminate());

export class SealwaxWorker {
  readonly #worker: Worker | MessagePort;
  readonly #rpc: RpcChannel;
  /** Resolves when the modules given by the page are loaded. */
  readonly #ready: Promise<unknown>;

  constructor(options: SealwaxWorkerOptions = {}) {
    checkOptions(options, OPTIONS);
    const { wasm, aes } = options;
    this.#worker = workerOf(options);
    this.#rpc = new RpcChannel(this.#worker, {}, weakly);
    endOnFailure(this.#worker, new WeakRef(this.#rpc));
    if (!options.worker) forgotten.register(this.#rpc, this.#worker as Worker);
    this.#ready =
      wasm === undefined && aes === undefined
        ? Promise.resolve()
        : this.#rpc.call(ROOT, 'init', [wasm, aes]);
    this.#ready.catch(() => {}); // the jobs tell
  }

  encrypt(source: Source, keys: WorkerKeys, options: EncryptOptions & Transfer = {}): Encryption {
    checkOptions(options, ENCRYPT_HERE);
    return new RemoteEncryption(this.#rpc, this.#start('encrypt', source, keys, options));
  }

  decrypt(source: Source, keys: WorkerKeys, options: DecryptOptions & Transfer = {}): Decryption {
    checkOptions(options, DECRYPT_HERE);
    return new RemoteDecryption(this.#rpc, this.#start('decrypt', source, keys, options));
  }

  encryptStream(keys: WorkerKeys, options: EncryptOptions & Transfer = {}): TransformPair {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    return { writable, readable: this.encrypt(readable, keys, options).stream() };
  }

  decryptStream(keys: WorkerKeys, options: DecryptOptions & Transfer = {}): TransformPair {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    return { writable, readable: this.decrypt(readable, keys, options).stream() };
  }

  async openRange(
    source: RangeSource | FetchRange | Blob | Bytes,
    keys: WorkerKeys,
    options: OpenRangeOptions & Transfer = {},
  ): Promise<RangeReader> {
    checkOptions(options, OPEN_RANGE_HERE);
    throwIfAborted(options.signal);
    const sent = sendRanges(this.#rpc, source, !!options.transfer);
    const { job, settle } = this.#job(sent, keys, options, () => {}); // its calls have signals of their own
    try {
      await abortable(this.#ready, options.signal);
      const opened = this.#rpc.call<SentRange>(ROOT, 'openRange', [job], {
        signal: options.signal,
        transfer: transferOf(sent),
      });
      return new RemoteRange(this.#rpc, await abortable(opened, options.signal));
    } finally {
      settle();
    }
  }

  terminate(): void {
    if ('terminate' in this.#worker) this.#worker.terminate();
    else this.#worker.close();
    this.#rpc.end(
      new SealwaxError('cancelled', 'the worker was terminated'),
      new SealwaxError('invalid_state', 'the worker was terminated'),
    );
  }

  [Symbol.dispose](): void {
    this.terminate();
  }

  /** Refuses wrong arguments immediately. The job itself starts when a result is asked for. */
  #start(
    method: 'encrypt' | 'decrypt',
    source: Source,
    keys: WorkerKeys,
    options: AnyOptions,
  ): Start {
    checkSource(source);
    keyList(keys);
    const limit = withDeadline(options.signal, 0);
    let settle = limit.done;
    const run = async () => {
      await this.#ready;
      const sent = sendSource(this.#rpc, source, !!options.transfer);
      const { job, settle: forget } = this.#job(sent, keys, options, limit.abort);
      settle = () => {
        limit.done();
        forget();
      };
      return this.#rpc.call<number>(ROOT, method, [job], { transfer: transferOf(sent) });
    };
    return { run, settle: () => settle(), signal: limit.signal };
  }

  /** The job for the worker, and a function that withdraws what was offered to it. */
  #job(
    source: SentSource,
    keys: WorkerKeys,
    options: AnyOptions,
    abort: (reason: unknown) => void,
  ): { job: SentJob<AnyOptions>; settle: () => void } {
    const { onProgress, onKeyEvent } = options;
    const rpc = this.#rpc;
    const { sent, withdraw } = sendKeys(rpc, keys);
    const callbacks = rpc.offer({
      progress: (progress: Progress) => {
        try {
          onProgress?.(progress);
        } catch (error) {
          abort(error);
        }
      },
      keyEvent: (event: KeyEvent, failure?: EncodedError) =>
        onKeyEvent?.(failure ? { ...event, error: rpc.failures.decode(failure) } : event),
    });
    const settle = () => {
      withdraw();
      rpc.withdraw(callbacks);
    };
    const wants = { wantsProgress: !!onProgress, wantsKeyEvents: !!onKeyEvent };
    return {
      job: { source, keys: sent, options: sendOptions(options), callbacks, ...wants },
      settle,
    };
  }
}

function workerOf({ worker }: SealwaxWorkerOptions): Worker | MessagePort {
  if (worker === undefined) return ownWorker();
  if (typeof worker?.postMessage !== 'function')
    throw invalid('the option worker must be a Worker or a MessagePort');
  return worker;
}

function ownWorker(): Worker {
  if (typeof Worker !== 'function')
    throw invalid('there is no Worker here: give the option worker');
  try {
    return PACKAGE_FOLDER
      ? new Worker(`${PACKAGE_FOLDER}worker-script.js`, { type: 'module', name: 'sealwax' })
      : new Worker(new URL('./worker-script.js', import.meta.url), {
          type: 'module',
          name: 'sealwax',
        });
  } catch (error) {
    const why = 'Trusted Types forbid it, or it is of another origin';
    throw new SealwaxError(
      'io',
      `the browser refuses the script of the worker, as where ${why}: make one and give the option worker`,
      { cause: error },
    );
  }
}

/** A separate function, so that the worker does not keep its users alive. */
function endOnFailure(worker: Worker | MessagePort, rpc: WeakRef<RpcChannel>): void {
  worker.addEventListener('error', (event) => {
    const text =
      (event as ErrorEvent).message ||
      'its script cannot be loaded; a Content-Security-Policy needs worker-src';
    rpc.deref()?.end(new SealwaxError('io', `the worker failed: ${text}`));
  });
}

// The page's side: a worker with the package's functions as its methods.

import type { Bytes, DecryptOptions, Decryption, EncryptOptions, Encryption, FetchRange, KeyEvent, OpenRangeOptions, Progress, RangeReader, RangeSource, SealwaxWorkerOptions, Source, Transfer, TransformPair, WorkerKeys } from '../../types/worker.js';
import { SealwaxError, invalid } from '../errors.js';
import { abortable, throwIfAborted } from '../signal.js';
import { checkSource } from '../source.js';
import type { Failure } from './failure.js';
import { type SentJob, sendOptions } from './job.js';
import { keyList, sendKeys } from './providers.js';
import { RemoteDecryption, RemoteEncryption, RemoteRange, type SentRange, type Start } from './results.js';
import { type SentSource, sendRanges, sendSource, transferOf } from './sources.js';
import { type Endpoint, ROOT, Wire } from './wire.js';

type AnyOptions = EncryptOptions & DecryptOptions & OpenRangeOptions & Transfer;

export class SealwaxWorker {
  readonly #worker: Worker | MessagePort;
  readonly #wire: Wire;
  /** When modules that the page gave are loaded. */
  readonly #ready: Promise<unknown>;

  constructor({ worker = ownWorker(), wasm, aes }: SealwaxWorkerOptions = {}) {
    this.#worker = worker;
    this.#wire = new Wire(worker as Endpoint, {});
    worker.addEventListener('error', (event) => this.#failed(event as ErrorEvent));
    this.#ready = wasm === undefined && aes === undefined ? Promise.resolve() : this.#wire.call(ROOT, 'init', [wasm, aes]);
    this.#ready.catch(() => {}); // the jobs tell
  }

  encrypt(source: Source, keys: WorkerKeys, options: EncryptOptions & Transfer = {}): Encryption {
    return new RemoteEncryption(this.#wire, this.#start('encrypt', source, keys, options));
  }

  decrypt(source: Source, keys: WorkerKeys, options: DecryptOptions & Transfer = {}): Decryption {
    return new RemoteDecryption(this.#wire, this.#start('decrypt', source, keys, options));
  }

  encryptStream(keys: WorkerKeys, options: EncryptOptions & Transfer = {}): TransformPair {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    return { writable, readable: this.encrypt(readable, keys, options).stream() };
  }

  decryptStream(keys: WorkerKeys, options: DecryptOptions & Transfer = {}): TransformPair {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    return { writable, readable: this.decrypt(readable, keys, options).stream() };
  }

  async openRange(source: RangeSource | FetchRange | Blob | Bytes, keys: WorkerKeys, options: OpenRangeOptions & Transfer = {}): Promise<RangeReader> {
    throwIfAborted(options.signal);
    const sent = sendRanges(this.#wire, source, !!options.transfer);
    const { job, settle } = this.#job(sent, keys, options);
    try {
      await abortable(this.#ready, options.signal);
      const opened = this.#wire.call<SentRange>(ROOT, 'openRange', [job], { signal: options.signal, transfer: transferOf(sent) });
      return new RemoteRange(this.#wire, await abortable(opened, options.signal));
    } finally {
      settle();
    }
  }

  terminate(): void {
    if ('terminate' in this.#worker) this.#worker.terminate();
    else this.#worker.close();
    this.#wire.end(new SealwaxError('cancelled', 'the worker was terminated'), new SealwaxError('invalid_state', 'the worker was terminated'));
  }

  [Symbol.dispose](): void {
    this.terminate();
  }

  /** Refuses at once what can never work; the rest, and all that the job holds, when it is asked for. */
  #start(method: 'encrypt' | 'decrypt', source: Source, keys: WorkerKeys, options: AnyOptions): Start {
    checkSource(source);
    keyList(keys);
    let settle = () => {};
    const run = async () => {
      await this.#ready;
      const sent = sendSource(this.#wire, source, !!options.transfer);
      const { job, settle: forget } = this.#job(sent, keys, options);
      settle = forget;
      return this.#wire.call<number>(ROOT, method, [job], { transfer: transferOf(sent) });
    };
    return { run, settle: () => settle(), signal: options.signal };
  }

  /** The job for the worker, and how to forget what it may ask for meanwhile. */
  #job(source: SentSource, keys: WorkerKeys, options: AnyOptions): { job: SentJob<AnyOptions>; settle(): void } {
    const { onProgress, onKeyEvent } = options;
    const wire = this.#wire;
    const { sent, withdraw } = sendKeys(wire, keys);
    const callbacks = wire.offer({
      progress: (progress: Progress) => onProgress?.(progress),
      keyEvent: (event: KeyEvent, failure?: Failure) =>
        onKeyEvent?.(failure ? { ...event, error: wire.failures.decode(failure) } : event),
    });
    const settle = () => {
      withdraw();
      wire.withdraw(callbacks);
    };
    const wants = { wantsProgress: !!onProgress, wantsKeyEvents: !!onKeyEvent };
    return { job: { source, keys: sent, options: sendOptions(options), callbacks, ...wants }, settle };
  }

  #failed({ message }: Partial<ErrorEvent>): void {
    const text = message || 'its script cannot be loaded; a Content-Security-Policy needs worker-src';
    this.#wire.end(new SealwaxError('io', `the worker failed: ${text}`));
  }
}

function ownWorker(): Worker {
  if (typeof Worker !== 'function') throw invalid('there is no Worker here: give the option worker');
  return new Worker(new URL('./worker-script.js', import.meta.url), { type: 'module', name: 'sealwax' });
}

// The results of a worker's jobs, on the page.

import type {
  Decryption,
  Encryption,
  HeaderInfo,
  Part,
  Parts,
  PartsOptions,
  RangeReader,
} from '../../types/index.js';
import type { Owned } from '../bytes.js';
import { invalid } from '../errors.js';
import { PARTS, SIGNAL, checkOptions } from '../options.js';
import { SingleUse } from '../sinks.js';
import { placeOf } from '../part-layout.js';
import { abortable, throwIfAborted } from '../cancellation.js';
import type { SentPart, SentParts } from './job-messages.js';
import { remoteStream } from './remote-streams.js';
import type { RpcChannel } from './rpc.js';
import { readBlob } from '../source.js';

/** Releases the worker's objects when the page's results are garbage-collected. */
const forgotten = new FinalizationRegistry<() => void>((release) => release());

/** Keeps results with work in flight alive, even if nothing else refers to them. */
const inUse = new Set<{ owner: object }>();

async function holding<T>(owner: object, work: Promise<T>): Promise<T> {
  const hold = { owner };
  inUse.add(hold);
  try {
    return await work;
  } finally {
    inUse.delete(hold);
  }
}

/** How to start a job in the worker, and how to release what the page keeps for it. */
export interface Start {
  /** Starts the job; returns its target number. */
  readonly run: () => Promise<number>;
  /** Withdraws the providers and callbacks, which the worker no longer needs. */
  readonly settle: () => void;
  readonly signal: AbortSignal | undefined;
}

/** A job in the worker, started at first use. */
class Job {
  readonly rpc: RpcChannel;
  readonly #start: Start;
  readonly #singleUse = new SingleUse();
  #target: Promise<number> | undefined;

  constructor(rpc: RpcChannel, start: Start) {
    this.rpc = rpc;
    this.#start = start;
  }

  async call<T>(method: string, ...args: unknown[]): Promise<T> {
    const { signal } = this.#start;
    throwIfAborted(signal);
    const answer = this.#asked().then((target) => this.rpc.call<T>(target, method, args));
    return this.held(abortable(answer, signal));
  }

  /** As {@link call}, for the one result of a message. */
  async result<T>(method: string, ...args: unknown[]): Promise<T> {
    this.#singleUse.use();
    return this.call<T>(method, ...args).finally(this.#start.settle);
  }

  /** The job keeps its callbacks, because progress continues while parts are taken. */
  parts({ partSize }: PartsOptions): Promise<SentParts> {
    this.#singleUse.use();
    return this.call('parts', { partSize });
  }

  stream(): ReadableStream<Owned> {
    this.#singleUse.use();
    // The stream's callback keeps the job alive.
    return remoteStream(this.rpc, this.call('stream'), {
      signal: this.#start.signal,
      settle: () => this.#start.settle(),
    });
  }

  /** Keeps the job alive until the work is done. */
  held<T>(work: Promise<T>): Promise<T> {
    return holding(this, work);
  }

  #asked(): Promise<number> {
    if (this.#target) return this.#target;
    const { rpc } = this; // what is called later must not hold on to the job
    const { signal, settle, run } = this.#start;
    const target = run();
    const abort = () =>
      void target.then(
        (number) => rpc.tell(number, 'abort', [rpc.failures.encode(signal?.reason)]),
        () => {},
      );
    signal?.addEventListener('abort', abort, { once: true });
    forgotten.register(this, () => {
      settle();
      signal?.removeEventListener('abort', abort);
      target.then(
        (number) => rpc.release(number),
        () => {},
      );
    });
    this.#target = target;
    return target;
  }
}

export class RemoteEncryption implements Encryption {
  readonly #job: Job;

  constructor(rpc: RpcChannel, start: Start) {
    this.#job = new Job(rpc, start);
  }

  header(): Promise<Owned> {
    return this.#job.call('header');
  }

  size(): Promise<number | undefined> {
    return this.#job.call('size');
  }

  async bytes(): Promise<Owned> {
    return this.#job.result('bytes');
  }

  async blob(type?: string): Promise<Blob> {
    return this.#job.result('blob', type);
  }

  stream(): ReadableStream<Owned> {
    return this.#job.stream();
  }

  async parts(options: PartsOptions = {}): Promise<Parts> {
    checkOptions(options, PARTS);
    const sent = await this.#job.parts(options);
    return new RemoteParts(this.#job, sent);
  }
}

export class RemoteDecryption implements Decryption {
  readonly #job: Job;

  constructor(rpc: RpcChannel, start: Start) {
    this.#job = new Job(rpc, start);
  }

  header(): Promise<HeaderInfo> {
    return this.#job.call('header');
  }

  metadata(): Promise<Owned | undefined> {
    return this.#job.call('metadata');
  }

  expectedSize(): Promise<number | undefined> {
    return this.#job.call('expectedSize');
  }

  async bytes(): Promise<Owned> {
    return this.#job.result('bytes');
  }

  async blob(type?: string): Promise<Blob> {
    return this.#job.result('blob', type);
  }

  stream(): ReadableStream<Owned> {
    return this.#job.stream();
  }
}

class RemoteParts implements Parts {
  readonly partSize: number;
  readonly size: number | undefined;
  readonly count: number | undefined;
  readonly #job: Job; // kept: the worker's parts live as long as their job
  readonly #sent: SentParts;

  constructor(job: Job, sent: SentParts) {
    this.#job = job;
    this.#sent = sent;
    this.partSize = sent.partSize;
    this.size = sent.size;
    this.count = sent.count;
  }

  part(number: number): Part {
    const place = placeOf(number, this.#sent);
    return {
      ...place,
      bytes: () => this.#call('bytes', number),
      blob: () => this.#call('blob', number),
    };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Part> {
    if (this.#sent.isStream) return void (yield* this.#next());
    for (let number = 1; number <= this.count!; number++) yield this.part(number);
  }

  close(): void {
    this.#job.rpc.tell(this.#sent.target, 'close', []);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async *#next(): AsyncGenerator<Part> {
    for (
      let part = await this.#call<SentPart | undefined>('next');
      part;
      part = await this.#call<SentPart | undefined>('next')
    ) {
      const { blob, ...place } = part;
      yield { ...place, blob: async () => blob, bytes: () => readBlob(blob) };
    }
  }

  #call<T>(method: string, ...args: unknown[]): Promise<T> {
    return this.#job.held(this.#job.rpc.call<T>(this.#sent.target, method, args));
  }
}

/** The worker's description of an opened object. */
export interface SentRange {
  readonly target: number;
  readonly header: HeaderInfo;
  readonly size: number;
  readonly metadata: Owned | undefined;
}

export class RemoteRange implements RangeReader {
  readonly header: HeaderInfo;
  readonly size: number;
  readonly #rpc: RpcChannel;
  readonly #target: number;
  readonly #metadata: Owned | undefined;

  constructor(rpc: RpcChannel, { target, header, size, metadata }: SentRange) {
    this.#rpc = rpc;
    this.#target = target;
    this.#metadata = metadata;
    this.header = header;
    this.size = size;
    forgotten.register(this, () => rpc.tell(target, 'close', []));
  }

  metadata(): Owned | undefined {
    return this.#metadata?.slice();
  }

  async read(
    offset: number,
    length: number,
    options: { signal?: AbortSignal } = {},
  ): Promise<Owned> {
    checkOptions(options, SIGNAL);
    const { signal } = options;
    throwIfAborted(signal);
    return holding(
      this,
      abortable(this.#rpc.call<Owned>(this.#target, 'read', [offset, length], { signal }), signal),
    );
  }

  stream(
    offset = 0,
    length?: number,
    options: { signal?: AbortSignal } = {},
  ): ReadableStream<Owned> {
    checkOptions(options, SIGNAL);
    const { signal } = options;
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw invalid('offset and length are integers from 0');
    return remoteStream(this.#rpc, this.#rpc.call(this.#target, 'stream', [offset, length]), {
      signal,
      settle: () => this.#streamed(),
    });
  }

  /** The stream's reference to this method keeps the reader alive. */
  #streamed(): void {}

  close(): void {
    this.#rpc.tell(this.#target, 'close', []);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

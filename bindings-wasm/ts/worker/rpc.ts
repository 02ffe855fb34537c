// Remote procedure calls between a page and its worker, in both directions.

import { SealwaxError } from '../errors.js';
import { type EncodedError, ErrorCodec } from './error-codec.js';

/** A `Worker`, a `MessagePort`, or the global scope of a worker. */
export interface Endpoint {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  addEventListener(type: 'messageerror', listener: () => void): void;
  start?(): void;
}

/** Methods that the other side may call. Each gets the call's signal as its last argument. */
export type Service = Readonly<Record<string, (...args: never[]) => unknown>>;

/** A result, and its buffers to transfer instead of copying. */
export class Transferred {
  constructor(
    readonly value: unknown,
    readonly transfer: Transferable[],
  ) {}
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly transfer?: Transferable[];
}

type Message =
  | { kind: 'call'; id: number; target: number; method: string; args: unknown[] }
  | { kind: 'tell'; target: number; method: string; args: unknown[] }
  | { kind: 'abort'; id: number; reason: EncodedError }
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'failure'; id: number; failure: EncodedError }
  | { kind: 'release'; target: number };

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The target number of the service that each side starts with. */
export const ROOT = 0;

/** How an endpoint refers to its channel: strongly or weakly. */
export type Hold = (rpc: RpcChannel) => () => RpcChannel | undefined;

const strongly: Hold = (rpc) => () => rpc;

/** The channel can be garbage-collected when no call is in flight. */
export const weakly: Hold = (rpc) => {
  const held = new WeakRef(rpc);
  return () => held.deref();
};

/** Channels with calls under way. */
const busy = new Set<RpcChannel>();

export class RpcChannel {
  readonly failures = new ErrorCodec();
  readonly #endpoint: Endpoint;
  readonly #services = new Map<number, Service>();
  /** Calls to the other side. */
  readonly #pending = new Map<number, Pending>();
  /** Calls from the other side. */
  readonly #running = new Map<number, AbortController>();
  #next = 1;
  #ended: SealwaxError | undefined;

  constructor(endpoint: Endpoint, root: Service, hold = strongly) {
    this.#endpoint = endpoint;
    this.#services.set(ROOT, root);
    RpcChannel.#listen(endpoint, hold(this));
  }

  static #listen(endpoint: Endpoint, rpc: () => RpcChannel | undefined): void {
    endpoint.addEventListener('message', ({ data }) => {
      const receiver = rpc();
      if (receiver) receiver.#receive(data as Message);
    });
    endpoint.addEventListener('messageerror', () =>
      rpc()?.end(new SealwaxError('io', 'a message cannot be read')),
    );
    endpoint.start?.();
  }

  /** Lets the other side call an object until it is released; returns its number. */
  offer(service: Service): number {
    const target = this.#next++;
    this.#services.set(target, service);
    return target;
  }

  /** Takes an offer back. */
  withdraw(target: number): void {
    this.#services.delete(target);
  }

  async call<T>(
    target: number,
    method: string,
    args: unknown[],
    { signal, transfer = [] }: CallOptions = {},
  ): Promise<T> {
    if (this.#ended) throw this.#ended;
    const id = this.#next++;
    const abort = () =>
      this.#post({ kind: 'abort', id, reason: this.failures.encode(signal?.reason) });
    const answer = new Promise<unknown>((resolve, reject) =>
      this.#pending.set(id, { resolve, reject }),
    );
    busy.add(this);
    try {
      this.#send({ kind: 'call', id, target, method, args }, transfer);
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort);
      return (await answer) as T;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#pending.delete(id);
      if (this.#pending.size === 0) busy.delete(this);
    }
  }

  /** A call without an answer. */
  tell(target: number, method: string, args: unknown[]): void {
    if (!this.#ended) this.#post({ kind: 'tell', target, method, args });
  }

  /** Tells the other side that an object of its own is not needed any more. */
  release(target: number): void {
    if (!this.#ended) this.#post({ kind: 'release', target });
  }

  /** Fails every running call with this error, and every future call with `later`. */
  end(error: SealwaxError, later = error): void {
    this.#ended ??= later;
    for (const { reject } of this.#pending.values()) reject(error);
    for (const controller of this.#running.values()) controller.abort(error);
  }

  #post(message: Message, transfer: Transferable[] = []): void {
    this.#endpoint.postMessage(message, transfer);
  }

  /**
   * An argument may be a value that a message cannot carry, or memory that cannot be transferred.
   */
  #send(message: Message, transfer: Transferable[]): void {
    try {
      this.#post(message, transfer);
    } catch (error) {
      throw new SealwaxError('invalid_argument', 'that cannot be handed to the worker', {
        cause: error,
      });
    }
  }

  #receive(message: Message): void {
    switch (message?.kind) {
      case 'call':
        return void this.#serve(message);
      case 'tell':
        return void this.#find(message)?.(...message.args);
      case 'abort':
        return this.#running.get(message.id)?.abort(this.failures.decode(message.reason));
      case 'answer':
        return this.#pending.get(message.id)?.resolve(message.value);
      case 'failure':
        return this.#pending.get(message.id)?.reject(this.failures.decode(message.failure));
      case 'release':
        return this.withdraw(message.target);
    }
  }

  async #serve({ id, target, method, args }: Message & { kind: 'call' }): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const call = this.#find({ target, method });
      if (!call) throw new SealwaxError('invalid_state', 'the object was closed');
      const result = await call(...args, controller.signal);
      const { value, transfer } =
        result instanceof Transferred ? result : new Transferred(result, []);
      this.#post({ kind: 'answer', id, value }, transfer);
    } catch (error) {
      this.#post({ kind: 'failure', id, failure: this.failures.encode(error) });
    } finally {
      this.#running.delete(id);
    }
  }

  #find({
    target,
    method,
  }: {
    target: number;
    method: string;
  }): ((...args: unknown[]) => unknown) | undefined {
    const service = this.#services.get(target);
    if (!service || !Object.hasOwn(service, method)) return undefined;
    return service[method] as (...args: unknown[]) => unknown; // both sides are of one package
  }
}

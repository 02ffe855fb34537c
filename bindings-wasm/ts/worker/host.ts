// The worker's side: runs the package's functions for a page.

import type { DecryptOptions, EncryptOptions, KeyEvent, OpenRangeOptions, Parts, Progress } from '../../types/index.js';
import type { HostOptions } from '../../types/worker-host.js';
import { init } from '../core.js';
import { decrypt } from '../decrypt.js';
import { encrypt } from '../encrypt.js';
import { type Names, checkOptions } from '../options.js';
import { openRange } from '../range.js';
import type { Failure } from './failure.js';
import type { SentJob, SentParts } from './job.js';
import { receiveKeys } from './providers.js';
import { receiveRanges, receiveSource } from './sources.js';
import { moved, offerStream } from './streams.js';
import { type Endpoint, type Service, Wire } from './wire.js';

type Providers = NonNullable<HostOptions['providers']>;

const OPTIONS: Names<HostOptions> = () => ({ providers: 1, endpoint: 1 });

export function serveSealwax(options: HostOptions = {}): void {
  checkOptions(options, OPTIONS);
  const { providers = {}, endpoint = globalThis } = options;
  const wire: Wire = new Wire(endpoint as unknown as Endpoint, {
    init: (wasm, aes) => init(wasm, aes),
    encrypt: (job: SentJob<EncryptOptions>) => wire.offer(new Host(wire, providers, job).encryption()),
    decrypt: (job: SentJob<DecryptOptions>) => wire.offer(new Host(wire, providers, job).decryption()),
    openRange: (job: SentJob<OpenRangeOptions>, signal: AbortSignal) => new Host(wire, providers, job).range(signal),
  });
}

/** One job. */
class Host<Options extends EncryptOptions & DecryptOptions & OpenRangeOptions> {
  readonly #wire: Wire;
  readonly #providers: Providers;
  readonly #job: SentJob<Options>;
  readonly #controller = new AbortController();

  constructor(wire: Wire, providers: Providers, job: SentJob<Options>) {
    this.#wire = wire;
    this.#providers = providers;
    this.#job = job;
  }

  encryption(): Service {
    const message = encrypt(this.#source(), this.#keys(), this.#options());
    return {
      ...this.#common(),
      header: () => message.header(),
      size: () => message.size(),
      bytes: async () => moved(await message.bytes()),
      blob: (type) => message.blob(type),
      stream: () => offerStream(this.#wire, message.stream(), true),
      parts: async (options) => sendParts(this.#wire, await message.parts(options), 'stream' in this.#job.source),
    };
  }

  decryption(): Service {
    const message = decrypt(this.#source(), this.#keys(), this.#options());
    return {
      ...this.#common(),
      header: () => message.header(),
      metadata: () => message.metadata(),
      expectedSize: () => message.expectedSize(),
      bytes: async () => moved(await message.bytes()),
      blob: (type) => message.blob(type),
      stream: () => offerStream(this.#wire, message.stream(), true),
    };
  }

  async range(signal: AbortSignal): Promise<object> {
    const wire = this.#wire;
    const reader = await openRange(receiveRanges(wire, this.#job.source), this.#keys(), { ...this.#options(), signal });
    const target = wire.offer({
      read: async (offset, length, signal) => moved(await reader.read(offset, length, { signal })),
      stream: (offset, length) => offerStream(wire, reader.stream(offset, length), true),
      close: () => {
        reader.close();
        wire.withdraw(target);
      },
    });
    return { target, header: reader.header, size: reader.size, metadata: reader.metadata() };
  }

  #common(): Service {
    return { abort: (reason: Failure) => this.#controller.abort(this.#wire.failures.decode(reason)) };
  }

  #source() {
    return receiveSource(this.#wire, this.#job.source);
  }

  #keys() {
    return receiveKeys(this.#wire, this.#job.keys, this.#providers);
  }

  #options(): Options {
    const { options, callbacks, wantsProgress, wantsKeyEvents } = this.#job;
    const wire = this.#wire;
    return {
      ...options,
      signal: this.#controller.signal,
      ...(wantsProgress && { onProgress: (progress: Progress) => wire.tell(callbacks, 'progress', [progress]) }),
      ...(wantsKeyEvents && { onKeyEvent: ({ error, ...event }: KeyEvent) =>
        wire.tell(callbacks, 'keyEvent', [event, error === undefined ? undefined : wire.failures.encode(error)]) }),
    };
  }
}

function sendParts(wire: Wire, parts: Parts, isStream: boolean): SentParts {
  const iterator = parts[Symbol.asyncIterator]();
  const target = wire.offer({
    bytes: async (number: number) => moved(await parts.part(number).bytes()),
    blob: (number: number) => parts.part(number).blob(),
    next: async () => {
      const { value, done } = await iterator.next();
      return done ? undefined : { number: value.number, offset: value.offset, size: value.size, blob: await value.blob() };
    },
    close: () => {
      parts.close();
      wire.withdraw(target);
    },
  });
  return { target, isStream, partSize: parts.partSize, size: parts.size, count: parts.count };
}

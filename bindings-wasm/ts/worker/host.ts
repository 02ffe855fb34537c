// The worker's side: runs the package's functions for a page.

import type {
  DecryptOptions,
  EncryptOptions,
  KeyEvent,
  OpenRangeOptions,
  Parts,
  Progress,
} from '../../types/index.js';
import type { HostOptions } from '../../types/worker-host.js';
import { init } from '../core.js';
import { decrypt } from '../decrypt.js';
import { encrypt } from '../encrypt.js';
import { type Names, checkOptions } from '../options.js';
import { openRange } from '../range.js';
import type { EncodedError } from './error-codec.js';
import type { SentJob, SentParts } from './job-messages.js';
import { receiveKeys } from './remote-providers.js';
import { receiveRanges, receiveSource } from './remote-sources.js';
import { transferred, offerStream } from './remote-streams.js';
import { type Endpoint, type Service, RpcChannel } from './rpc.js';

type Providers = NonNullable<HostOptions['providers']>;

const OPTIONS: Names<HostOptions> = () => ({ providers: 1, endpoint: 1 });

export function serveSealwax(options: HostOptions = {}): void {
  checkOptions(options, OPTIONS);
  const { providers = {}, endpoint = globalThis } = options;
  const rpc: RpcChannel = new RpcChannel(endpoint as unknown as Endpoint, {
    init: (wasm, aes) => init(wasm, aes),
    encrypt: (job: SentJob<EncryptOptions>) =>
      rpc.offer(new Host(rpc, providers, job).encryption()),
    decrypt: (job: SentJob<DecryptOptions>) =>
      rpc.offer(new Host(rpc, providers, job).decryption()),
    openRange: (job: SentJob<OpenRangeOptions>, signal: AbortSignal) =>
      new Host(rpc, providers, job).range(signal),
  });
}

/** One job. */
class Host<Options extends EncryptOptions & DecryptOptions & OpenRangeOptions> {
  readonly #rpc: RpcChannel;
  readonly #providers: Providers;
  readonly #job: SentJob<Options>;
  readonly #controller = new AbortController();

  constructor(rpc: RpcChannel, providers: Providers, job: SentJob<Options>) {
    this.#rpc = rpc;
    this.#providers = providers;
    this.#job = job;
  }

  encryption(): Service {
    const message = encrypt(this.#source(), this.#keys(), this.#options());
    return {
      ...this.#common(),
      header: () => message.header(),
      size: () => message.size(),
      bytes: async () => transferred(await message.bytes()),
      blob: (type) => message.blob(type),
      stream: () => offerStream(this.#rpc, message.stream(), true),
      parts: async (options) =>
        sendParts(this.#rpc, await message.parts(options), 'stream' in this.#job.source),
    };
  }

  decryption(): Service {
    const message = decrypt(this.#source(), this.#keys(), this.#options());
    return {
      ...this.#common(),
      header: () => message.header(),
      metadata: () => message.metadata(),
      expectedSize: () => message.expectedSize(),
      bytes: async () => transferred(await message.bytes()),
      blob: (type) => message.blob(type),
      stream: () => offerStream(this.#rpc, message.stream(), true),
    };
  }

  async range(signal: AbortSignal): Promise<object> {
    const rpc = this.#rpc;
    const reader = await openRange(receiveRanges(rpc, this.#job.source), this.#keys(), {
      ...this.#options(),
      signal,
    });
    const target = rpc.offer({
      read: async (offset, length, signal) =>
        transferred(await reader.read(offset, length, { signal })),
      stream: (offset, length) => offerStream(rpc, reader.stream(offset, length), true),
      close: () => {
        reader.close();
        rpc.withdraw(target);
      },
    });
    return { target, header: reader.header, size: reader.size, metadata: reader.metadata() };
  }

  #common(): Service {
    return {
      abort: (reason: EncodedError) => this.#controller.abort(this.#rpc.failures.decode(reason)),
    };
  }

  #source() {
    return receiveSource(this.#rpc, this.#job.source);
  }

  #keys() {
    return receiveKeys(this.#rpc, this.#job.keys, this.#providers);
  }

  #options(): Options {
    const { options, callbacks, wantsProgress, wantsKeyEvents } = this.#job;
    const rpc = this.#rpc;
    return {
      ...options,
      signal: this.#controller.signal,
      ...(wantsProgress && {
        onProgress: (progress: Progress) => rpc.tell(callbacks, 'progress', [progress]),
      }),
      ...(wantsKeyEvents && {
        onKeyEvent: ({ error, ...event }: KeyEvent) =>
          rpc.tell(callbacks, 'keyEvent', [
            event,
            error === undefined ? undefined : rpc.failures.encode(error),
          ]),
      }),
    };
  }
}

function sendParts(rpc: RpcChannel, parts: Parts, isStream: boolean): SentParts {
  const iterator = parts[Symbol.asyncIterator]();
  const target = rpc.offer({
    bytes: async (number: number) => transferred(await parts.part(number).bytes()),
    blob: (number: number) => parts.part(number).blob(),
    next: async () => {
      const next = await iterator.next();
      if (next.done) return undefined;
      const { number, offset, size } = next.value;
      return { number, offset, size, blob: await next.value.blob() };
    },
    close: () => {
      parts.close();
      rpc.withdraw(target);
    },
  });
  return { target, isStream, partSize: parts.partSize, size: parts.size, count: parts.count };
}

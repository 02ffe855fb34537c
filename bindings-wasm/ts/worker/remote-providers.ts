// Providers for a worker: those on the page, which the worker calls back, and the worker's own.

import type {
  EncryptionContext,
  GeneratedDek,
  KeyName,
  KeyProvider,
  ProviderCall,
  WorkerKeys,
  WrappedDek,
  WrappedKey,
} from '../../types/worker.js';
import { type Owned, view } from '../bytes.js';
import { nameOf, providersOf } from '../provider-calls.js';
import { invalid } from '../errors.js';
import { Transferred, type RpcChannel } from './rpc.js';

/** One of the page's providers by its target number, or one of the worker's by its name. */
export type SentProvider = string | OfferedProvider;

interface OfferedProvider extends KeyName {
  readonly target: number;
  readonly generates: boolean;
  readonly isRemote: boolean;
}

/** The details of a call that a message can carry. */
type CallDetails = Pick<ProviderCall, 'canonicalContext' | 'objectName' | 'plaintextSize'> & {
  reports: number;
};

/** The keys as a checked list. */
export function keyList(keys: WorkerKeys): readonly (KeyProvider | string)[] {
  const list = (Array.isArray(keys) ? keys : [keys]) as readonly (KeyProvider | string)[];
  const here = list.filter((key) => typeof key !== 'string');
  if (list.length === 0 || here.length > 0) providersOf(here);
  return list;
}

/** Offers the page's providers to the worker. */
export function sendKeys(
  rpc: RpcChannel,
  keys: WorkerKeys,
): { sent: SentProvider[]; withdraw: () => void } {
  const sent = keyList(keys).map((key) =>
    typeof key === 'string' ? key : offerProvider(rpc, key),
  );
  const withdraw = () => {
    for (const provider of sent) if (typeof provider !== 'string') rpc.withdraw(provider.target);
  };
  return { sent, withdraw };
}

function offerProvider(rpc: RpcChannel, provider: KeyProvider): SentProvider {
  const settling = new Map<number, (opened: boolean) => void>();
  const target = rpc.offer({
    accepts: (keyId: string) => provider.accepts(keyId),
    wrap: async (
      dek: Owned,
      context: EncryptionContext,
      details: CallDetails,
      signal: AbortSignal,
    ) => {
      try {
        return await provider.wrap(dek, context, callOf(rpc, details, signal));
      } finally {
        dek.fill(0);
      }
    },
    unwrap: async (
      wrapped: WrappedKey,
      context: EncryptionContext,
      details: CallDetails,
      signal: AbortSignal,
    ) => {
      const onSettled = (callback: (opened: boolean) => void) =>
        void settling.set(details.reports, callback);
      return secret(
        await provider.unwrap(wrapped, context, { ...callOf(rpc, details, signal), onSettled }),
      );
    },
    settled: (reports: number, opened: boolean) => {
      settling.get(reports)?.(opened);
      settling.delete(reports);
    },
    generate: async (context: EncryptionContext, details: CallDetails, signal: AbortSignal) => {
      const made = await provider.generate!(context, callOf(rpc, details, signal));
      const dek = secret(made?.dek);
      return new Transferred(
        { keyId: made.keyId, wrappedDek: made.wrappedDek, dek: dek.value },
        dek.transfer,
      );
    },
  });
  return {
    ...nameOf(provider),
    target,
    generates: typeof provider.generate === 'function',
    isRemote: provider.isRemote ?? true,
  };
}

const callOf = (
  rpc: RpcChannel,
  { reports, ...details }: CallDetails,
  signal: AbortSignal,
): ProviderCall => ({
  ...details,
  signal,
  report: (report) => rpc.tell(reports, 'report', [report]),
});

/** Transfers a DEK to the other side, leaving no copy here. */
function secret(dek: unknown): Transferred {
  const bytes = view(dek as Uint8Array, 'the DEK that the provider returned');
  if (bytes.length === bytes.buffer.byteLength) return new Transferred(bytes, [bytes.buffer]);
  const copy = bytes.slice(); // the rest of the buffer is not ours to give away
  bytes.fill(0);
  return new Transferred(copy, [copy.buffer]);
}

/** The providers as the worker calls them. */
export const receiveKeys = (
  rpc: RpcChannel,
  sent: readonly SentProvider[],
  own: Readonly<Record<string, KeyProvider>>,
): KeyProvider[] =>
  sent.map((provider) => {
    if (typeof provider !== 'string') return new PageProvider(rpc, provider);
    if (!Object.hasOwn(own, provider)) throw invalid(`the worker has no provider "${provider}"`);
    return own[provider]!;
  });

class PageProvider implements KeyProvider {
  readonly providerId: string;
  readonly keyId: string;
  readonly isRemote: boolean;
  readonly generate?: (context: EncryptionContext, call: ProviderCall) => Promise<GeneratedDek>;
  readonly #rpc: RpcChannel;
  readonly #target: number;

  constructor(
    rpc: RpcChannel,
    { target, providerId, keyId, generates, isRemote }: OfferedProvider,
  ) {
    this.providerId = providerId;
    this.keyId = keyId;
    this.isRemote = isRemote;
    this.#rpc = rpc;
    this.#target = target;
    if (generates) this.generate = (context, call) => this.#ask('generate', [context], call);
  }

  accepts(keyId: string): Promise<boolean> {
    return this.#rpc.call(this.#target, 'accepts', [keyId]);
  }

  wrap(dek: Uint8Array, context: EncryptionContext, call: ProviderCall): Promise<WrappedDek> {
    const copy = dek.slice(); // moved; the one of the caller's is the caller's to wipe
    return this.#ask('wrap', [copy, context], call, [copy.buffer]);
  }

  unwrap(wrapped: WrappedKey, context: EncryptionContext, call: ProviderCall): Promise<Uint8Array> {
    return this.#ask('unwrap', [wrapped, context], call);
  }

  async #ask<T>(
    method: string,
    args: unknown[],
    call: ProviderCall,
    transfer: Transferable[] = [],
  ): Promise<T> {
    const { signal, report, onSettled, ...rest } = call;
    const reports = this.#rpc.offer({ report });
    onSettled?.((opened) => this.#rpc.tell(this.#target, 'settled', [reports, opened]));
    const details: CallDetails = { ...rest, reports };
    try {
      return await this.#rpc.call(this.#target, method, [...args, details], { signal, transfer });
    } finally {
      this.#rpc.withdraw(reports);
    }
  }
}

// AWS KMS, through the host's own client of @aws-sdk/client-kms.

import type {
  EncryptionContext,
  GeneratedDek,
  KeyProvider,
  ProviderCall,
  WrappedDek,
  WrappedKey,
} from '../../types/index.js';
import type { AwsKmsClient, AwsKmsOptions } from '../../types/kms.js';
import { SealwaxError, invalid } from '../errors.js';
import { type Names, checkOptions } from '../options.js';
import { isSecure } from './http.js';

const OPTIONS: Names<AwsKmsOptions> = () => ({ grantTokens: 1 });

const ARN = /^arn:(aws[a-z-]*):kms:([a-z0-9-]+):(\d{12}):key\/([A-Za-z0-9-]+)$/;
const DEK_LENGTH = 32;
const DENIALS = new Set(['AccessDeniedException', 'AccessDenied', 'OptInRequired']);
const REJECTIONS = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);

interface Answer {
  readonly KeyId?: string | undefined;
  readonly Plaintext?: Uint8Array | undefined;
  readonly CiphertextBlob?: Uint8Array | undefined;
  readonly $metadata?: { readonly requestId?: string | undefined } | undefined;
}

export class AwsKms implements KeyProvider {
  readonly providerId = 'aws-kms';
  readonly keyId: string;
  readonly #client: AwsKmsClient;
  readonly #grants: { GrantTokens?: string[] };
  #checked?: Promise<void>;

  constructor(keyArn: string, client: AwsKmsClient, options: AwsKmsOptions = {}) {
    checkOptions(options, OPTIONS);
    if (!ARN.test(keyArn))
      throw invalid('the ARN of a key is needed: an alias may later name another key');
    if (typeof client?.decrypt !== 'function')
      throw invalid('client must be a KMS of @aws-sdk/client-kms');
    this.keyId = keyArn;
    this.#client = client;
    this.#grants = options.grantTokens?.length ? { GrantTokens: [...options.grantTokens] } : {};
  }

  /** This key, or the same multi-Region key in another region. */
  accepts(keyId: string): boolean {
    return keyId === this.keyId || isReplica(this.keyId, keyId);
  }

  async generate(context: EncryptionContext, call: ProviderCall): Promise<GeneratedDek> {
    const answer = await this.#ask(call, (options) =>
      this.#client.generateDataKey(
        { ...this.#common(context), NumberOfBytes: DEK_LENGTH },
        options,
      ),
    );
    return {
      keyId: this.keyId,
      dek: bytesOf(answer.Plaintext),
      wrappedDek: bytesOf(answer.CiphertextBlob),
    };
  }

  async wrap(dek: Uint8Array, context: EncryptionContext, call: ProviderCall): Promise<WrappedDek> {
    const answer = await this.#ask(call, (options) =>
      this.#client.encrypt({ ...this.#common(context), Plaintext: dek }, options),
    );
    return { keyId: this.keyId, wrappedDek: bytesOf(answer.CiphertextBlob) };
  }

  async unwrap(
    { wrappedDek }: WrappedKey,
    context: EncryptionContext,
    call: ProviderCall,
  ): Promise<Uint8Array> {
    try {
      const answer = await this.#ask(call, (options) =>
        this.#client.decrypt({ ...this.#common(context), CiphertextBlob: wrappedDek }, options),
      );
      return bytesOf(answer.Plaintext);
    } catch (error) {
      if (REJECTIONS.has(nameOf(error))) {
        throw new SealwaxError('key_unwrap', 'AWS KMS could not open the wrapped key', {
          cause: error,
        });
      }
      throw error;
    }
  }

  #common(context: EncryptionContext) {
    return { KeyId: this.keyId, EncryptionContext: { ...context }, ...this.#grants };
  }

  async #ask(
    call: ProviderCall,
    ask: (options: { abortSignal: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer> {
    await (this.#checked ??= requireSecure(this.#client));
    let answer: Answer;
    try {
      answer = await ask({ abortSignal: call.signal });
    } catch (error) {
      report(call, error as Answer | undefined);
      if (DENIALS.has(nameOf(error))) call.report({ denied: true });
      throw error;
    }
    report(call, answer);
    if (answer.KeyId !== this.keyId)
      throw new TypeError('AWS KMS used another key than the one that was asked for');
    return answer;
  }
}

/** An error's name. The error may come from another realm. */
const nameOf = (error: unknown): string => String((error as Error | undefined)?.name);

/** The SDK's default endpoints are https. */
async function requireSecure({ config }: AwsKmsClient): Promise<void> {
  const endpoint = await config?.endpoint?.();
  if (endpoint && !isSecure(endpoint))
    throw invalid('the endpoint of client must be https, or http to this machine');
}

function report(call: ProviderCall, answer: Answer | undefined): void {
  const requestId = answer?.$metadata?.requestId;
  if (requestId) call.report({ requestId });
}

function bytesOf(bytes: Uint8Array | undefined): Uint8Array {
  if (!bytes?.length) throw new TypeError('the answer of AWS KMS is not complete');
  return bytes;
}

function isReplica(mine: string, other: string): boolean {
  const [ours, theirs] = [ARN.exec(mine), ARN.exec(other)];
  if (!ours || !theirs || !ours[4]!.startsWith('mrk-')) return false;
  return [1, 3, 4].every((part) => ours[part] === theirs[part]);
}

/** `sealwax/kms`: providers for KMSs. None of them brings a dependency. */

import type {
  EncryptionContext,
  GeneratedDek,
  KeyProvider,
  ProviderCall,
  WrappedDek,
  WrappedKey,
} from './index.js';

export { HttpProvider, HttpProviderError } from './index.js';
export type { CsrfHeader, HttpProviderOptions } from './index.js';

interface AwsAnswer {
  KeyId?: string | undefined;
  Plaintext?: Uint8Array | undefined;
  CiphertextBlob?: Uint8Array | undefined;
  $metadata?: { requestId?: string | undefined };
}

interface AwsRequest {
  KeyId: string;
  EncryptionContext?: Record<string, string>;
  GrantTokens?: string[];
}

/** What is used of a `KMS` of `@aws-sdk/client-kms`, version 3. */
export interface AwsKmsClient {
  /** Where an endpoint is configured, it must be https, or http to this machine. */
  readonly config?: {
    endpoint?: (() => Promise<{ protocol: string; hostname: string }>) | undefined;
  };
  generateDataKey(
    input: AwsRequest & { NumberOfBytes: number },
    options?: { abortSignal?: AbortSignal },
  ): Promise<AwsAnswer>;
  encrypt(
    input: AwsRequest & { Plaintext: Uint8Array },
    options?: { abortSignal?: AbortSignal },
  ): Promise<AwsAnswer>;
  decrypt(
    input: AwsRequest & { CiphertextBlob: Uint8Array },
    options?: { abortSignal?: AbortSignal },
  ): Promise<AwsAnswer>;
}

export interface AwsKmsOptions {
  grantTokens?: readonly string[];
}

/**
 * A symmetric key of AWS KMS, named by its ARN. The encryption context is AWS's own, so CloudTrail
 * logs it. A multi-Region key opens what any of its replicas wrapped.
 *
 * The client is the host's: `new AwsKms(arn, new KMS({ region }))`.
 */
export class AwsKms implements KeyProvider {
  constructor(keyArn: string, client: AwsKmsClient, options?: AwsKmsOptions);
  readonly providerId: 'aws-kms';
  readonly keyId: string;
  accepts(keyId: string): boolean;
  wrap(dek: Uint8Array, context: EncryptionContext, call: ProviderCall): Promise<WrappedDek>;
  unwrap(wrapped: WrappedKey, context: EncryptionContext, call: ProviderCall): Promise<Uint8Array>;
  generate(context: EncryptionContext, call: ProviderCall): Promise<GeneratedDek>;
}

export interface VaultTransitOptions {
  /** The server: https, or http to this machine. */
  url: string | URL;
  /** A token, or the function that gives one for each request. */
  token: string | (() => string | Promise<string>);
  /** Where the engine is mounted; `transit` by default. */
  mountPoint?: string;
  namespace?: string;
  /**
   * Whether the key was made with `derived=true`: the context is then its derivation context. After
   * the first key that it wraps the provider asks once more without one, and refuses a key that is
   * not derived.
   */
  derived?: boolean;
  /**
   * Whether the server makes DEKs (`datakey`) with associated data: OpenBao does, Vault does not.
   */
  datakey?: boolean;
  /**
   * The name of the key in headers; by default `<mountPoint>/keys/<name>`, as in every language.
   */
  keyId?: string;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
}

/**
 * A key of the transit engine of Vault or OpenBao. The canonical context is its associated data.
 */
export class VaultTransit implements KeyProvider {
  constructor(name: string, options: VaultTransitOptions);
  readonly providerId: 'vault-transit';
  readonly keyId: string;
  accepts(keyId: string): boolean;
  wrap(dek: Uint8Array, context: EncryptionContext, call: ProviderCall): Promise<WrappedDek>;
  unwrap(wrapped: WrappedKey, context: EncryptionContext, call: ProviderCall): Promise<Uint8Array>;
  generate?(context: EncryptionContext, call: ProviderCall): Promise<GeneratedDek>;
}

/** The server's answer to a {@link VaultTransit}, other than success. */
export class VaultTransitError extends Error {
  readonly name: 'VaultTransitError';
  readonly status: number;
}

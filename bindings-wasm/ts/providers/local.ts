// A key encryption key held by the page.

import type {
  Bytes,
  EncryptionContext,
  KeyProvider,
  ProviderCall,
  WrappedDek,
  WrappedKey,
} from '../../types/index.js';
import { aesModule } from '../aes.js';
import { isCryptoKey } from '../brands.js';
import { type Owned, concat, view } from '../bytes.js';
import { KekExpansion, LocalKek, type MessageCipher, format, needCore } from '../core.js';
import { type Engine, engineOf } from '../engine.js';
import { SealwaxError, callCore, invalid } from '../errors.js';

const ALGORITHM: HmacImportParams = { name: 'HMAC', hash: 'SHA-512' };

/** Such a CryptoKey computes the HMACs of the wrapping without revealing its bytes. */
function checkKey(key: CryptoKey, bits: number): CryptoKey {
  const { name, hash, length } = key.algorithm as HmacKeyAlgorithm;
  if (
    name !== 'HMAC' ||
    hash.name !== 'SHA-512' ||
    length !== bits ||
    !key.usages.includes('sign')
  ) {
    throw invalid(
      `the CryptoKey must be for HMAC with SHA-512, of ${bits} bits, with usage "sign"`,
    );
  }
  return key;
}

export class LocalKey implements KeyProvider {
  readonly providerId = 'local';
  readonly isRemote = false;
  readonly keyId: string;
  readonly cryptoKey: CryptoKey | undefined;
  /** The key's bytes until the module is loaded; afterwards the module holds them. */
  #bytes: Owned | undefined;
  #kek: LocalKek | undefined;
  #closed = false;

  constructor(key: Bytes | CryptoKey, keyId: string) {
    if (typeof keyId !== 'string' || keyId === '')
      throw invalid('keyId must be a string, and not empty');
    this.keyId = keyId;
    this.cryptoKey = isCryptoKey(key) ? checkKey(key, KEY_BITS) : undefined;
    if (!isCryptoKey(key)) this.#bytes = keyBytes(key);
  }

  static async generate(keyId: string): Promise<LocalKey> {
    const algorithm: HmacKeyGenParams = { ...ALGORITHM, length: KEY_BITS };
    return new LocalKey(await subtle().generateKey(algorithm, false, ['sign']), keyId);
  }

  static async importKey(key: Bytes, keyId: string): Promise<LocalKey> {
    const bytes = keyBytes(key);
    try {
      return new LocalKey(
        await subtle().importKey('raw', bytes, ALGORITHM, false, ['sign']),
        keyId,
      );
    } finally {
      bytes.fill(0);
    }
  }

  accepts(keyId: string): boolean {
    return keyId === this.keyId;
  }

  async wrap(
    dek: Uint8Array,
    _context: EncryptionContext,
    { canonicalContext }: ProviderCall,
  ): Promise<WrappedDek> {
    await this.#ready();
    const bytes = view(dek, 'the DEK');
    const cipher = await this.#expanded(
      callCore(() => KekExpansion.forWrap(this.keyId, canonicalContext)),
      (expansion) => expansion.sealing(),
    );
    const prefix = cipher.prefix() as Owned;
    return {
      keyId: this.keyId,
      wrappedDek: concat([
        prefix,
        ...(await withEngine(cipher, (engine) => engine.seal(0, bytes))),
      ]),
    };
  }

  async unwrap(
    { wrappedDek }: WrappedKey,
    _context: EncryptionContext,
    { canonicalContext }: ProviderCall,
  ): Promise<Uint8Array> {
    await this.#ready();
    try {
      const cipher = await this.#expanded(
        callCore(() => KekExpansion.forUnwrap(this.keyId, wrappedDek, canonicalContext)),
        (expansion) => expansion.opening(wrappedDek),
      );
      const sealed = wrappedDek.slice(format().prefix);
      const [dek] = await withEngine(cipher, (engine) => engine.open(0, sealed));
      if (dek!.length !== KEY_BYTES) throw new SealwaxError('authentication');
      return dek!;
    } catch (error) {
      throw asRejection(error);
    }
  }

  close(): void {
    this.#closed = true;
    this.#bytes?.fill(0);
    this.#kek?.free();
    this.#bytes = this.#kek = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #ready(): Promise<void> {
    await needCore();
    if (this.#closed) throw new SealwaxError('invalid_state', 'the key was closed');
    const bytes = this.#bytes;
    if (bytes) {
      this.#kek = callCore(() => new LocalKek(bytes));
      bytes.fill(0);
      this.#bytes = undefined;
    }
  }

  /** Computes the expansion's HMACs in the key store or the module, then calls `finish`. */
  async #expanded(
    expansion: KekExpansion,
    finish: (expansion: KekExpansion) => MessageCipher,
  ): Promise<MessageCipher> {
    const kek = this.#kek;
    try {
      if (kek) callCore(() => expansion.expand(kek));
      for (let message = expansion.message(); message; message = expansion.message()) {
        const block = new Uint8Array(
          await subtle().sign(ALGORITHM, this.cryptoKey!, message as Owned),
        );
        callCore(() => expansion.provide(block));
        block.fill(0);
        message.fill(0);
      }
      return callCore(() => finish(expansion));
    } finally {
      expansion.free();
    }
  }
}

/** A wrapped DEK is a message of one chunk. With WebCrypto, it needs no cipher module. */
async function withEngine(
  cipher: MessageCipher,
  work: (engine: Engine) => Promise<Owned[]>,
): Promise<Owned[]> {
  const engine = await engineOf(cipher, aesModule.isReady ? 'wasm' : 'auto');
  try {
    return await work(engine);
  } finally {
    engine.close();
  }
}

/**
 * Only these errors mean that the wrapped key is wrong. A cipher that cannot be loaded does not.
 */
function asRejection(error: unknown): unknown {
  const code = error instanceof SealwaxError ? error.code : undefined;
  if (code === 'key_unwrap')
    return new SealwaxError(code, 'the key of this id has other key material', { cause: error });
  if (code === 'authentication')
    return new SealwaxError('key_unwrap', 'the wrapped key was changed', { cause: error });
  return error;
}

const KEY_BYTES = 32;
const KEY_BITS = 8 * KEY_BYTES;

function keyBytes(key: Bytes): Owned {
  const bytes = view(key, 'the key');
  if (bytes.length !== KEY_BYTES) throw invalid(`the key must have ${KEY_BYTES} bytes`);
  return bytes.slice();
}

function subtle(): SubtleCrypto {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle)
    throw new SealwaxError(
      'invalid_state',
      'there is no WebCrypto here: it needs https or localhost',
    );
  return subtle;
}

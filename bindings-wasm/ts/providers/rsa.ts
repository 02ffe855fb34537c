// Wraps under the public key of another party.

import type {
  Bytes,
  EncryptionContext,
  KeyProvider,
  RsaOaepOptions,
  WrappedDek,
} from '../../types/index.js';
import { isCryptoKey } from '../brands.js';
import { type Owned, fromBase64, isBytes, view } from '../bytes.js';
import { SealwaxError, invalid } from '../errors.js';
import { type Names, checkOptions } from '../options.js';

const OPTIONS: Names<RsaOaepOptions> = () => ({ keyId: 1, providerId: 1, hash: 1 });

const PEM = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/;

export class RsaOaepPublicKey implements KeyProvider {
  readonly providerId: string;
  readonly #keyId: string | undefined;
  readonly #hash: string;
  readonly #source: string | Bytes | JsonWebKey | CryptoKey;
  #ready: Promise<{ key: CryptoKey; keyId: string }> | undefined;

  constructor(key: string | Bytes | JsonWebKey | CryptoKey, options: RsaOaepOptions = {}) {
    checkOptions(options, OPTIONS);
    const { providerId = 'rsa-oaep', keyId, hash = 'SHA-256' } = options;
    if (typeof key === 'string' && !PEM.test(key))
      throw invalid('the key is not a public key in PEM');
    this.#source = isBytes(key) ? view(key, 'the key').slice() : key;
    this.providerId = providerId;
    this.#keyId = keyId;
    this.#hash = hash;
  }

  keyId(): Promise<string> {
    return this.#import().then(({ keyId }) => keyId);
  }

  accepts(): boolean {
    return false;
  }

  async wrap(dek: Uint8Array, _context: EncryptionContext): Promise<WrappedDek> {
    const { key, keyId } = await this.#import();
    const wrapped = await crypto.subtle.encrypt({ name: 'RSA-OAEP' }, key, view(dek, 'the DEK'));
    return { keyId, wrappedDek: new Uint8Array(wrapped) };
  }

  async unwrap(): Promise<Uint8Array> {
    throw new SealwaxError('key_unwrap', 'the private key is elsewhere');
  }

  #import(): Promise<{ key: CryptoKey; keyId: string }> {
    this.#ready ??= this.#load();
    return this.#ready;
  }

  async #load(): Promise<{ key: CryptoKey; keyId: string }> {
    const key = await this.#key();
    const { name, modulusLength } = key.algorithm as RsaHashedKeyAlgorithm;
    if (name !== 'RSA-OAEP' || modulusLength < 2048 || !key.usages.includes('encrypt')) {
      throw invalid('an RSA-OAEP key of 2,048 bits or more with usage "encrypt" is needed');
    }
    return { key, keyId: this.#keyId ?? (await this.#fingerprint(key)) };
  }

  async #key(): Promise<CryptoKey> {
    const source = this.#source;
    if (isCryptoKey(source)) return source;
    const algorithm = { name: 'RSA-OAEP', hash: this.#hash };
    try {
      if (typeof source === 'string' || isBytes(source)) {
        const der = typeof source === 'string' ? fromPem(source) : view(source, 'the key');
        return await crypto.subtle.importKey('spki', der, algorithm, true, ['encrypt']);
      }
      return await crypto.subtle.importKey('jwk', source, algorithm, true, ['encrypt']);
    } catch (error) {
      throw new SealwaxError('invalid_argument', 'the key is not an RSA public key', {
        cause: error,
      });
    }
  }

  /** The same key id as in every language: the hash's name and the SHA-256 of the key's DER. */
  async #fingerprint(key: CryptoKey): Promise<string> {
    if (!key.extractable)
      throw invalid('a CryptoKey that is not extractable needs the option keyId');
    const digest = new Uint8Array(
      await crypto.subtle.digest('SHA-256', await crypto.subtle.exportKey('spki', key)),
    );
    const hash = (key.algorithm as RsaHashedKeyAlgorithm).hash.name.replace('-', '').toLowerCase();
    return `${hash}:${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  }
}

function fromPem(pem: string): Owned {
  const der = fromBase64(PEM.exec(pem)?.[1]?.replaceAll(/\s/g, ''));
  if (!der) throw invalid('the key is not a public key in PEM');
  return der;
}

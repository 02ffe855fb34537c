// Public keys, which encrypt, and the secret keys of them, which decrypt.

import type {
  Bytes,
  EncryptionContext,
  HpkeOptions,
  Kem,
  KeyProvider,
  ProviderCall,
  WrappedDek,
  WrappedKey,
} from '../../types/index.js';
import { view } from '../bytes.js';
import { SealwaxError, callCore, invalid } from '../errors.js';
import { type Identity, type Recipient, needHpke } from '../hpke.js';
import { type Names, checkOptions } from '../options.js';

const OPTIONS: Names<HpkeOptions> = () => ({ keyId: 1 });

/** The name for the key; undefined is its fingerprint. */
function nameOf(options: HpkeOptions): string | undefined {
  checkOptions(options, OPTIONS);
  const { keyId } = options;
  if (keyId !== undefined && (typeof keyId !== 'string' || keyId === ''))
    throw invalid('keyId must be a string, and not empty');
  return keyId;
}

export class HpkeRecipient implements KeyProvider {
  readonly providerId = 'hpke';
  readonly isRemote = false;
  readonly #text: string;
  readonly #name: string | undefined;
  #key: Promise<Recipient> | undefined;

  constructor(text: string, options: HpkeOptions = {}) {
    if (typeof text !== 'string') throw invalid('a recipient is the text of a public key');
    this.#text = text;
    this.#name = nameOf(options);
  }

  async keyId(): Promise<string> {
    return (await this.#load()).keyId();
  }

  accepts(): boolean {
    return false;
  }

  async wrap(
    dek: Uint8Array,
    _context: EncryptionContext,
    { canonicalContext }: ProviderCall,
  ): Promise<WrappedDek> {
    const key = await this.#load();
    const wrappedDek = callCore(() => key.wrap(view(dek, 'the DEK'), canonicalContext));
    return { keyId: key.keyId(), wrappedDek };
  }

  async unwrap(): Promise<Uint8Array> {
    throw new SealwaxError('key_unwrap', 'a public key cannot unwrap: the secret key can');
  }

  #load(): Promise<Recipient> {
    this.#key ??= needHpke().then(({ Recipient }) =>
      callCore(() => new Recipient(this.#text, this.#name)),
    );
    return this.#key;
  }
}

export class HpkeIdentity implements KeyProvider {
  readonly providerId = 'hpke';
  readonly isRemote = false;
  readonly #name: string | undefined;
  /** The text until the module is loaded; afterwards the module holds the key. */
  #text: Uint8Array | undefined;
  #key: Promise<Identity> | undefined;
  #closed = false;

  constructor(text: string | Bytes, options: HpkeOptions = {}) {
    this.#name = nameOf(options);
    this.#text =
      typeof text === 'string'
        ? new TextEncoder().encode(text)
        : view(text, 'the secret key').slice();
  }

  static async generate(kem: Kem, options: HpkeOptions = {}): Promise<HpkeIdentity> {
    const name = nameOf(options);
    const { Identity } = await needHpke();
    const made = callCore(() => Identity.generate(kem, name));
    const text = made.text();
    made.free();
    try {
      return new HpkeIdentity(text, options);
    } finally {
      text.fill(0);
    }
  }

  async keyId(): Promise<string> {
    const key = await this.#load();
    return callCore(() => key.keyId());
  }

  async recipient(): Promise<string> {
    const key = await this.#load();
    return callCore(() => key.recipient());
  }

  async toText(): Promise<string> {
    const key = await this.#load();
    const text = callCore(() => key.text());
    try {
      return new TextDecoder().decode(text);
    } finally {
      text.fill(0);
    }
  }

  async accepts(keyId: string): Promise<boolean> {
    return keyId === (await this.keyId());
  }

  async wrap(
    dek: Uint8Array,
    _context: EncryptionContext,
    { canonicalContext }: ProviderCall,
  ): Promise<WrappedDek> {
    const key = await this.#load();
    const wrappedDek = callCore(() => key.wrap(view(dek, 'the DEK'), canonicalContext));
    return { keyId: key.keyId(), wrappedDek };
  }

  async unwrap(
    { wrappedDek }: WrappedKey,
    _context: EncryptionContext,
    { canonicalContext }: ProviderCall,
  ): Promise<Uint8Array> {
    const key = await this.#load();
    return callCore(() => key.unwrap(wrappedDek, canonicalContext));
  }

  close(): void {
    this.#closed = true;
    this.#text?.fill(0);
    this.#text = undefined;
    this.#key?.then((key) => key.free()).catch(() => {}); // it was no key
    this.#key = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #load(): Promise<Identity> {
    this.#key ??= needHpke().then(({ Identity }) =>
      this.#read((text) => new Identity(text, this.#name)),
    );
    return this.#key;
  }

  #read(make: (text: Uint8Array) => Identity): Identity {
    const text = this.#text;
    if (this.#closed || !text) throw new SealwaxError('invalid_state', 'the key was closed');
    try {
      return callCore(() => make(text));
    } finally {
      text.fill(0);
      this.#text = undefined;
    }
  }
}

// The public types as users write them; `cargo xtask test --only wasm:types` compiles it. Every
// line below an @ts-expect-error must fail to.
import {
  CachingProvider,
  HpkeIdentity,
  HpkeRecipient,
  HttpProvider,
  LocalKey,
  RsaOaepPublicKey,
  SealwaxError,
  createDecryptor,
  createEncryptor,
  decrypt,
  decryptStream,
  encrypt,
  encryptStream,
  fromText,
  httpRange,
  init,
  inspect,
  openRange,
  rewrap,
  rewrapHeader,
  toText,
} from 'sealwax';
import type {
  Bytes,
  Decryption,
  EncryptOptions,
  Encryption,
  ErrorCode,
  HeaderInfo,
  KeyProvider,
  Keys,
  Part,
  RangeReader,
  WrappedDek,
} from 'sealwax';
import { AwsKms, VaultTransit } from 'sealwax/kms';
import { SealwaxWorker } from 'sealwax/worker';
import { serveSealwax } from 'sealwax/worker-host';

export async function everything(
  file: File,
  stream: ReadableStream<Uint8Array>,
  cryptoKey: CryptoKey,
): Promise<void> {
  await init(new URL('https://example.com/sealwax.wasm'));
  const keys: Keys = [
    new LocalKey(new Uint8Array(32), 'k'),
    new LocalKey(cryptoKey, 'k'),
    await LocalKey.generate('k'),
  ];
  const options: EncryptOptions = {
    context: new Map([['a', 'b']]),
    metadata: file.name,
    padding: 4096,
    engine: 'wasm',
    requireAll: false,
    onProgress: ({ done, total }) => void (done + (total ?? 0)),
  };
  const message: Encryption = encrypt(file, keys, options);
  const size: number | undefined = await message.size();
  const sealed: Uint8Array<ArrayBuffer> = await message.bytes();
  const opened: Decryption = decrypt(sealed.buffer, keys, {
    context: [['a', 'b']],
    header: await message.header(),
  });
  const blob: Blob = await opened.blob('text/plain');
  await fetch('/', {
    method: 'PUT',
    body: await message.blob(),
    headers: { 'Content-Length': String(size) },
  });
  stream.pipeThrough(encryptStream(keys)).pipeThrough(decryptStream(keys));
  for await (const part of await encrypt(blob, keys).parts({ partSize: 5 << 20 })) {
    const one: Part = part;
    await one.blob();
  }
  using encryptor = await createEncryptor(keys);
  const small: Uint8Array = encryptor.encryptBytes(new DataView(new ArrayBuffer(8)));
  using decryptor = await createDecryptor(small, keys);
  decryptor.decryptBytes(small);
  using reader: RangeReader = await openRange(
    httpRange('/x', { retries: 3, retryDelay: 100, timeout: 0 }),
    keys,
  );
  await reader.read(0, 10, { signal: AbortSignal.timeout(1000) });
  await openRange(async (offset, length) => new Uint8Array(offset + length), keys, { size: 10 });
  const info: HeaderInfo = await inspect(await toText(small));
  const text: Uint8Array = await fromText('sealwax1.');
  const asBlob: Blob = await rewrap(blob, keys, keys, { mode: 'add' });
  const asBytes: Uint8Array = await rewrap(text, keys, keys);
  await rewrapHeader(
    info.bytes,
    keys,
    new CachingProvider(new RsaOaepPublicKey('PEM', { hash: 'SHA-512' })),
  );
  const identity = await HpkeIdentity.generate('x-wing', { keyId: 'inbox' });
  const recipient = new HpkeRecipient(await identity.recipient(), { keyId: 'inbox' });
  await encrypt(text, [recipient, identity]).bytes();
  // @ts-expect-error There is no such KEM.
  await HpkeIdentity.generate('rsa');
  new HttpProvider({ url: '/keys', keyId: 'k', csrf: () => ({ name: 'X-Csrf', value: '1' }) });
  new VaultTransit('name', { url: 'https://vault.example.com', token: async () => 't' });
  using worker = new SealwaxWorker();
  await worker.encrypt(file, ['backend', ...keys], { transfer: true }).blob();
  serveSealwax({ providers: { backend: keys[0]! } });
  void [asBlob, asBytes, AwsKms];
}

export class Mine implements KeyProvider {
  readonly providerId = 'mine';
  accepts(keyId: string): boolean {
    return keyId === 'k';
  }
  async wrap(dek: Uint8Array): Promise<WrappedDek> {
    return { keyId: 'k', wrappedDek: dek };
  }
  async unwrap(): Promise<Uint8Array> {
    throw new SealwaxError('key_unwrap', 'no', { cause: new Error('why') });
  }
}

export function codes(error: unknown): ErrorCode | undefined {
  if (!(error instanceof SealwaxError)) return undefined;
  const found: string | undefined = error.pair?.found ?? error.keys?.wanted[0]?.keyId;
  if (found) return error.code;
  if (error.code === 'authentication') return error.chunk === 1 ? error.code : undefined;
  // @ts-expect-error: no such code
  if (error.code === 'no_such_code') return undefined;
  // @ts-expect-error: the code is fixed
  error.code = 'io';
  return error.code;
}

export async function mistakes(keys: Keys, file: Blob): Promise<void> {
  // @ts-expect-error: text is no source
  encrypt('text', keys);
  // @ts-expect-error: keys are needed
  encrypt(file);
  // @ts-expect-error: a provider needs its methods
  encrypt(file, { providerId: 'x' });
  // @ts-expect-error: no such engine
  encrypt(file, keys, { engine: 'fast' });
  // @ts-expect-error: no such option
  encrypt(file, keys, { aad: new Uint8Array(1) });
  // @ts-expect-error: it is called context
  decrypt(file, keys, { requiredContext: { a: 'b' } });
  // @ts-expect-error: values are strings
  encrypt(file, keys, { context: { a: 1 } });
  // @ts-expect-error: an encryption has no metadata() to read
  await encrypt(file, keys).metadata();
  // @ts-expect-error: a stream has no random access
  await openRange(file.stream(), keys);
  // @ts-expect-error: names are for workers
  decrypt(file, 'backend');
  // @ts-expect-error: a key has an id
  new LocalKey(new Uint8Array(32));
  // @ts-expect-error: bytes, not text
  const bytes: Bytes = 'text';
  void bytes;
}

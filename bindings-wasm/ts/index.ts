// The package's exports; the types are in types/index.d.ts.

export { init } from './core.js';
export { createDecryptor, decrypt, decryptStream } from './decrypt.js';
export { createEncryptor, encrypt, encryptStream } from './encrypt.js';
export { SealwaxError } from './errors.js';
export { inspect } from './header.js';
export { httpRange } from './http-range.js';
export { initHpke } from './hpke.js';
export { CachingProvider } from './providers/caching.js';
export { HttpProvider, HttpProviderError } from './providers/http.js';
export { HpkeIdentity, HpkeRecipient } from './providers/hpke.js';
export { LocalKey } from './providers/local.js';
export { RsaOaepPublicKey } from './providers/rsa.js';
export { openRange } from './range.js';
export { rewrap, rewrapHeader } from './rewrap.js';
export { fromText, toText } from './text-form.js';

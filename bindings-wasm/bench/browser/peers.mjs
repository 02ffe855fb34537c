// What others offer for the same task: bytes in, sealed bytes out, under a key of the page's.
import './buffer.mjs';
import {
  buildClient,
  CommitmentPolicy,
  RawAesKeyringWebCrypto,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-browser';
import { gcm } from '@noble/ciphers/aes.js';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import sodium from 'libsodium-wrappers';

const SODIUM_CHUNK = 65_536;

async function aws(options) {
  const client = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
  const wrappingSuite = RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING;
  const masterKey = await RawAesKeyringWebCrypto.importCryptoKey(
    new Uint8Array(32).fill(7),
    wrappingSuite,
  );
  const keyring = new RawAesKeyringWebCrypto({
    keyName: 'k',
    keyNamespace: 'bench',
    masterKey,
    wrappingSuite,
  });
  return {
    encrypt: async (bytes) => (await client.encrypt(keyring, bytes, options)).result,
    decrypt: async (bytes) => (await client.decrypt(keyring, bytes)).plaintext,
  };
}

async function age() {
  const identity = await generateX25519Identity();
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return {
    encrypt: (bytes) => encrypter.encrypt(bytes),
    decrypt: (bytes) => decrypter.decrypt(bytes),
  };
}

async function libsodium() {
  await sodium.ready;
  const key = sodium.crypto_secretstream_xchacha20poly1305_keygen();
  const overhead = sodium.crypto_secretstream_xchacha20poly1305_ABYTES;
  const encrypt = (bytes) => {
    const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key);
    const count = Math.ceil(bytes.length / SODIUM_CHUNK);
    const sealed = new Uint8Array(header.length + bytes.length + count * overhead);
    sealed.set(header);
    for (let at = 0, to = header.length; at < bytes.length; at += SODIUM_CHUNK) {
      const chunk = sodium.crypto_secretstream_xchacha20poly1305_push(
        state,
        bytes.subarray(at, at + SODIUM_CHUNK),
        null,
        0,
      );
      sealed.set(chunk, to);
      to += chunk.length;
    }
    return sealed;
  };
  const decrypt = (sealed) => {
    const header = sealed.subarray(0, sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES);
    const state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(header, key);
    const step = SODIUM_CHUNK + overhead;
    const count = Math.ceil((sealed.length - header.length) / step);
    const bytes = new Uint8Array(sealed.length - header.length - count * overhead);
    for (let at = header.length, to = 0; at < sealed.length; at += step) {
      const { message } = sodium.crypto_secretstream_xchacha20poly1305_pull(
        state,
        sealed.subarray(at, at + step),
      );
      bytes.set(message, to);
      to += message.length;
    }
    return bytes;
  };
  return { encrypt, decrypt };
}

async function noble() {
  const [key, nonce] = [new Uint8Array(32).fill(7), new Uint8Array(12)];
  return {
    encrypt: (bytes) => gcm(key, nonce).encrypt(bytes),
    decrypt: (bytes) => gcm(key, nonce).decrypt(bytes),
  };
}

export const PEERS = {
  'AWS Encryption SDK, its defaults': () => aws(),
  'AWS Encryption SDK, 64 KiB frames': () => aws({ frameLength: 65_536 }),
  typage: age,
  'libsodium secretstream, 64 KiB': libsodium,
  'noble AES-GCM': noble,
};

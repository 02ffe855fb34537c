// The same page with the AWS Encryption SDK, its client and its raw AES keyring.
import {
  buildClient,
  CommitmentPolicy,
  RawAesKeyringWebCrypto,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-browser';

const { encrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);

document.querySelector('input').onchange = async ({ target }) => {
  const wrappingSuite = RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING;
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const masterKey = await RawAesKeyringWebCrypto.importCryptoKey(raw, wrappingSuite);
  const keyring = new RawAesKeyringWebCrypto({
    keyName: 'page',
    keyNamespace: 'app',
    masterKey,
    wrappingSuite,
  });
  const { result } = await encrypt(keyring, new Uint8Array(await target.files[0].arrayBuffer()));
  document.querySelector('a').href = URL.createObjectURL(new Blob([result]));
};

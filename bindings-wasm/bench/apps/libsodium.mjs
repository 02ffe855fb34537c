// The same page with libsodium's secretstream, in chunks of 64 KiB.
import sodium from 'libsodium-wrappers';

document.querySelector('input').onchange = async ({ target }) => {
  await sodium.ready;
  const key = sodium.crypto_secretstream_xchacha20poly1305_keygen();
  const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key);
  const [file] = target.files;
  const parts = [header];
  for (let at = 0; at < Math.max(1, file.size); at += 65536) {
    const chunk = new Uint8Array(await file.slice(at, at + 65536).arrayBuffer());
    const tag =
      at + 65536 >= file.size ? sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0;
    parts.push(sodium.crypto_secretstream_xchacha20poly1305_push(state, chunk, null, tag));
  }
  document.querySelector('a').href = URL.createObjectURL(new Blob(parts));
};

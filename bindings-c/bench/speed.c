/* The C side of the benchmark: measures what further arguments name, or else what standard input
 * names, one line for each, and answers in nanoseconds. bench/compare.rs is the other side. */
#define _POSIX_C_SOURCE 200809L
#include <sealwax.h>

#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What libsodium's stream is given at once: more than Sealwax's chunks, in its favour. */
#define SODIUM_CHUNK ((size_t)64 << 10)

static size_t len, piece, room, envelope_len;
static uint8_t *plaintext, *envelope, *output;
static const sealwax_provider *providers[1];

static void must(int condition, const char *what) {
  if (!condition) {
    fprintf(stderr, "%s: %s\n", what, sealwax_last_error_message());
    exit(1);
  }
}

static void oneshot_encrypt(void) {
  must(sealwax_encrypt(providers, 1, NULL, plaintext, len, envelope, room, &envelope_len) == 0,
       "encrypt");
}

static void oneshot_decrypt(void) {
  size_t opened = 0;
  must(sealwax_decrypt(providers, 1, NULL, envelope, envelope_len, output, len, &opened) == 0 &&
           opened == len,
       "decrypt");
}

static void stream_encrypt(void) {
  sealwax_encryptor *encryptor = NULL;
  sealwax_progress step = SEALWAX_PROGRESS_INIT;
  size_t read = 0, written = 0;
  must(sealwax_encryptor_new(providers, 1, NULL, &encryptor) == 0, "encryptor");
  while (step.status != SEALWAX_DONE) {
    size_t in = len - read < piece ? len - read : piece;
    size_t out = room - written < piece ? room - written : piece;
    must(sealwax_encryptor_process(encryptor, plaintext + read, in, envelope + written, out,
                                   &step) == 0,
         "process");
    read += step.read;
    written += step.written;
    if (step.status == SEALWAX_NEED_INPUT && read == len) {
      must(sealwax_encryptor_end_input(encryptor) == 0, "end_input");
    }
  }
  must(sealwax_encryptor_finish(encryptor) == 0, "finish");
  sealwax_encryptor_free(encryptor);
  envelope_len = written;
}

static void stream_decrypt(void) {
  sealwax_decryptor *decryptor = NULL;
  sealwax_progress step = SEALWAX_PROGRESS_INIT;
  size_t read = 0, written = 0;
  must(sealwax_decryptor_new(NULL, &decryptor) == 0, "decryptor");
  while (step.status != SEALWAX_DONE) {
    size_t in = envelope_len - read < piece ? envelope_len - read : piece;
    size_t out = len - written < piece ? len - written : piece;
    must(sealwax_decryptor_process(decryptor, envelope + read, in, output + written, out, &step) ==
             0,
         "process");
    read += step.read;
    written += step.written;
    if (step.status == SEALWAX_NEED_KEY) {
      must(sealwax_decryptor_unwrap(decryptor, providers, 1) == 0, "unwrap");
    } else if (step.status == SEALWAX_NEED_INPUT && read == envelope_len) {
      must(sealwax_decryptor_end_input(decryptor) == 0, "end_input");
    }
  }
  must(sealwax_decryptor_finish(decryptor) == 0 && written == len, "finish");
  sealwax_decryptor_free(decryptor);
}

/* One AES-256-GCM message of all bytes: no chunks, and nothing usable before its end. */
static void openssl_encrypt(void) {
  static const uint8_t key[32], iv[12];
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
  int written = 0;
  must(ctx != NULL && EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, iv) == 1 &&
           EVP_EncryptUpdate(ctx, envelope, &written, plaintext, (int)len) == 1 &&
           EVP_EncryptFinal_ex(ctx, envelope + len, &written) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, envelope + len) == 1,
       "EVP_Encrypt");
  EVP_CIPHER_CTX_free(ctx);
}

static void openssl_decrypt(void) {
  static const uint8_t key[32], iv[12];
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
  int written = 0;
  must(ctx != NULL && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, iv) == 1 &&
           EVP_DecryptUpdate(ctx, output, &written, envelope, (int)len) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, 16, envelope + len) == 1 &&
           EVP_DecryptFinal_ex(ctx, output + len, &written) == 1,
       "EVP_Decrypt");
  EVP_CIPHER_CTX_free(ctx);
}

static uint8_t sodium_key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
static uint8_t sodium_header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];

static void libsodium_encrypt(void) {
  crypto_secretstream_xchacha20poly1305_state state;
  uint8_t *out = envelope;
  crypto_secretstream_xchacha20poly1305_init_push(&state, sodium_header, sodium_key);
  for (size_t at = 0; at < len; at += SODIUM_CHUNK) {
    crypto_secretstream_xchacha20poly1305_push(&state, out, NULL, plaintext + at, SODIUM_CHUNK,
                                               NULL, 0, 0);
    out += SODIUM_CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES;
  }
}

static void libsodium_decrypt(void) {
  crypto_secretstream_xchacha20poly1305_state state;
  const size_t sealed = SODIUM_CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES;
  const uint8_t *in = envelope;
  uint8_t tag = 0;
  crypto_secretstream_xchacha20poly1305_init_pull(&state, sodium_header, sodium_key);
  for (size_t at = 0; at < len; at += SODIUM_CHUNK) {
    must(crypto_secretstream_xchacha20poly1305_pull(&state, output + at, NULL, &tag, in, sealed,
                                                    NULL, 0) == 0,
         "secretstream");
    in += sealed;
  }
}

static const struct {
  const char *name;
  void (*run)(void);
} CASES[] = {
    {"oneshot-encrypt", oneshot_encrypt},     {"oneshot-decrypt", oneshot_decrypt},
    {"stream-encrypt", stream_encrypt},       {"stream-decrypt", stream_decrypt},
    {"openssl-encrypt", openssl_encrypt},     {"openssl-decrypt", openssl_decrypt},
    {"libsodium-encrypt", libsodium_encrypt}, {"libsodium-decrypt", libsodium_decrypt},
};

static void measure(const char *name) {
  struct timespec start, end;
  for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
    if (strcmp(CASES[i].name, name) == 0) {
      clock_gettime(CLOCK_MONOTONIC, &start);
      CASES[i].run();
      clock_gettime(CLOCK_MONOTONIC, &end);
      printf("%lld\n",
             (long long)(end.tv_sec - start.tv_sec) * 1000000000 + (end.tv_nsec - start.tv_nsec));
      fflush(stdout);
      return;
    }
  }
  must(0, "there is no such case");
}

int main(int argc, char **argv) {
  char line[64];
  uint8_t kek[SEALWAX_KEY_LEN];
  sealwax_provider *provider = NULL;
  must(argc >= 3 && sodium_init() >= 0, "usage: speed LENGTH PIECE [CASE...]");
  len = strtoul(argv[1], NULL, 10);
  piece = strtoul(argv[2], NULL, 10);
  room = len + len / 512 + 8192;
  must(len % SODIUM_CHUNK == 0 && len < 0x7fffffff, "a length that all can do");
  plaintext = (uint8_t *)malloc(len);
  envelope = (uint8_t *)malloc(room);
  output = (uint8_t *)malloc(len + 16);
  must(plaintext != NULL && envelope != NULL && output != NULL, "memory");
  memset(plaintext, 7, len);
  memset(envelope, 1, room);
  memset(output, 1, len + 16);
  crypto_secretstream_xchacha20poly1305_keygen(sodium_key);
  must(sealwax_generate_dek(kek, sizeof kek) == 0 &&
           sealwax_provider_local(kek, sizeof kek, "bench", 5, &provider) == 0,
       "provider");
  providers[0] = provider;
  for (int i = 3; i < argc; i++) {
    measure(argv[i]);
  }
  while (argc == 3 && fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    measure(line);
  }
  sealwax_provider_free(provider);
  free(output);
  free(envelope);
  free(plaintext);
  return 0;
}

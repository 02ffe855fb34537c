/* Key pairs: public keys encrypt, and their secret keys decrypt. */
#include "check.h"

typedef struct {
  char secret[SEALWAX_KEY_TEXT_LEN], public_key[SEALWAX_KEY_TEXT_LEN];
  size_t secret_len, public_len;
} key_pair;

static key_pair make_pair(const char *kem) {
  key_pair pair;
  OK(sealwax_identity_generate(kem, strlen(kem), pair.secret, sizeof pair.secret,
                               &pair.secret_len));
  CHECK(strlen(pair.secret) == pair.secret_len);
  OK(sealwax_identity_recipient((const uint8_t *)pair.secret, pair.secret_len, pair.public_key,
                                sizeof pair.public_key, &pair.public_len));
  CHECK(strlen(pair.public_key) == pair.public_len);
  return pair;
}

static sealwax_provider *recipient(const key_pair *pair, const char *key_id) {
  sealwax_provider *provider = NULL;
  OK(sealwax_provider_recipient(pair->public_key, pair->public_len, key_id,
                                key_id == NULL ? 0 : strlen(key_id), &provider));
  return provider;
}

static sealwax_provider *identity(const key_pair *pair, const char *key_id) {
  sealwax_provider *provider = NULL;
  OK(sealwax_provider_identity((const uint8_t *)pair->secret, pair->secret_len, key_id,
                               key_id == NULL ? 0 : strlen(key_id), &provider));
  return provider;
}

static size_t seal(const sealwax_provider *provider, uint8_t *envelope, size_t capacity) {
  size_t len = 0;
  const sealwax_provider *providers[1] = {provider};
  OK(sealwax_encrypt(providers, 1, NULL, (const uint8_t *)"tides", 5, envelope, capacity, &len));
  return len;
}

static sealwax_code open(const sealwax_provider *provider, const uint8_t *envelope, size_t len) {
  uint8_t plaintext[16];
  size_t plaintext_len = 0;
  const sealwax_provider *providers[1] = {provider};
  sealwax_code code = sealwax_decrypt(providers, 1, NULL, envelope, len, plaintext,
                                      sizeof plaintext, &plaintext_len);
  CHECK(code != SEALWAX_OK || (plaintext_len == 5 && memcmp(plaintext, "tides", 5) == 0));
  return code;
}

static void round_trips(const char *kem, const char *key_id) {
  key_pair pair = make_pair(kem), other = make_pair(kem);
  sealwax_provider *writer = recipient(&pair, key_id), *reader = identity(&pair, key_id);
  sealwax_provider *stranger = identity(&other, key_id);
  uint8_t envelope[4096];
  size_t len = seal(writer, envelope, sizeof envelope);
  OK(open(reader, envelope, len));
  FAILS(SEALWAX_ERR_NO_MATCHING_KEY, open(writer, envelope, len));
  FAILS(key_id == NULL ? SEALWAX_ERR_NO_MATCHING_KEY : SEALWAX_ERR_KEY_UNWRAP,
        open(stranger, envelope, len));
  len = seal(reader, envelope, sizeof envelope);
  OK(open(reader, envelope, len));
  sealwax_provider_free(writer);
  sealwax_provider_free(reader);
  sealwax_provider_free(stranger);
}

static void files(const char *folder) {
  key_pair pair = make_pair("x25519");
  char path[4096];
  sealwax_provider *writer = recipient(&pair, NULL), *reader = NULL;
  uint8_t envelope[1024];
  size_t len = seal(writer, envelope, sizeof envelope);
  CHECK(snprintf(path, sizeof path, "%s/inbox.key", folder) > 0);
  FAILS(SEALWAX_ERR_IO, sealwax_provider_identity_file(path, NULL, 0, &reader));
  FILE *file = fopen(path, "wb");
  CHECK(file != NULL && fprintf(file, "# inbox\n%s\n", pair.secret) > 0 && fclose(file) == 0);
  OK(sealwax_provider_identity_file(path, NULL, 0, &reader));
  OK(open(reader, envelope, len));
  sealwax_provider_free(reader);
  sealwax_provider_free(writer);
}

static void mistakes(void) {
  key_pair pair = make_pair("x25519");
  sealwax_provider *none = NULL;
  char small[16] = "untouched";
  size_t len = 7;
  const uint8_t *secret = (const uint8_t *)pair.secret;
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_provider_recipient(pair.secret, pair.secret_len, NULL, 0, &none));
  CHECK(strstr(sealwax_last_error_message(), "this is a secret key") != NULL);
  CHECK(strstr(sealwax_last_error_message(), pair.secret + 20) == NULL);
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_provider_identity((const uint8_t *)pair.public_key,
                                                                pair.public_len, NULL, 0, &none));
  CHECK(strstr(sealwax_last_error_message(), "this is a public key") != NULL);
  pair.public_key[30] = pair.public_key[30] == 'A' ? 'B' : 'A';
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_provider_recipient(pair.public_key, pair.public_len, NULL, 0, &none));
  CHECK(strstr(sealwax_last_error_message(), "checksum") != NULL);
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_identity_generate("rsa", 3, small, 16, &len));
  FAILS(SEALWAX_ERR_BUFFER_TOO_SMALL, sealwax_identity_generate("x-wing", 6, small, 16, &len));
  FAILS(SEALWAX_ERR_BUFFER_TOO_SMALL,
        sealwax_identity_recipient(secret, pair.secret_len, small, 16, &len));
  CHECK(none == NULL && len == 7 && strcmp(small, "untouched") == 0);
}

static void nulls(void) {
  key_pair pair = make_pair("x25519");
  sealwax_provider *none = NULL;
  size_t len = 7;
  const uint8_t *secret = (const uint8_t *)pair.secret;
  const sealwax_code refused = SEALWAX_ERR_NULL_POINTER;
  FAILS(refused, sealwax_provider_recipient(NULL, 1, NULL, 0, &none));
  FAILS(refused, sealwax_provider_recipient(pair.public_key, pair.public_len, NULL, 1, &none));
  FAILS(refused, sealwax_provider_recipient(pair.public_key, pair.public_len, NULL, 0, NULL));
  FAILS(refused, sealwax_provider_identity(NULL, 1, NULL, 0, &none));
  FAILS(refused, sealwax_provider_identity(secret, pair.secret_len, NULL, 0, NULL));
  FAILS(refused, sealwax_provider_identity_file(NULL, NULL, 0, &none));
  FAILS(refused, sealwax_identity_generate(NULL, 6, pair.secret, sizeof pair.secret, &len));
  FAILS(refused, sealwax_identity_generate("x25519", 6, NULL, 100, &len));
  FAILS(refused, sealwax_identity_generate("x25519", 6, pair.secret, sizeof pair.secret, NULL));
  FAILS(refused, sealwax_identity_recipient(NULL, 1, pair.public_key, 100, &len));
  CHECK(none == NULL && len == 7);
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  round_trips("x25519", NULL);
  round_trips("x25519", "inbox");
  round_trips("x-wing", NULL);
  round_trips("x-wing", "inbox");
  files(argv[1]);
  mistakes();
  nulls();
  return check_done("key_pairs");
}

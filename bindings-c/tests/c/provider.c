/* Providers of the host: callbacks, their failures, and wrapping by hand. */
#include "check.h"

/* A KMS of one key: wraps with XOR, binds the context by its length, counts its calls. */
typedef struct {
  int wraps, unwraps, generates, destroyed;
  size_t lie;    /* What a callback adds to the length of its result. */
  size_t id_lie; /* The same, of the key id. */
  sealwax_code answer;
  const char *reason;
  const char *arn;
} kms;

static sealwax_code give_up(const kms *self, sealwax_failure *failure) {
  if (self->reason != NULL) {
    OK(sealwax_failure_set(failure, -77, self->reason, strlen(self->reason)));
  }
  return self->answer;
}

static size_t mask(uint8_t *out, const uint8_t *in, size_t len, const sealwax_context *context) {
  sealwax_bytes bytes = {NULL, 0};
  OK(sealwax_context_bytes(context, &bytes));
  for (size_t i = 0; i < len; i++) {
    out[i] = (uint8_t)(in[i] ^ 0x5a ^ bytes.len);
  }
  return len;
}

static sealwax_code kms_wrap(void *user_data, const uint8_t *dek, size_t dek_len,
                             const sealwax_context *context, sealwax_buffer *key_id,
                             sealwax_buffer *wrapped_dek, sealwax_failure *failure) {
  kms *self = (kms *)user_data;
  self->wraps++;
  CHECK(dek_len == SEALWAX_KEY_LEN && wrapped_dek->capacity == 4096 && wrapped_dek->len == 0);
  CHECK(key_id->capacity == 2048 && key_id->len == 5 && memcmp(key_id->data, "key-1", 5) == 0);
  if (self->answer != SEALWAX_OK) {
    return give_up(self, failure);
  }
  if (self->arn != NULL) {
    key_id->len = strlen(self->arn);
    memcpy(key_id->data, self->arn, key_id->len);
  }
  key_id->len += self->id_lie;
  wrapped_dek->len = mask(wrapped_dek->data, dek, dek_len, context) + self->lie;
  return SEALWAX_OK;
}

static sealwax_code kms_unwrap(void *user_data, const char *key_id, size_t key_id_len,
                               const uint8_t *wrapped_dek, size_t wrapped_dek_len,
                               const sealwax_context *context, sealwax_buffer *dek,
                               sealwax_failure *failure) {
  kms *self = (kms *)user_data;
  self->unwraps++;
  CHECK(key_id != NULL && key_id_len >= 5 && dek->capacity == SEALWAX_KEY_LEN);
  if (self->answer != SEALWAX_OK) {
    return give_up(self, failure);
  }
  CHECK(wrapped_dek_len == SEALWAX_KEY_LEN);
  dek->len = mask(dek->data, wrapped_dek, wrapped_dek_len, context) + self->lie;
  return SEALWAX_OK;
}

static sealwax_code kms_generate(void *user_data, const sealwax_context *context,
                                 sealwax_buffer *dek, sealwax_buffer *key_id,
                                 sealwax_buffer *wrapped_dek, sealwax_failure *failure) {
  kms *self = (kms *)user_data;
  self->generates++;
  CHECK(key_id->len == 5);
  if (self->answer != SEALWAX_OK) {
    return give_up(self, failure);
  }
  OK(sealwax_generate_dek(dek->data, dek->capacity));
  dek->len = dek->capacity + self->lie;
  wrapped_dek->len = mask(wrapped_dek->data, dek->data, SEALWAX_KEY_LEN, context);
  return SEALWAX_OK;
}

static bool kms_accepts(void *user_data, const char *key_id, size_t key_id_len) {
  (void)user_data;
  return key_id_len >= 4 && memcmp(key_id, "key-", 4) == 0;
}

static void kms_destroy(void *user_data) { ((kms *)user_data)->destroyed++; }

static sealwax_provider_callbacks all_callbacks(void) {
  sealwax_provider_callbacks callbacks = {
      sizeof(sealwax_provider_callbacks), NULL, kms_wrap, kms_unwrap, NULL, kms_destroy};
  return callbacks;
}

static const sealwax_provider *make(const sealwax_provider_callbacks *callbacks, kms *self) {
  sealwax_provider *provider = NULL;
  OK(sealwax_provider_new(callbacks, self, TEXT("test-kms"), TEXT("key-1"), &provider));
  return provider;
}

static void drop(const sealwax_provider *provider, kms *self) {
  CHECK(self->destroyed == 0);
  sealwax_provider_free((sealwax_provider *)provider);
  CHECK(self->destroyed == 1);
}

static void round_trip(bool generate, const char *arn, bool accepts) {
  kms self = {0, 0, 0, 0, 0, 0, SEALWAX_OK, NULL, arn};
  sealwax_provider_callbacks callbacks = all_callbacks();
  callbacks.generate = generate ? kms_generate : NULL;
  callbacks.accepts = accepts ? kms_accepts : NULL;
  const sealwax_provider *provider = make(&callbacks, &self);
  size_t len = 0, opened_len = 0;
  uint8_t *envelope = check_encrypt(provider, NULL, (const uint8_t *)TEXT("tide table"), &len);
  char opened[10];
  CHECK(self.wraps == (generate ? 0 : 1) && self.generates == (generate ? 1 : 0));
  sealwax_code expected = arn != NULL && !accepts ? SEALWAX_ERR_NO_MATCHING_KEY : SEALWAX_OK;
  FAILS(expected, sealwax_decrypt(&provider, 1, NULL, envelope, len, (uint8_t *)opened,
                                  sizeof opened, &opened_len));
  CHECK(self.unwraps == (expected == SEALWAX_OK ? 1 : 0));
  CHECK(expected != SEALWAX_OK || memcmp(opened, "tide table", 10) == 0);
  free(envelope);
  drop(provider, &self);
}

/* The host's number and text reach the caller; a failure without them is told as such. */
static void failures(sealwax_code answer, const char *reason, bool on_unwrap,
                     sealwax_code expected) {
  kms self = {0, 0, 0, 0, 0, 0, SEALWAX_OK, NULL, NULL};
  sealwax_provider_callbacks callbacks = all_callbacks();
  const sealwax_provider *provider = make(&callbacks, &self);
  size_t len = 0, opened_len = 99;
  uint8_t out[512];
  uint8_t *envelope = check_encrypt(provider, NULL, (const uint8_t *)TEXT("tide"), &len);
  self.answer = answer;
  self.reason = reason;
  if (on_unwrap) {
    FAILS(expected, sealwax_decrypt(&provider, 1, NULL, envelope, len, out, 4, &opened_len));
  } else {
    FAILS(expected, sealwax_encrypt(&provider, 1, NULL, out, 4, out + 8, 504, &opened_len));
  }
  const char *message = sealwax_last_error_message();
  if (expected == SEALWAX_ERR_PROVIDER_FAILED) {
    CHECK(strstr(message, reason != NULL ? reason : "of the host failed") != NULL);
    CHECK(sealwax_last_error_cause() == (reason != NULL ? -77 : (int64_t)answer));
  }
  CHECK(strstr(message, "test-kms") != NULL && opened_len == 99);
  free(envelope);
  drop(provider, &self);
}

/* Lengths that cannot be are caught, whatever the callback claims. */
static void garbage(size_t lie, bool on_unwrap, sealwax_code expected) {
  kms self = {0, 0, 0, 0, 0, 0, SEALWAX_OK, NULL, NULL};
  sealwax_provider_callbacks callbacks = all_callbacks();
  const sealwax_provider *provider = make(&callbacks, &self);
  size_t len = 0, opened_len = 0;
  uint8_t out[512];
  uint8_t *envelope = check_encrypt(provider, NULL, (const uint8_t *)TEXT("tide"), &len);
  self.lie = lie;
  if (on_unwrap) {
    FAILS(expected, sealwax_decrypt(&provider, 1, NULL, envelope, len, out, 4, &opened_len));
  } else {
    FAILS(expected, sealwax_encrypt(&provider, 1, NULL, out, 4, out + 8, 504, &opened_len));
  }
  free(envelope);
  drop(provider, &self);
}

/* The same for a key id, and for a DEK that the KMS makes: nothing is written, `destroy` is due. */
static void garbage_made(size_t lie, size_t id_lie, const char *arn, bool generate) {
  kms self = {0, 0, 0, 0, lie, id_lie, SEALWAX_OK, NULL, arn};
  sealwax_provider_callbacks callbacks = all_callbacks();
  callbacks.generate = generate ? kms_generate : NULL;
  const sealwax_provider *provider = make(&callbacks, &self);
  uint8_t out[512];
  size_t len = 99;
  FAILS(SEALWAX_ERR_PROVIDER_FAILED,
        sealwax_encrypt(&provider, 1, NULL, (const uint8_t *)TEXT("tide"), out, 512, &len));
  CHECK(len == 99 && self.wraps + self.generates == 1);
  drop(provider, &self);
}

static void one_sided(void) {
  kms self = {0, 0, 0, 0, 0, 0, SEALWAX_OK, NULL, NULL};
  sealwax_provider_callbacks callbacks = all_callbacks();
  sealwax_provider *provider = NULL;
  uint8_t out[512];
  size_t len = 0;
  callbacks.wrap = NULL;
  const sealwax_provider *reader = make(&callbacks, &self);
  FAILS(SEALWAX_ERR_PROVIDER_FAILED, sealwax_encrypt(&reader, 1, NULL, out, 4, out + 8, 504, &len));
  callbacks.unwrap = NULL;
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_provider_new(&callbacks, &self, TEXT("a"), TEXT("b"), &provider));
  callbacks.wrap = kms_wrap;
  callbacks.struct_size = 8;
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_provider_new(&callbacks, &self, TEXT("a"), TEXT("b"), &provider));
  callbacks.struct_size = sizeof callbacks;
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_provider_new(&callbacks, &self, TEXT(""), TEXT("b"), &provider));
  const sealwax_provider *writer = make(&callbacks, &self);
  uint8_t *envelope = check_encrypt(writer, NULL, out, 0, &len);
  FAILS(SEALWAX_ERR_PROVIDER_FAILED,
        sealwax_decrypt(&writer, 1, NULL, envelope, len, NULL, 0, &len));
  free(envelope);
  CHECK(self.destroyed == 0); /* A call that failed leaves user_data with its owner. */
  drop(reader, &self);
  sealwax_provider_free((sealwax_provider *)writer);
  CHECK(self.destroyed == 2);
}

/* No provider at all: the host asks its KMS in its own time, on both sides. */
/* Encrypts any 32 bytes; returns the length of the envelope. */
static size_t encrypt_and_wrap(const sealwax_context *context, uint8_t *envelope, size_t capacity) {
  uint8_t dek[SEALWAX_KEY_LEN], wrapped[SEALWAX_KEY_LEN];
  sealwax_encrypt_options *options = NULL;
  sealwax_encryptor *encryptor = NULL;
  sealwax_progress progress = {sizeof progress, 0, 0, SEALWAX_DONE};
  OK(sealwax_encrypt_options_new(&options));
  OK(sealwax_encrypt_options_set_context(options, context));
  OK(sealwax_encrypt_options_set_padding(options, SEALWAX_PADDING_NONE, 0));
  OK(sealwax_generate_dek(dek, sizeof dek));
  OK(sealwax_encryptor_new_with_dek(dek, sizeof dek, options, &encryptor));
  OK(sealwax_encryptor_process(encryptor, dek, 32, envelope, capacity, &progress));
  CHECK(progress.status == SEALWAX_NEED_KEY && progress.read == 0 && progress.written == 0);
  mask(wrapped, dek, sizeof dek, context);
  sealwax_wrapped_key key = {sizeof key, "slow-kms", 8, "key-9", 5, wrapped, sizeof wrapped};
  OK(sealwax_encryptor_add_wrapped_key(encryptor, &key));
  OK(sealwax_encryptor_process(encryptor, dek, 32, envelope, capacity, &progress));
  FAILS(SEALWAX_ERR_INVALID_STATE, sealwax_encryptor_add_wrapped_key(encryptor, &key));
  size_t len = progress.written;
  OK(sealwax_encryptor_end_input(encryptor));
  OK(sealwax_encryptor_process(encryptor, NULL, 0, envelope + len, capacity - len, &progress));
  CHECK(progress.status == SEALWAX_DONE);
  OK(sealwax_encryptor_finish(encryptor));
  sealwax_encryptor_free(encryptor);
  sealwax_encrypt_options_free(options);
  return len + progress.written;
}

/* Unwraps the only wrapped key of a header, and gives the DEK to the decryptor. */
static void unwrap_and_provide(sealwax_decryptor *decryptor, const sealwax_context *context) {
  uint8_t dek[SEALWAX_KEY_LEN];
  sealwax_header *header = NULL;
  sealwax_wrapped_key key = {sizeof key, NULL, 0, NULL, 0, NULL, 0};
  OK(sealwax_decryptor_header(decryptor, &header));
  CHECK(sealwax_header_wrapped_key_count(header) == 1);
  OK(sealwax_header_wrapped_key_at(header, 0, &key));
  CHECK(key.provider_id_len == 8 && memcmp(key.provider_id, "slow-kms", 8) == 0);
  FAILS(SEALWAX_ERR_HEADER_AUTHENTICATION,
        sealwax_decryptor_provide_dek(decryptor, key.wrapped_dek, key.wrapped_dek_len));
  mask(dek, key.wrapped_dek, key.wrapped_dek_len, context);
  OK(sealwax_decryptor_provide_dek(decryptor, dek, sizeof dek));
  sealwax_wipe(dek, sizeof dek);
  CHECK(dek[0] == 0 && dek[31] == 0);
  sealwax_wipe(NULL, 7);
  sealwax_header_free(header);
}

/* The host asks its KMS itself, between two calls of a machine. */
static void manual(void) {
  uint8_t dek[SEALWAX_KEY_LEN] = {0}, envelope[1024], opened[64];
  sealwax_context *context = check_context("tenant", "blue");
  size_t len = encrypt_and_wrap(context, envelope, sizeof envelope);
  sealwax_decryptor *decryptor = NULL;
  sealwax_header *header = NULL;
  sealwax_progress progress = {sizeof progress, 0, 0, SEALWAX_DONE};
  OK(sealwax_decryptor_new(NULL, &decryptor));
  FAILS(SEALWAX_ERR_INVALID_STATE, sealwax_decryptor_header(decryptor, &header));
  FAILS(SEALWAX_ERR_INVALID_STATE, sealwax_decryptor_provide_dek(decryptor, dek, sizeof dek));
  OK(sealwax_decryptor_process(decryptor, envelope, len, opened, sizeof opened, &progress));
  CHECK(progress.status == SEALWAX_NEED_KEY);
  size_t read = progress.read;
  unwrap_and_provide(decryptor, context);
  OK(sealwax_decryptor_process(decryptor, envelope + read, len - read, opened, sizeof opened,
                               &progress));
  CHECK(progress.status == SEALWAX_NEED_INPUT && progress.written == 0);
  OK(sealwax_decryptor_end_input(decryptor));
  OK(sealwax_decryptor_process(decryptor, NULL, 0, opened, sizeof opened, &progress));
  CHECK(progress.status == SEALWAX_DONE && progress.written == 32);
  OK(sealwax_decryptor_finish(decryptor));
  FAILS(SEALWAX_ERR_INVALID_STATE, sealwax_decryptor_end_input(decryptor));
  sealwax_decryptor_free(decryptor);
  sealwax_context_free(context);
}

int main(void) {
  round_trip(false, NULL, false);
  round_trip(true, NULL, false);
  round_trip(false, "key-1/version-7", false);
  round_trip(false, "key-1/version-7", true);
  failures(SEALWAX_ERR_PROVIDER_FAILED, "network down", false, SEALWAX_ERR_PROVIDER_FAILED);
  failures(SEALWAX_ERR_CANCELLED, NULL, false, SEALWAX_ERR_PROVIDER_FAILED);
  failures(SEALWAX_ERR_KEY_UNWRAP, NULL, false, SEALWAX_ERR_PROVIDER_FAILED);
  failures(SEALWAX_ERR_INVALID_ARGUMENT, "key disabled", true, SEALWAX_ERR_PROVIDER_FAILED);
  failures(SEALWAX_ERR_KEY_UNWRAP, NULL, true, SEALWAX_ERR_KEY_UNWRAP);
  garbage(4096, false, SEALWAX_ERR_PROVIDER_FAILED);
  garbage((size_t)-33, false, SEALWAX_ERR_PROVIDER_FAILED);
  garbage((size_t)-32, false, SEALWAX_ERR_PROVIDER_FAILED);
  garbage(1, true, SEALWAX_ERR_PROVIDER_FAILED);
  /* A DEK of another length is the callback's failure: it says nothing about the wrapped key. */
  garbage((size_t)-1, true, SEALWAX_ERR_PROVIDER_FAILED);
  garbage((size_t)-16, true, SEALWAX_ERR_PROVIDER_FAILED);
  garbage((size_t)-32, true, SEALWAX_ERR_PROVIDER_FAILED);
  garbage_made(0, 2048, NULL, false);
  garbage_made(0, (size_t)-5, NULL, false);
  garbage_made(0, (size_t)-6, NULL, false);
  garbage_made(0, 0, "not \xff UTF-8", false);
  garbage_made(1, 0, NULL, true);
  garbage_made((size_t)-1, 0, NULL, true);
  garbage_made((size_t)-32, 0, NULL, true);
  one_sided();
  manual();
  return check_done("provider");
}

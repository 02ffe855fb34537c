/* What callbacks may do besides their work: free what the call was given, call the library, attach
 * an object to their failure. */
#include "check.h"

/* What a callback does, once. */
typedef struct {
  sealwax_provider *provider;
  sealwax_encrypt_options *encrypt_options;
  sealwax_decrypt_options *decrypt_options;
  sealwax_decryptor *decryptor;
  sealwax_decrypt_handle *handle;
  sealwax_reader *reader;
  sealwax_file_options *file_options;
  const uint8_t *body;
  size_t body_len;
  int called, destroyed;
} host;

/* Frees all that there is, while the library is using it. */
static void free_all(host *self) {
  self->called++;
  sealwax_provider_free(self->provider);
  sealwax_encrypt_options_free(self->encrypt_options);
  sealwax_decrypt_options_free(self->decrypt_options);
  sealwax_decryptor_free(self->decryptor);
  sealwax_decrypt_handle_free(self->handle);
  sealwax_reader_free(self->reader);
  sealwax_file_options_free(self->file_options);
  self->provider = NULL;
  self->encrypt_options = NULL;
  self->decrypt_options = NULL;
  self->decryptor = NULL;
  self->handle = NULL;
  self->reader = NULL;
  self->file_options = NULL;
  CHECK(self->destroyed == 0); /* The call that runs still needs the provider. */
}

static sealwax_code wrap(void *user_data, const uint8_t *dek, size_t dek_len,
                         const sealwax_context *context, sealwax_buffer *key_id,
                         sealwax_buffer *wrapped_dek, sealwax_failure *failure) {
  (void)key_id, (void)failure;
  free_all((host *)user_data);
  CHECK(sealwax_context_count(context) == 1);
  memcpy(wrapped_dek->data, dek, dek_len);
  wrapped_dek->len = dek_len;
  return SEALWAX_OK;
}

static sealwax_code unwrap(void *user_data, const char *key_id, size_t key_id_len,
                           const uint8_t *wrapped_dek, size_t wrapped_dek_len,
                           const sealwax_context *context, sealwax_buffer *dek,
                           sealwax_failure *failure) {
  (void)context, (void)failure;
  host *self = (host *)user_data;
  if (self->decryptor != NULL) {
    sealwax_progress progress = SEALWAX_PROGRESS_INIT;
    sealwax_header *header = NULL;
    FAILS(SEALWAX_ERR_INVALID_STATE,
          sealwax_decryptor_process(self->decryptor, NULL, 0, NULL, 0, &progress));
    FAILS(SEALWAX_ERR_INVALID_STATE, sealwax_decryptor_header(self->decryptor, &header));
    FAILS(SEALWAX_ERR_INVALID_STATE, sealwax_decryptor_finish(self->decryptor));
  }
  free_all(self);
  CHECK(key_id_len == 5 && memcmp(key_id, "key-1", 5) == 0);
  memcpy(dek->data, wrapped_dek, wrapped_dek_len);
  dek->len = wrapped_dek_len;
  return SEALWAX_OK;
}

static void destroy(void *user_data) { ((host *)user_data)->destroyed++; }

static void make(host *self) {
  sealwax_provider_callbacks callbacks = SEALWAX_PROVIDER_CALLBACKS_INIT;
  callbacks.wrap = wrap;
  callbacks.unwrap = unwrap;
  callbacks.destroy = destroy;
  self->destroyed = 0;
  OK(sealwax_provider_new(&callbacks, self, TEXT("test"), TEXT("key-1"), &self->provider));
}

/* An envelope whose wrapped key is the DEK itself, as these callbacks wrap. */
static uint8_t *seal(size_t *len) {
  host self;
  memset(&self, 0, sizeof self);
  make(&self);
  sealwax_context *context = check_context("tenant", "blue");
  uint8_t *envelope = check_alloc(1024);
  OK(sealwax_encrypt_options_new(&self.encrypt_options));
  OK(sealwax_encrypt_options_set_context(self.encrypt_options, context));
  OK(sealwax_encrypt_options_set_metadata(self.encrypt_options, (const uint8_t *)TEXT("name")));
  const sealwax_provider *providers[1] = {self.provider};
  OK(sealwax_encrypt(providers, 1, self.encrypt_options, (const uint8_t *)TEXT("tide"), envelope,
                     1024, len));
  CHECK(self.called == 1 && self.destroyed == 1);
  sealwax_context_free(context);
  return envelope;
}

static void freed_by_decrypt(const uint8_t *envelope, size_t len) {
  host self;
  uint8_t out[4];
  size_t out_len = 0;
  memset(&self, 0, sizeof self);
  make(&self);
  sealwax_context *context = check_context("tenant", "blue");
  OK(sealwax_decrypt_options_new(&self.decrypt_options));
  OK(sealwax_decrypt_options_set_required_context(self.decrypt_options, context));
  const sealwax_provider *providers[1] = {self.provider};
  OK(sealwax_decrypt(providers, 1, self.decrypt_options, envelope, len, out, 4, &out_len));
  CHECK(out_len == 4 && memcmp(out, "tide", 4) == 0 && self.called == 1 && self.destroyed == 1);
  sealwax_context_free(context);
}

static void freed_by_decryptor(const uint8_t *envelope, size_t len) {
  host self;
  uint8_t out[16];
  sealwax_progress progress = SEALWAX_PROGRESS_INIT;
  memset(&self, 0, sizeof self);
  make(&self);
  OK(sealwax_decryptor_new(NULL, &self.decryptor));
  OK(sealwax_decryptor_process(self.decryptor, envelope, len, out, sizeof out, &progress));
  CHECK(progress.status == SEALWAX_NEED_KEY);
  const sealwax_provider *providers[1] = {self.provider};
  OK(sealwax_decryptor_unwrap(self.decryptor, providers, 1));
  CHECK(self.decryptor == NULL && self.called == 1 && self.destroyed == 1);
}

static void freed_by_rewrap(const uint8_t *envelope, size_t len) {
  host self, other;
  sealwax_header *header = NULL;
  uint8_t *out = check_alloc(SEALWAX_MAX_HEADER_LEN);
  size_t out_len = 0;
  memset(&self, 0, sizeof self);
  memset(&other, 0, sizeof other);
  make(&other);
  make(&self);
  const sealwax_provider *opening[1] = {other.provider}, *providers[1] = {self.provider};
  OK(sealwax_header_of_envelope(envelope, len, &header));
  OK(sealwax_decrypt_handle_open(envelope, sealwax_header_len(header), opening, 1, NULL,
                                 &self.handle));
  OK(sealwax_decrypt_handle_rewrap(self.handle, providers, 1, SEALWAX_REWRAP_REPLACE, out,
                                   SEALWAX_MAX_HEADER_LEN, &out_len));
  CHECK(self.handle == NULL && out_len == sealwax_header_len(header) && self.destroyed == 1);
  sealwax_header_free(header);
  free(out);
}

/* The provider under a cache and under a listener, and those two. */
static void on_event(void *user_data, const sealwax_key_event *event) {
  CHECK(event->outcome == SEALWAX_KEY_OK);
  sealwax_provider_free(*(sealwax_provider **)user_data);
  *(sealwax_provider **)user_data = NULL;
}

static void freed_by_listener(const uint8_t *envelope, size_t len) {
  host self;
  sealwax_provider *listening = NULL;
  uint8_t out[4];
  size_t out_len = 0;
  memset(&self, 0, sizeof self);
  make(&self);
  OK(sealwax_provider_with_key_events(self.provider, on_event, &listening, NULL, &listening));
  const sealwax_provider *providers[1] = {listening};
  OK(sealwax_decrypt(providers, 1, NULL, envelope, len, out, 4, &out_len));
  CHECK(listening == NULL && self.destroyed == 1);
}

static sealwax_code read_at(void *user_data, uint8_t *buffer, size_t len, uint64_t offset,
                            size_t *out_read, sealwax_failure *failure) {
  (void)failure;
  host *self = (host *)user_data;
  if (self->reader != NULL) {
    free_all(self);
  }
  size_t rest = self->body_len - (size_t)offset, take = rest < len ? rest : len;
  memcpy(buffer, self->body + offset, take);
  *out_read = take;
  return SEALWAX_OK;
}

static sealwax_code size(void *user_data, uint64_t *out_size, sealwax_failure *failure) {
  (void)failure;
  *out_size = ((host *)user_data)->body_len;
  return SEALWAX_OK;
}

static void freed_by_reader(const uint8_t *envelope, size_t len) {
  host self, opening;
  sealwax_read_callbacks callbacks = SEALWAX_READ_CALLBACKS_INIT;
  uint8_t out[4];
  size_t out_len = 0;
  memset(&self, 0, sizeof self);
  memset(&opening, 0, sizeof opening);
  make(&opening);
  self.body = envelope;
  self.body_len = len;
  callbacks.read_at = read_at;
  callbacks.size = size;
  callbacks.destroy = destroy;
  const sealwax_provider *providers[1] = {opening.provider};
  OK(sealwax_reader_open(&callbacks, &self, NULL, 0, providers, 1, NULL, 1, &self.reader));
  OK(sealwax_reader_read_at(self.reader, out, sizeof out, 0, &out_len));
  CHECK(out_len == 4 && memcmp(out, "tide", 4) == 0);
  CHECK(self.reader == NULL && self.called == 1 && self.destroyed == 1);
}

static bool stop_watching(void *user_data, uint64_t done, uint64_t total) {
  (void)done, (void)total;
  free_all((host *)user_data);
  return true;
}

static void freed_by_progress(const char *folder) {
  host self;
  char source[5000], target[5000];
  sealwax_provider *provider = check_provider(1, "kek-1");
  const sealwax_provider *providers[1] = {provider};
  memset(&self, 0, sizeof self);
  snprintf(source, sizeof source, "%s/plain", folder);
  snprintf(target, sizeof target, "%s/sealed", folder);
  FILE *file = fopen(source, "wb");
  CHECK(file != NULL && fputs("tide table", file) >= 0 && fclose(file) == 0);
  OK(sealwax_file_options_new(&self.file_options));
  OK(sealwax_encrypt_options_new(&self.encrypt_options));
  OK(sealwax_file_options_set_progress(self.file_options, stop_watching, &self));
  OK(sealwax_encrypt_file(source, target, providers, 1, self.encrypt_options, self.file_options,
                          NULL));
  CHECK(self.file_options == NULL && self.called > 0);
  sealwax_provider_free(provider);
}

/* A provider behind a cache that asks that very cache is told so, and waits for nobody. */
typedef struct {
  sealwax_provider *cached;
  const uint8_t *envelope;
  size_t len;
  int asked;
} circle;

static sealwax_code unwrap_by_itself(void *user_data, const char *key_id, size_t key_id_len,
                                     const uint8_t *wrapped_dek, size_t wrapped_dek_len,
                                     const sealwax_context *context, sealwax_buffer *dek,
                                     sealwax_failure *failure) {
  circle *self = (circle *)user_data;
  const sealwax_provider *providers[1] = {self->cached};
  uint8_t out[4];
  size_t out_len = 0;
  (void)key_id, (void)key_id_len, (void)context, (void)failure;
  CHECK(++self->asked == 1);
  FAILS(SEALWAX_ERR_PROVIDER_FAILED,
        sealwax_decrypt(providers, 1, NULL, self->envelope, self->len, out, 4, &out_len));
  CHECK(strstr(sealwax_last_error_message(), "asked the cache") != NULL);
  memcpy(dek->data, wrapped_dek, wrapped_dek_len);
  dek->len = wrapped_dek_len;
  return SEALWAX_OK;
}

static void in_a_circle(const uint8_t *envelope, size_t len) {
  circle self = {NULL, envelope, len, 0};
  sealwax_provider_callbacks callbacks = SEALWAX_PROVIDER_CALLBACKS_INIT;
  sealwax_provider *provider = NULL;
  sealwax_dek_cache *cache = NULL;
  uint8_t out[4];
  size_t out_len = 0;
  callbacks.unwrap = unwrap_by_itself;
  OK(sealwax_provider_new(&callbacks, &self, TEXT("test"), TEXT("key-1"), &provider));
  OK(sealwax_dek_cache_new(provider, 10, 60000, 0, 0, &cache));
  OK(sealwax_dek_cache_provider(cache, &self.cached));
  const sealwax_provider *providers[1] = {self.cached};
  OK(sealwax_decrypt(providers, 1, NULL, envelope, len, out, 4, &out_len));
  CHECK(out_len == 4 && memcmp(out, "tide", 4) == 0 && self.asked == 1);
  sealwax_provider_free(self.cached);
  sealwax_dek_cache_free(cache);
  sealwax_provider_free(provider);
}

/* What a failing callback gives along comes back to who made the call, and to nobody else. */
static int let_go, let_go_of_others;

static void forget(void *object) {
  CHECK(object == &let_go);
  let_go++;
}

static void forget_other(void *object) {
  CHECK(object == &let_go_of_others);
  let_go_of_others++;
}

static sealwax_code fail(void *user_data, const char *key_id, size_t key_id_len,
                         const uint8_t *wrapped_dek, size_t wrapped_dek_len,
                         const sealwax_context *context, sealwax_buffer *dek,
                         sealwax_failure *failure) {
  (void)key_id, (void)key_id_len, (void)wrapped_dek, (void)wrapped_dek_len, (void)context,
      (void)dek;
  FAILS(SEALWAX_ERR_NULL_POINTER, sealwax_failure_attach(NULL, &let_go, forget));
  FAILS(SEALWAX_ERR_NULL_POINTER, sealwax_failure_attach(failure, &let_go, NULL));
  OK(sealwax_failure_attach(failure, &let_go_of_others, forget_other));
  CHECK(let_go_of_others == 0);
  OK(sealwax_failure_attach(failure, &let_go, forget)); /* Takes the place of the one before. */
  return *(const sealwax_code *)user_data;
}

static void attached(sealwax_code answer, sealwax_code expected, const uint8_t *envelope,
                     size_t len) {
  sealwax_provider_callbacks callbacks = SEALWAX_PROVIDER_CALLBACKS_INIT;
  sealwax_provider *provider = NULL;
  uint8_t out[4];
  size_t out_len = 0;
  callbacks.unwrap = fail;
  let_go = let_go_of_others = 0;
  OK(sealwax_provider_new(&callbacks, &answer, TEXT("test"), TEXT("key-1"), &provider));
  const sealwax_provider *providers[1] = {provider};
  if (expected == SEALWAX_OK) { /* It did not fail: what it gave along is of no use. */
    FAILS(SEALWAX_ERR_PROVIDER_FAILED,
          sealwax_decrypt(providers, 1, NULL, envelope, len, out, 4, &out_len));
    CHECK(sealwax_last_error_attachment(forget) == NULL && let_go == 1);
  } else {
    FAILS(expected, sealwax_decrypt(providers, 1, NULL, envelope, len, out, 4, &out_len));
    CHECK(let_go == 0 && sealwax_last_error_attachment(forget) == &let_go);
    CHECK(sealwax_last_error_attachment(forget_other) == NULL);
    CHECK(sealwax_last_error_attachment(NULL) == NULL);
    OK(sealwax_decrypted_len(envelope, len, &out_len));
    CHECK(sealwax_last_error_attachment(forget) == &let_go);
    FAILS(SEALWAX_ERR_NULL_POINTER, sealwax_decrypted_len(NULL, 1, &out_len));
    CHECK(sealwax_last_error_attachment(forget) == NULL && let_go == 1);
  }
  CHECK(let_go_of_others == 1);
  sealwax_provider_free(provider);
}

/* What is public of keys and contexts is said, and nothing that a terminal would obey. */
static bool says(const char *text) { return strstr(sealwax_last_error_message(), text) != NULL; }

static void messages(void) {
  sealwax_provider *odd = check_provider(1, "kek\n\x1b[2J-7"), *other = check_provider(1, "kek-8");
  const sealwax_provider *providers[1] = {odd}, *others[1] = {other};
  sealwax_context *context = check_context("tenant", "red\n");
  sealwax_decrypt_options *options = NULL;
  uint8_t out[4];
  size_t len = 0, out_len = 0;
  uint8_t *envelope = check_encrypt(odd, NULL, (const uint8_t *)TEXT("tide"), &len);
  FAILS(SEALWAX_ERR_NO_MATCHING_KEY,
        sealwax_decrypt(others, 1, NULL, envelope, len, out, 4, &out_len));
  CHECK(says("2J-7") && says("kek\\n") && !says("\x1b") && !says("\n"));
  OK(sealwax_decrypt_options_new(&options));
  OK(sealwax_decrypt_options_set_required_context(options, context));
  FAILS(SEALWAX_ERR_CONTEXT_MISMATCH,
        sealwax_decrypt(providers, 1, options, envelope, len, out, 4, &out_len));
  CHECK(says("tenant") && !says("\n"));
  sealwax_provider_callbacks callbacks = SEALWAX_PROVIDER_CALLBACKS_INIT;
  sealwax_code answer = SEALWAX_ERR_PROVIDER_FAILED;
  sealwax_provider *failing = NULL;
  callbacks.unwrap = fail; /* It cannot wrap. */
  OK(sealwax_provider_new(&callbacks, &answer, TEXT("test"), TEXT("key-1"), &failing));
  const sealwax_provider *all[1] = {failing};
  FAILS(SEALWAX_ERR_PROVIDER_FAILED, sealwax_encrypt(all, 1, NULL, NULL, 0, out, 4, &out_len));
  CHECK(says("test") && says("key-1") && says("cannot wrap"));
  sealwax_provider_free(failing);
  sealwax_decrypt_options_free(options);
  sealwax_context_free(context);
  sealwax_provider_free(other);
  sealwax_provider_free(odd);
  free(envelope);
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  size_t len = 0;
  uint8_t *envelope = seal(&len);
  freed_by_decrypt(envelope, len);
  freed_by_decryptor(envelope, len);
  freed_by_rewrap(envelope, len);
  freed_by_listener(envelope, len);
  freed_by_reader(envelope, len);
  freed_by_progress(argv[1]);
  in_a_circle(envelope, len);
  attached(SEALWAX_ERR_PROVIDER_FAILED, SEALWAX_ERR_PROVIDER_FAILED, envelope, len);
  attached(SEALWAX_ERR_KEY_UNWRAP, SEALWAX_ERR_KEY_UNWRAP, envelope, len);
  attached(SEALWAX_OK, SEALWAX_OK, envelope, len);
  messages();
  free(envelope);
  return check_done("callbacks");
}

/* Every use of a key is an event: which key, for what, with what outcome; never a key or data. */
#include "check.h"

/* What was told, in the order of the events, as text. */
typedef struct {
  char text[4096];
  int events, destroyed;
} audit_log;

static void append(audit_log *log, const char *text, size_t len) {
  size_t at = strlen(log->text);
  CHECK(at + len + 2 < sizeof log->text);
  memcpy(log->text + at, text, len);
  log->text[at + len] = ' ';
}

static void on_event(void *user_data, const sealwax_key_event *event) {
  audit_log *log = (audit_log *)user_data;
  const char *operation = sealwax_key_operation_name(event->operation);
  const char *outcome = sealwax_key_outcome_name(event->outcome);
  sealwax_context_pair pair = {NULL, 0, NULL, 0};
  char cause[32];
  CHECK(event->struct_size == sizeof *event);
  /* Between 2020 and 2200, and not longer than an hour: whatever clock the machine has. */
  CHECK(event->time_ns > 1577836800000000000u && event->time_ns < 7258118400000000000u);
  CHECK(event->duration_ns < 3600000000000u);
  log->events++;
  append(log, operation, strlen(operation));
  append(log, outcome, strlen(outcome));
  append(log, event->provider_id, event->provider_id_len);
  append(log, event->key_id, event->key_id_len);
  if (sealwax_context_count(event->context) == 1) {
    OK(sealwax_context_pair_at(event->context, 0, &pair));
    append(log, pair.value, pair.value_len);
  }
  if (event->object_name != NULL) {
    append(log, event->object_name, event->object_name_len);
  }
  if (event->request_id != NULL) {
    append(log, event->request_id, event->request_id_len);
  }
  if (event->cause != 0) {
    append(log, cause, (size_t)snprintf(cause, sizeof cause, "%d", (int)event->cause));
  }
  strcat(log->text, "| ");
}

static void on_destroy(void *user_data) { ((audit_log *)user_data)->destroyed++; }

/* Compares and forgets what was told since the last call. */
static void told(audit_log *log, const char *expected) {
  if (strcmp(log->text, expected) != 0) {
    fprintf(stderr, "told:     %s\nexpected: %s\n", log->text, expected);
    exit(1);
  }
  memset(log->text, 0, sizeof log->text);
}

static sealwax_provider *listen(const sealwax_provider *provider, audit_log *log) {
  sealwax_provider *audited = NULL;
  OK(sealwax_provider_with_key_events(provider, on_event, log, on_destroy, &audited));
  return audited;
}

/* A KMS that masks with a constant, reports request ids, and fails as it is told. */
typedef struct {
  sealwax_code answer;
  bool denied;
  const char *request_id;
  size_t missing; /* How much of a DEK it does not write. */
} kms;

static sealwax_code kms_answer(const kms *self, sealwax_failure *failure) {
  if (self->request_id != NULL) {
    OK(sealwax_failure_set_request_id(failure, self->request_id, strlen(self->request_id)));
  }
  if (self->denied) {
    OK(sealwax_failure_set_denied(failure));
  }
  if (self->answer != SEALWAX_OK) {
    OK(sealwax_failure_set(failure, 403, TEXT("the secret words of the KMS")));
  }
  return self->answer;
}

static void mask(uint8_t *out, const uint8_t *in) {
  for (size_t i = 0; i < SEALWAX_KEY_LEN; i++) {
    out[i] = (uint8_t)(in[i] ^ 0x5a);
  }
}

static sealwax_code kms_wrap(void *user_data, const uint8_t *dek, size_t dek_len,
                             const sealwax_context *context, sealwax_buffer *key_id,
                             sealwax_buffer *wrapped_dek, sealwax_failure *failure) {
  (void)context, (void)key_id, (void)dek_len;
  mask(wrapped_dek->data, dek);
  wrapped_dek->len = SEALWAX_KEY_LEN;
  return kms_answer((const kms *)user_data, failure);
}

static sealwax_code kms_unwrap(void *user_data, const char *key_id, size_t key_id_len,
                               const uint8_t *wrapped_dek, size_t wrapped_dek_len,
                               const sealwax_context *context, sealwax_buffer *dek,
                               sealwax_failure *failure) {
  (void)key_id, (void)key_id_len, (void)wrapped_dek_len, (void)context;
  mask(dek->data, wrapped_dek);
  dek->len = SEALWAX_KEY_LEN - ((const kms *)user_data)->missing;
  return kms_answer((const kms *)user_data, failure);
}

static sealwax_code kms_generate(void *user_data, const sealwax_context *context,
                                 sealwax_buffer *dek, sealwax_buffer *key_id,
                                 sealwax_buffer *wrapped_dek, sealwax_failure *failure) {
  OK(sealwax_generate_dek(dek->data, dek->capacity));
  dek->len = dek->capacity;
  memcpy(key_id->data, "k/v2", 4);
  key_id->len = 4;
  return kms_wrap(user_data, dek->data, dek->len, context, key_id, wrapped_dek, failure);
}

static bool kms_accepts(void *user_data, const char *key_id, size_t key_id_len) {
  (void)user_data;
  return key_id_len >= 1 && key_id[0] == 'k';
}

static sealwax_provider *kms_provider(kms *self, bool generates) {
  sealwax_provider_callbacks callbacks = {
      sizeof(sealwax_provider_callbacks), kms_accepts, kms_wrap, kms_unwrap, NULL, NULL};
  sealwax_provider *provider = NULL;
  callbacks.generate = generates ? kms_generate : NULL;
  OK(sealwax_provider_new(&callbacks, self, TEXT("kms"), TEXT("k"), &provider));
  return provider;
}

static sealwax_code encrypt(const sealwax_provider *provider, uint8_t *envelope, size_t *len) {
  sealwax_context *context = check_context("tenant", "blue");
  sealwax_encrypt_options *options = NULL;
  OK(sealwax_encrypt_options_new(&options));
  OK(sealwax_encrypt_options_set_context(options, context));
  sealwax_code code =
      sealwax_encrypt(&provider, 1, options, (const uint8_t *)TEXT("tide"), envelope, 512, len);
  sealwax_encrypt_options_free(options);
  sealwax_context_free(context);
  return code;
}

static sealwax_code decrypt(const sealwax_provider *provider, const uint8_t *envelope, size_t len) {
  uint8_t opened[4];
  size_t opened_len = 0;
  return sealwax_decrypt(&provider, 1, NULL, envelope, len, opened, sizeof opened, &opened_len);
}

static void local_key(void) {
  audit_log log = {{0}, 0, 0};
  uint8_t envelope[512];
  size_t len = 0;
  sealwax_provider *key = check_provider(1, "kek-1");
  sealwax_provider *audited = listen(key, &log);
  sealwax_provider_free(key);
  OK(encrypt(audited, envelope, &len));
  OK(sealwax_object_name_set(TEXT("tides.csv")));
  OK(decrypt(audited, envelope, len));
  told(&log, "wrap ok local kek-1 blue | unwrap ok local kek-1 blue tides.csv | ");
  OK(sealwax_object_name_set(NULL, 0));
  /* The wrapped DEK is the last part before the MAC, the prefix of the body and the chunk. */
  envelope[len - 56 - 4 - 16 - 32 - 1] ^= 1;
  FAILS(SEALWAX_ERR_KEY_UNWRAP, decrypt(audited, envelope, len));
  told(&log, "unwrap rejected local kek-1 blue | ");
  sealwax_provider *stranger = check_provider(1, "kek-2"), *other = listen(stranger, &log);
  FAILS(SEALWAX_ERR_NO_MATCHING_KEY, decrypt(other, envelope, len));
  told(&log, ""); /* No key was used. */
  sealwax_provider_free(other);
  sealwax_provider_free(stranger);
  CHECK(log.destroyed == 1);
  sealwax_provider_free(audited);
  CHECK(log.destroyed == 2 && log.events == 3);
}

static void callbacks(bool generates) {
  audit_log log = {{0}, 0, 0};
  kms self = {SEALWAX_OK, false, "req-1", 0};
  uint8_t envelope[512], unused[512];
  size_t len = 0;
  sealwax_provider *key = kms_provider(&self, generates), *audited = listen(key, &log);
  OK(encrypt(audited, envelope, &len));
  self.request_id = NULL;
  OK(decrypt(audited, envelope, len));
  told(&log, generates ? "generate ok kms k/v2 blue req-1 | unwrap ok kms k/v2 blue | "
                       : "wrap ok kms k blue req-1 | unwrap ok kms k blue | ");
  self.answer = SEALWAX_ERR_PROVIDER_FAILED;
  self.request_id = "req-2";
  FAILS(SEALWAX_ERR_PROVIDER_FAILED, encrypt(audited, unused, &len));
  self.denied = true;
  FAILS(SEALWAX_ERR_PROVIDER_FAILED, decrypt(audited, envelope, len));
  self.denied = false;
  self.answer = SEALWAX_ERR_KEY_UNWRAP;
  FAILS(SEALWAX_ERR_KEY_UNWRAP, decrypt(audited, envelope, len));
  CHECK(sealwax_last_error_cause() == 403);
  CHECK(strstr(sealwax_last_error_message(), "the secret words of the KMS") != NULL);
  CHECK(strstr(log.text, "secret") == NULL);
  told(&log, generates ? "generate failed kms k blue req-2 403 | unwrap denied kms k/v2 blue req-2 "
                         "403 | unwrap rejected kms k/v2 blue req-2 403 | "
                       : "wrap failed kms k blue req-2 403 | unwrap denied kms k blue req-2 403 | "
                         "unwrap rejected kms k blue req-2 403 | ");
  self.answer = SEALWAX_OK;
  self.missing = 16;
  FAILS(SEALWAX_ERR_PROVIDER_FAILED, decrypt(audited, envelope, len));
  told(&log,
       generates ? "unwrap failed kms k/v2 blue req-2 | " : "unwrap failed kms k blue req-2 | ");
  sealwax_provider_free(key);
  sealwax_provider_free(audited);
  CHECK(log.destroyed == 1);
}

/* A cache tells its hits to whom the provider behind it tells its uses, and each use once. */
static void cache(void) {
  audit_log log = {{0}, 0, 0}, outer_log = {{0}, 0, 0};
  kms self = {SEALWAX_OK, false, "req-1", 0};
  uint8_t envelope[512];
  size_t len = 0;
  sealwax_dek_cache *cache = NULL;
  sealwax_provider *cached = NULL;
  sealwax_provider *key = kms_provider(&self, true), *audited = listen(key, &log);
  OK(sealwax_dek_cache_new(audited, 10, 3600000, 0, 0, &cache));
  OK(sealwax_dek_cache_provider(cache, &cached));
  sealwax_provider *outer = listen(cached, &outer_log);
  sealwax_provider_free(key);
  sealwax_provider_free(audited);
  sealwax_dek_cache_free(cache);
  for (int i = 0; i < 2; i++) {
    OK(encrypt(cached, envelope, &len));
  }
  told(&log, "generate ok kms k/v2 blue req-1 | cache_hit ok kms k/v2 blue | ");
  for (int i = 0; i < 2; i++) {
    OK(decrypt(outer, envelope, len));
  }
  told(&log, "unwrap ok kms k/v2 blue req-1 | cache_hit ok kms k/v2 blue | ");
  told(&outer_log, "unwrap ok kms k/v2 blue req-1 | cache_hit ok kms k/v2 blue | ");
  CHECK(log.destroyed == 0);
  sealwax_provider_free(cached);
  sealwax_provider_free(outer);
  CHECK(log.destroyed == 1 && outer_log.destroyed == 1);
}

/* A listener may use the library: that mixes up nothing. */
typedef struct {
  audit_log log;
  const sealwax_provider *provider;
  bool inside;
} nested_log;

static void on_nested(void *user_data, const sealwax_key_event *event) {
  nested_log *self = (nested_log *)user_data;
  uint8_t envelope[512];
  size_t len = 0;
  on_event(&self->log, event);
  if (!self->inside) {
    self->inside = true;
    OK(encrypt(self->provider, envelope, &len));
    self->inside = false;
  }
}

static void nested(void) {
  nested_log self = {{{0}, 0, 0}, NULL, false};
  kms one = {SEALWAX_OK, false, "req-7", 0}, another = {SEALWAX_OK, false, "req-8", 0};
  audit_log outer_log = {{0}, 0, 0};
  uint8_t envelope[512];
  size_t len = 0;
  sealwax_provider *key = kms_provider(&one, false), *inside = kms_provider(&another, true);
  sealwax_provider *inner = NULL;
  OK(sealwax_provider_with_key_events(key, on_nested, &self, NULL, &inner));
  self.provider = inside;
  sealwax_provider *outer = listen(inner, &outer_log);
  OK(encrypt(outer, envelope, &len));
  told(&self.log, "wrap ok kms k blue req-7 | ");
  told(&outer_log, "wrap ok kms k blue req-7 | ");
  sealwax_provider_free(outer);
  sealwax_provider_free(inner);
  sealwax_provider_free(inside);
  sealwax_provider_free(key);
}

static void misuse(void) {
  audit_log log = {{0}, 0, 0};
  sealwax_provider *key = check_provider(1, "kek-1"), *out = NULL;
  FAILS(SEALWAX_ERR_NULL_POINTER,
        sealwax_provider_with_key_events(NULL, on_event, &log, on_destroy, &out));
  FAILS(SEALWAX_ERR_NULL_POINTER,
        sealwax_provider_with_key_events(key, NULL, &log, on_destroy, &out));
  FAILS(SEALWAX_ERR_NULL_POINTER,
        sealwax_provider_with_key_events(key, on_event, &log, on_destroy, NULL));
  CHECK(out == NULL && log.destroyed == 0);
  FAILS(SEALWAX_ERR_NULL_POINTER, sealwax_failure_set_denied(NULL));
  FAILS(SEALWAX_ERR_NULL_POINTER, sealwax_failure_set_request_id(NULL, TEXT("req-1")));
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_object_name_set(TEXT("\xff")));
  FAILS(SEALWAX_ERR_NULL_POINTER, sealwax_object_name_set(NULL, 3));
  CHECK(strcmp(sealwax_key_operation_name(0), "unknown") == 0);
  CHECK(strcmp(sealwax_key_outcome_name(99), "unknown") == 0);
  sealwax_provider_free(key);
}

int main(void) {
  local_key();
  callbacks(false);
  callbacks(true);
  cache();
  nested();
  misuse();
  return check_done("key_events");
}

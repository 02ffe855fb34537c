/* The script of core/vectors/key_events.json: every language reports the same events. */
#include "vectors.h"

/* The step that runs, and how many of its events were told. */
static const json_t *step;
static size_t told;
static json_t *context_pair;

/* The provider "kms" of the script. */
static size_t requests;

static sealwax_code answer(sealwax_failure *failure) {
  const char *mood = vectors_string(step, "kms");
  char id[32];
  requests++;
  OK(sealwax_failure_set_request_id(failure, id,
                                    (size_t)snprintf(id, sizeof id, "req-%zu", requests)));
  if (strcmp(mood, "rejects") == 0) {
    return SEALWAX_ERR_KEY_UNWRAP;
  }
  if (strcmp(mood, "denies") == 0) {
    OK(sealwax_failure_set_denied(failure));
  }
  return strcmp(mood, "works") == 0 ? (sealwax_code)SEALWAX_OK : SEALWAX_ERR_PROVIDER_FAILED;
}

static void mask(uint8_t *out, const uint8_t *in) {
  for (size_t i = 0; i < SEALWAX_KEY_LEN; i++) {
    out[i] = (uint8_t)(in[i] ^ 0x5a);
  }
}

static sealwax_code kms_wrap(void *user_data, const uint8_t *dek, size_t dek_len,
                             const sealwax_context *context, sealwax_buffer *key_id,
                             sealwax_buffer *wrapped_dek, sealwax_failure *failure) {
  (void)user_data, (void)dek_len, (void)context, (void)key_id;
  mask(wrapped_dek->data, dek);
  wrapped_dek->len = SEALWAX_KEY_LEN;
  return answer(failure);
}

static sealwax_code kms_unwrap(void *user_data, const char *key_id, size_t key_id_len,
                               const uint8_t *wrapped_dek, size_t wrapped_dek_len,
                               const sealwax_context *context, sealwax_buffer *dek,
                               sealwax_failure *failure) {
  (void)user_data, (void)key_id, (void)key_id_len, (void)wrapped_dek_len, (void)context;
  mask(dek->data, wrapped_dek);
  dek->len = SEALWAX_KEY_LEN;
  return answer(failure);
}

static sealwax_code kms_generate(void *user_data, const sealwax_context *context,
                                 sealwax_buffer *dek, sealwax_buffer *key_id,
                                 sealwax_buffer *wrapped_dek, sealwax_failure *failure) {
  OK(sealwax_generate_dek(dek->data, dek->capacity));
  dek->len = dek->capacity;
  return kms_wrap(user_data, dek->data, dek->len, context, key_id, wrapped_dek, failure);
}

static void check_text(const json_t *event, const char *name, const char *found, size_t len) {
  const char *wanted = json_string_value(json_object_get(event, name));
  bool is_equal = wanted == NULL
                      ? found == NULL
                      : found != NULL && strlen(wanted) == len && memcmp(wanted, found, len) == 0;
  if (!is_equal) {
    fprintf(stderr, "%s: event %zu: %s is %.*s\n", vectors_string(step, "comment"), told, name,
            (int)len, found == NULL ? "" : found);
    exit(1);
  }
}

static void check_word(const json_t *event, const char *name, const char *found) {
  check_text(event, name, found, strlen(found));
}

static void on_event(void *user_data, const sealwax_key_event *found) {
  const json_t *event = json_array_get(json_object_get(step, "events"), told);
  sealwax_context_pair pair = {NULL, 0, NULL, 0};
  (void)user_data;
  CHECK(event != NULL);
  check_word(event, "operation", sealwax_key_operation_name(found->operation));
  check_word(event, "outcome", sealwax_key_outcome_name(found->outcome));
  check_text(event, "providerId", found->provider_id, found->provider_id_len);
  check_text(event, "keyId", found->key_id, found->key_id_len);
  check_text(event, "requestId", found->request_id, found->request_id_len);
  check_text(step, "object", found->object_name, found->object_name_len);
  CHECK(sealwax_context_count(found->context) == 1);
  OK(sealwax_context_pair_at(found->context, 0, &pair));
  CHECK(strlen(json_string_value(json_array_get(context_pair, 0))) == pair.key_len);
  CHECK(memcmp(json_string_value(json_array_get(context_pair, 0)), pair.key, pair.key_len) == 0);
  CHECK(memcmp(json_string_value(json_array_get(context_pair, 1)), pair.value, pair.value_len) ==
        0);
  told++;
}

/* The numbers and words of the API are those of the shared table. */
static void words(const json_t *table, const char *(*name_of)(uint32_t)) {
  CHECK(json_array_size(table) == 4);
  for (uint32_t number = 0; number < 6; number++) {
    const char *name = "unknown";
    for (size_t i = 0; i < json_array_size(table); i++) {
      const json_t *word = json_array_get(table, i);
      if (json_integer_value(json_object_get(word, "number")) == (json_int_t)number) {
        name = vectors_string(word, "name");
      }
    }
    CHECK(strcmp(name_of(number), name) == 0);
  }
}

/* The keys of the script, by the names in it. */
typedef struct {
  const char *name;
  sealwax_provider *provider;
} named_key;

static named_key keys[3];

static size_t keys_of(const char *list, const sealwax_provider *out[3]) {
  const json_t *names = json_object_get(step, list);
  for (size_t i = 0; i < json_array_size(names); i++) {
    out[i] = NULL;
    for (size_t k = 0; k < 3; k++) {
      if (strcmp(keys[k].name, json_string_value(json_array_get(names, i))) == 0) {
        out[i] = keys[k].provider;
      }
    }
    CHECK(out[i] != NULL);
  }
  return json_array_size(names);
}

/* The objects "a", "b" and "c". */
static uint8_t objects[3][4096];
static size_t lengths[3];

static sealwax_code call(const sealwax_encrypt_options *options) {
  const sealwax_provider *used[3], *wanted[3];
  uint8_t made[4096];
  size_t count = keys_of("keys", used), made_len = 0;
  const char *what = vectors_string(step, "call");
  size_t at = (size_t)(vectors_string(step, "object")[0] - 'a');
  CHECK(at < 3);
  if (strcmp(what, "encrypt") == 0) {
    return sealwax_encrypt(used, count, options, (const uint8_t *)TEXT("tide table"), objects[at],
                           sizeof objects[at], &lengths[at]);
  }
  if (strcmp(what, "decrypt") == 0) {
    return sealwax_decrypt(used, count, NULL, objects[at], lengths[at], made, sizeof made,
                           &made_len);
  }
  CHECK(strcmp(what, "rewrap") == 0);
  size_t wanted_count = keys_of("newKeys", wanted);
  sealwax_code code = sealwax_rewrap(objects[at], lengths[at], used, count, wanted, wanted_count,
                                     SEALWAX_REWRAP_REPLACE, made, sizeof made, &made_len);
  memcpy(objects[at], made, made_len);
  lengths[at] = made_len;
  return code;
}

static sealwax_provider *audited(const sealwax_provider *provider) {
  sealwax_provider *out = NULL;
  OK(sealwax_provider_with_key_events(provider, on_event, NULL, NULL, &out));
  return out;
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  json_t *root = vectors_load(argv[1], "key_events.json"), *steps = json_object_get(root, "script");
  words(json_object_get(root, "operations"), sealwax_key_operation_name);
  words(json_object_get(root, "outcomes"), sealwax_key_outcome_name);
  context_pair = json_array_get(json_object_get(root, "context"), 0);
  sealwax_provider_callbacks callbacks = {
      sizeof(sealwax_provider_callbacks), NULL, kms_wrap, kms_unwrap, kms_generate, NULL};
  sealwax_provider *kms = NULL, *local = check_provider(1, "kek-1");
  sealwax_dek_cache *cache = NULL;
  OK(sealwax_provider_new(&callbacks, NULL, TEXT("kms"), TEXT("k"), &kms));
  keys[0].name = "kms", keys[0].provider = audited(kms);
  keys[1].name = "local", keys[1].provider = audited(local);
  keys[2].name = "cache";
  OK(sealwax_dek_cache_new(keys[0].provider, 10, 3600000, 0, 0, &cache));
  OK(sealwax_dek_cache_provider(cache, &keys[2].provider));
  sealwax_context *context = check_context(json_string_value(json_array_get(context_pair, 0)),
                                           json_string_value(json_array_get(context_pair, 1)));
  sealwax_encrypt_options *options = NULL;
  OK(sealwax_encrypt_options_new(&options));
  OK(sealwax_encrypt_options_set_context(options, context));
  for (size_t i = 0; i < json_array_size(steps); i++) {
    step = json_array_get(steps, i);
    told = 0;
    OK(sealwax_object_name_set(vectors_string(step, "object"), vectors_string_len(step, "object")));
    const char *error = json_string_value(json_object_get(step, "error"));
    const char *found = sealwax_code_name(call(options));
    if (strcmp(found, error == NULL ? "ok" : error) != 0) {
      fprintf(stderr, "%s: %s\n", vectors_string(step, "comment"), found);
      return 1;
    }
    CHECK(told == json_array_size(json_object_get(step, "events")));
  }
  CHECK(json_array_size(steps) > 10);
  sealwax_encrypt_options_free(options);
  sealwax_context_free(context);
  for (size_t k = 0; k < 3; k++) {
    sealwax_provider_free(keys[k].provider);
  }
  sealwax_dek_cache_free(cache);
  sealwax_provider_free(kms);
  sealwax_provider_free(local);
  json_decref(root);
  return check_done("vectors_events");
}

/* Structs that grow: programs built for an older or a newer library. */
#include "check.h"

#include <stddef.h>

/* The first version, up to its last member: what the library accepts for ever. */
#define STAYS(type, member, words)                                                                 \
  CHECK(offsetof(type, member) == (words) * sizeof(void *) && sizeof(size_t) == sizeof(void *))

static void first_version(void) {
  STAYS(sealwax_provider_callbacks, accepts, 1);
  STAYS(sealwax_provider_callbacks, destroy, 5);
  STAYS(sealwax_read_callbacks, read_at, 1);
  STAYS(sealwax_read_callbacks, destroy, 3);
  STAYS(sealwax_wrapped_key, provider_id, 1);
  STAYS(sealwax_wrapped_key, wrapped_dek_len, 6);
  STAYS(sealwax_progress, read, 1);
  STAYS(sealwax_progress, status, 3);
  STAYS(sealwax_buffer, data, 1);
  STAYS(sealwax_buffer, len, 3);
  CHECK(offsetof(sealwax_cache_stats, entries) == offsetof(sealwax_cache_stats, hits) + 32);
}

static int destroyed;

static sealwax_code wrap(void *user_data, const uint8_t *dek, size_t dek_len,
                         const sealwax_context *context, sealwax_buffer *key_id,
                         sealwax_buffer *wrapped_dek, sealwax_failure *failure) {
  (void)user_data, (void)context, (void)key_id, (void)failure;
  CHECK(wrapped_dek->struct_size == sizeof *wrapped_dek && wrapped_dek->capacity >= dek_len);
  memcpy(wrapped_dek->data, dek, dek_len);
  wrapped_dek->len = dek_len;
  return SEALWAX_OK;
}

static void destroy(void *user_data) {
  (void)user_data;
  destroyed++;
}

/* What a header of some later version may declare: the same, and more. */
typedef struct {
  sealwax_provider_callbacks known;
  void *appended[2];
} newer_provider_callbacks;

typedef struct {
  sealwax_read_callbacks known;
  void *appended;
} newer_read_callbacks;

typedef struct {
  sealwax_wrapped_key known;
  uint64_t appended;
} newer_wrapped_key;

typedef struct {
  sealwax_progress known;
  uint64_t appended;
} newer_progress;

typedef struct {
  sealwax_cache_stats known;
  uint64_t appended;
} newer_cache_stats;

#define INVALID(call) FAILS(SEALWAX_ERR_INVALID_ARGUMENT, call)

static sealwax_code make(const void *callbacks, sealwax_provider **provider) {
  return sealwax_provider_new((const sealwax_provider_callbacks *)callbacks, NULL, TEXT("test"),
                              TEXT("key-1"), provider);
}

static void providers(void) {
  newer_provider_callbacks newer = {SEALWAX_PROVIDER_CALLBACKS_INIT, {NULL, NULL}};
  sealwax_provider *provider = NULL;
  newer.known.wrap = wrap;
  newer.known.destroy = destroy;
  newer.known.struct_size = sizeof newer;
  OK(make(&newer, &provider)); /* A newer program that asks for nothing new. */
  sealwax_provider_free(provider);
  CHECK(destroyed == 1);
  newer.appended[1] = &newer;
  INVALID(make(&newer, &provider)); /* What it asks for would not happen. */
  newer.known.struct_size = sizeof newer.known;
  OK(make(&newer, &provider)); /* Behind the struct there is nothing of it. */
  sealwax_provider_free(provider);
  CHECK(destroyed == 2);
  const size_t wrong[] = {0, 8, sizeof newer.known - 1, 4097, (size_t)-1};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    newer.known.struct_size = wrong[i];
    INVALID(make(&newer, &provider));
    CHECK(strstr(sealwax_last_error_message(), "struct_size") != NULL);
  }
  CHECK(destroyed == 2);
}

/* Exactly as many bytes as an element says are read: tools see every byte too far. */
static void exact_sizes(void) {
  newer_provider_callbacks *newer = (newer_provider_callbacks *)check_alloc(sizeof *newer);
  sealwax_provider *provider = NULL;
  memset(newer, 0, sizeof *newer);
  newer->known.struct_size = sizeof *newer;
  newer->known.wrap = wrap;
  OK(make(newer, &provider));
  sealwax_provider_free(provider);
  free(newer);
}

static sealwax_code never_read(void *user_data, uint8_t *buffer, size_t len, uint64_t offset,
                               size_t *out_read, sealwax_failure *failure) {
  (void)user_data, (void)buffer, (void)len, (void)offset, (void)out_read, (void)failure;
  return SEALWAX_ERR_IO;
}

static sealwax_code no_size(void *user_data, uint64_t *out_size, sealwax_failure *failure) {
  (void)user_data, (void)out_size, (void)failure;
  return SEALWAX_ERR_IO;
}

static void readers(const sealwax_provider *provider) {
  newer_read_callbacks newer = {SEALWAX_READ_CALLBACKS_INIT, NULL};
  sealwax_reader *reader = NULL;
  newer.known.read_at = never_read;
  newer.known.size = no_size;
  newer.known.struct_size = sizeof newer;
  const sealwax_read_callbacks *callbacks = &newer.known;
  FAILS(SEALWAX_ERR_IO,
        sealwax_reader_open(callbacks, NULL, NULL, 0, &provider, 1, NULL, 1, &reader));
  newer.appended = &newer;
  INVALID(sealwax_reader_open(callbacks, NULL, NULL, 0, &provider, 1, NULL, 1, &reader));
  newer.known.struct_size = 16;
  INVALID(sealwax_reader_open(callbacks, NULL, NULL, 0, &provider, 1, NULL, 1, &reader));
}

/* Arrays go by the size that their structs say, which is the same for all. */
static void wrapped_keys(void) {
  static const uint8_t dek[SEALWAX_KEY_LEN] = {1};
  const sealwax_wrapped_key key = {sizeof(newer_wrapped_key), TEXT("kms"), TEXT("key"), dek, 32};
  newer_wrapped_key keys[2] = {{key, 0}, {key, 0}};
  const sealwax_wrapped_key *first = &keys[0].known;
  sealwax_encrypt_handle *handle = NULL;
  sealwax_bytes header_bytes = {NULL, 0};
  sealwax_header *header = NULL;
  keys[1].known.key_id = "yek";
  OK(sealwax_encrypt_handle_new_with_dek(dek, sizeof dek, first, 2, NULL, &handle));
  OK(sealwax_encrypt_handle_header(handle, &header_bytes));
  OK(sealwax_header_parse(header_bytes.data, header_bytes.len, &header));
  newer_wrapped_key found = {SEALWAX_WRAPPED_KEY_INIT, 77};
  INVALID(sealwax_header_wrapped_key_at(header, 2, &found.known));
  OK(sealwax_header_wrapped_key_at(header, 1, &found.known));
  CHECK(memcmp(found.known.key_id, "yek", 3) == 0 && found.appended == 77);
  found.known.struct_size = sizeof found;
  OK(sealwax_header_wrapped_key_at(header, 1, &found.known));
  CHECK(found.appended == 0 && found.known.struct_size == sizeof found);
  found.known.struct_size = 0;
  INVALID(sealwax_header_wrapped_key_at(header, 1, &found.known));
  sealwax_header_free(header);
  sealwax_encrypt_handle_free(handle);
  keys[1].appended = 1;
  INVALID(sealwax_encrypt_handle_new_with_dek(dek, sizeof dek, first, 2, NULL, &handle));
  keys[1].appended = 0;
  keys[1].known.struct_size = sizeof keys[1].known;
  INVALID(sealwax_encrypt_handle_new_with_dek(dek, sizeof dek, first, 2, NULL, &handle));
  keys[0].known.struct_size = sizeof keys[0] - 1;
  INVALID(sealwax_encrypt_handle_new_with_dek(dek, sizeof dek, first, 2, NULL, &handle));
  INVALID(
      sealwax_encrypt_handle_new_with_dek(dek, sizeof dek, first, (size_t)-1 / 64, NULL, &handle));
}

static void progress(const sealwax_provider *provider) {
  sealwax_encryptor *encryptor = NULL;
  newer_progress step = {SEALWAX_PROGRESS_INIT, 77};
  uint8_t out[64];
  OK(sealwax_encryptor_new(&provider, 1, NULL, &encryptor));
  OK(sealwax_encryptor_end_input(encryptor));
  OK(sealwax_encryptor_process(encryptor, NULL, 0, out, 10, &step.known));
  CHECK(step.known.written == 10 && step.appended == 77);
  step.known.struct_size = sizeof step;
  OK(sealwax_encryptor_process(encryptor, NULL, 0, out, 20, &step.known));
  CHECK(step.known.written == 20 && step.appended == 0);
  step.known.struct_size = 0;
  INVALID(sealwax_encryptor_process(encryptor, NULL, 0, out, 20, &step.known));
  step.known.struct_size = sizeof step; /* The refused call has taken nothing. */
  OK(sealwax_encryptor_process(encryptor, NULL, 0, out, 0, &step.known));
  CHECK(step.known.status == SEALWAX_NEED_OUTPUT);
  sealwax_encryptor_free(encryptor);
}

static void stats(const sealwax_provider *provider) {
  sealwax_dek_cache *cache = NULL;
  newer_cache_stats found = {SEALWAX_CACHE_STATS_INIT, 77};
  OK(sealwax_dek_cache_new(provider, 1, 1000, 0, 0, &cache));
  found.known.entries = 5;
  OK(sealwax_dek_cache_stats(cache, &found.known));
  CHECK(found.known.entries == 0 && found.appended == 77);
  found.known.struct_size = sizeof found;
  OK(sealwax_dek_cache_stats(cache, &found.known));
  CHECK(found.appended == 0);
  found.known.struct_size = sizeof found.known - 8;
  INVALID(sealwax_dek_cache_stats(cache, &found.known));
  sealwax_dek_cache_free(cache);
}

/* A pointer into the middle of something else. */
static void misaligned(const sealwax_provider *provider) {
  char room[2 * sizeof(sealwax_bytes)] = {0};
  sealwax_encrypt_handle *handle = NULL;
  OK(sealwax_encrypt_handle_new(&provider, 1, NULL, &handle));
  const size_t off = (size_t)(-(intptr_t)room & 7) + 1;
  INVALID(sealwax_encrypt_handle_header(handle, (sealwax_bytes *)(void *)(room + off)));
  sealwax_encrypt_handle_free(handle);
}

int main(void) {
  sealwax_provider *provider = check_provider(1, "kek-1");
  first_version();
  providers();
  exact_sizes();
  readers(provider);
  wrapped_keys();
  progress(provider);
  stats(provider);
  misaligned(provider);
  sealwax_provider_free(provider);
  return check_done("growth");
}

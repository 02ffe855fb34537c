/* Files, readers over files and over the host's callbacks, the DEK cache, parallel buffers. */
#include "check.h"

#include <errno.h>

static char folder[4000];

/* A path in the test's folder; a few live at the same time. */
static const char *path_of(const char *name) {
  static char paths[4][5000];
  static int next = 0;
  next = (next + 1) % 4;
  snprintf(paths[next], sizeof paths[next], "%s/%s", folder, name);
  return paths[next];
}

static void write_file(const char *name, const uint8_t *bytes, size_t len) {
  FILE *file = fopen(path_of(name), "wb");
  CHECK(file != NULL);
  CHECK(fwrite(bytes, 1, len, file) == len);
  CHECK(fclose(file) == 0);
}

static uint8_t *read_file(const char *name, size_t *len) {
  FILE *file = fopen(path_of(name), "rb");
  CHECK(file != NULL);
  CHECK(fseek(file, 0, SEEK_END) == 0);
  long end = ftell(file);
  CHECK(end >= 0 && fseek(file, 0, SEEK_SET) == 0);
  *len = (size_t)end;
  uint8_t *bytes = check_alloc(*len);
  CHECK(fread(bytes, 1, *len, file) == *len);
  CHECK(fclose(file) == 0);
  return bytes;
}

static bool exists(const char *name) {
  FILE *file = fopen(path_of(name), "rb");
  return file != NULL && fclose(file) == 0;
}

/* Remembers what it was told, and stops after so many calls. */
typedef struct {
  uint64_t done, total;
  int calls, stop_at;
} watcher;

static bool watch(void *user_data, uint64_t done, uint64_t total) {
  watcher *self = (watcher *)user_data;
  CHECK(done >= self->done && done <= total);
  self->done = done;
  self->total = total;
  return ++self->calls != self->stop_at;
}

static sealwax_file_options *watched(watcher *self, bool overwrite, size_t threads) {
  sealwax_file_options *options = NULL;
  OK(sealwax_file_options_new(&options));
  OK(sealwax_file_options_set_overwrite(options, overwrite));
  OK(sealwax_file_options_set_threads(options, threads));
  OK(sealwax_file_options_set_progress(options, watch, self));
  return options;
}

static void whole_files(size_t len, size_t threads) {
  const sealwax_provider *provider = check_provider(1, "kek-1");
  uint8_t *plaintext = check_pattern(len, 4);
  watcher seen = {0, 0, 0, 0};
  sealwax_file_options *options = watched(&seen, true, threads);
  uint64_t sealed = 0, opened = 0;
  size_t back_len = 0;
  write_file("plain", plaintext, len);
  OK(sealwax_encrypt_file(path_of("plain"), path_of("sealed"), &provider, 1, NULL, options,
                          &sealed));
  CHECK(seen.done == len && seen.total == len && seen.calls > 0);
  free(read_file("sealed", &back_len));
  CHECK(back_len == sealed);
  seen.done = 0;
  OK(sealwax_decrypt_file(path_of("sealed"), path_of("back"), &provider, 1, NULL, options,
                          &opened));
  uint8_t *back = read_file("back", &back_len);
  CHECK(opened == len && back_len == len && memcmp(back, plaintext, len) == 0);
  seen.done = 0;
  OK(sealwax_decrypt_file(path_of("sealed"), path_of("back"), &provider, 1, NULL, options, NULL));
  free(back);
  free(plaintext);
  sealwax_file_options_free(options);
  sealwax_provider_free((sealwax_provider *)(uintptr_t)provider);
}

/* After any failure the target is as it was: not there, or with its old content. */
static void nothing_half_written(void) {
  const sealwax_provider *provider = check_provider(1, "kek-1"), *other = check_provider(2, "no");
  uint8_t *plaintext = check_pattern(400000, 4);
  watcher seen = {0, 0, 0, 1};
  sealwax_file_options *stop = watched(&seen, true, 1);
  size_t len = 0;
  write_file("plain", plaintext, 400000);
  OK(sealwax_encrypt_file(path_of("plain"), path_of("whole"), &provider, 1, NULL, NULL, NULL));
  FAILS(SEALWAX_ERR_CANCELLED,
        sealwax_encrypt_file(path_of("plain"), path_of("none"), &provider, 1, NULL, stop, NULL));
  FAILS(SEALWAX_ERR_IO,
        sealwax_encrypt_file(path_of("absent"), path_of("none"), &provider, 1, NULL, NULL, NULL));
  CHECK(sealwax_last_error_cause() == ENOENT);
  FAILS(SEALWAX_ERR_NO_MATCHING_KEY,
        sealwax_decrypt_file(path_of("whole"), path_of("none"), &other, 1, NULL, NULL, NULL));
  FAILS(SEALWAX_ERR_BAD_MAGIC,
        sealwax_decrypt_file(path_of("plain"), path_of("none"), &provider, 1, NULL, NULL, NULL));
  uint8_t *envelope = read_file("whole", &len);
  write_file("cut", envelope, len - 100000);
  FAILS(SEALWAX_ERR_AUTHENTICATION,
        sealwax_decrypt_file(path_of("cut"), path_of("none"), &provider, 1, NULL, NULL, NULL));
  CHECK(!exists("none"));
  FAILS(SEALWAX_ERR_ALREADY_EXISTS,
        sealwax_encrypt_file(path_of("plain"), path_of("whole"), &provider, 1, NULL, NULL, NULL));
  size_t again_len = 0;
  uint8_t *again = read_file("whole", &again_len);
  CHECK(again_len == len && memcmp(again, envelope, len) == 0);
  free(again);
  free(envelope);
  free(plaintext);
  sealwax_file_options_free(stop);
  sealwax_provider_free((sealwax_provider *)(uintptr_t)other);
  sealwax_provider_free((sealwax_provider *)(uintptr_t)provider);
}

static void rewrap_of_files(void) {
  const sealwax_provider *old_one = check_provider(1, "old"), *new_one = check_provider(2, "new");
  sealwax_rewrap_outcome outcome = SEALWAX_REWRAPPED_BY_COPY;
  sealwax_header *header = NULL;
  uint8_t *plaintext = check_pattern(1 << 20, 4);
  size_t len = 0;
  write_file("plain", plaintext, 1 << 20);
  OK(sealwax_encrypt_file(path_of("plain"), path_of("large"), &old_one, 1, NULL, NULL, NULL));
  OK(sealwax_rewrap_file(path_of("large"), &old_one, 1, &new_one, 1, SEALWAX_REWRAP_ADD, &outcome));
  CHECK(outcome == SEALWAX_REWRAPPED_IN_PLACE);
  OK(sealwax_header_of_file(path_of("large"), &header));
  CHECK(sealwax_header_wrapped_key_count(header) == 2);
  sealwax_header_free(header);
  write_file("plain", plaintext, 100);
  OK(sealwax_encrypt_file(path_of("plain"), path_of("small"), &old_one, 1, NULL, NULL, NULL));
  OK(sealwax_rewrap_file(path_of("small"), &old_one, 1, &new_one, 1, SEALWAX_REWRAP_ADD, &outcome));
  CHECK(outcome == SEALWAX_REWRAPPED_BY_COPY);
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_rewrap_file(path_of("small"), &old_one, 1, &new_one, 1, 9, NULL));
  FAILS(SEALWAX_ERR_IO, sealwax_rewrap_file(path_of("absent"), &old_one, 1, &new_one, 1, 0, NULL));
  OK(sealwax_decrypt_file(path_of("small"), path_of("small.out"), &new_one, 1, NULL, NULL, NULL));
  uint8_t *back = read_file("small.out", &len);
  CHECK(len == 100 && memcmp(back, plaintext, 100) == 0);
  free(back);
  free(plaintext);
  sealwax_provider_free((sealwax_provider *)(uintptr_t)new_one);
  sealwax_provider_free((sealwax_provider *)(uintptr_t)old_one);
}

/* An object store in memory. */
typedef struct {
  const uint8_t *bytes;
  size_t len, most; /* At most so many bytes a call, as a network gives them. */
  int fail_after, destroyed;
  size_t lie;
} store;

static sealwax_code store_read_at(void *user_data, uint8_t *buffer, size_t len, uint64_t offset,
                                  size_t *out_read, sealwax_failure *failure) {
  store *self = (store *)user_data;
  if (self->fail_after > 0 && --self->fail_after == 0) {
    OK(sealwax_failure_set(failure, 104, TEXT("connection reset")));
    return SEALWAX_ERR_IO;
  }
  size_t start = offset < self->len ? (size_t)offset : self->len;
  size_t take = self->len - start < len ? self->len - start : len;
  take = take < self->most ? take : self->most;
  memcpy(buffer, self->bytes + start, take);
  *out_read = take + self->lie;
  return SEALWAX_OK;
}

static sealwax_code store_size(void *user_data, uint64_t *out_size, sealwax_failure *failure) {
  (void)failure;
  *out_size = ((store *)user_data)->len;
  return SEALWAX_OK;
}

static void store_destroy(void *user_data) { ((store *)user_data)->destroyed++; }

static void check_reader(const sealwax_reader *reader, const uint8_t *plaintext, size_t len) {
  const size_t starts[] = {0, 1, 16383, 16384, 40000, len - 1, len, len + 1, (size_t)1 << 40};
  uint8_t out[20000];
  uint64_t found = 0;
  OK(sealwax_reader_len(reader, &found));
  CHECK(found == len);
  for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
    size_t expected = starts[i] < len ? len - starts[i] : 0, read = 77777;
    expected = expected < sizeof out ? expected : sizeof out;
    OK(sealwax_reader_read_at(reader, out, sizeof out, starts[i], &read));
    CHECK(read == expected && memcmp(out, plaintext + (expected > 0 ? starts[i] : 0), read) == 0);
  }
}

/* An envelope in a file, then its body in a file and its header in memory. */
static void readers_of_files(const sealwax_provider *provider, const uint8_t *plaintext,
                             const uint8_t *envelope, size_t len) {
  sealwax_reader *reader = NULL;
  sealwax_header *header = NULL;
  uint8_t metadata[8];
  size_t metadata_len = 0;
  bool present = false;
  write_file("object", envelope, len);
  OK(sealwax_reader_open_file(path_of("object"), NULL, 0, &provider, 1, NULL, 2, &reader));
  check_reader(reader, plaintext, 100000);
  OK(sealwax_reader_header(reader, &header));
  OK(sealwax_reader_metadata(reader, metadata, sizeof metadata, &metadata_len, &present));
  CHECK(present && metadata_len == 4 && memcmp(metadata, "name", 4) == 0);
  sealwax_reader_free(reader);

  size_t header_len = sealwax_header_len(header);
  write_file("body", envelope + header_len, len - header_len);
  OK(sealwax_reader_open_file(path_of("body"), envelope, header_len, &provider, 1, NULL, 1,
                              &reader));
  check_reader(reader, plaintext, 100000);
  sealwax_reader_free(reader);
  sealwax_header_free(header);
}

/* An envelope in a store of the host, which fails and lies. */
static void readers_of_stores(const sealwax_provider *provider, const uint8_t *plaintext,
                              const uint8_t *envelope, size_t len) {
  sealwax_read_callbacks callbacks = {sizeof callbacks, store_read_at, store_size, store_destroy};
  sealwax_reader *reader = NULL;
  size_t read = 0;
  store object = {envelope, len, 5000, 0, 0, 0};
  OK(sealwax_reader_open(&callbacks, &object, NULL, 0, &provider, 1, NULL, 0, &reader));
  check_reader(reader, plaintext, 100000);
  object.fail_after = 1;
  uint8_t out[100];
  read = 4;
  FAILS(SEALWAX_ERR_IO, sealwax_reader_read_at(reader, out, sizeof out, 60000, &read));
  CHECK(sealwax_last_error_cause() == 104 && read == 4);
  CHECK(strstr(sealwax_last_error_message(), "connection reset") != NULL);
  object.lie = 100000;
  FAILS(SEALWAX_ERR_IO, sealwax_reader_read_at(reader, out, sizeof out, 90000, &read));
  FAILS(SEALWAX_ERR_IO,
        sealwax_reader_open(&callbacks, &object, NULL, 0, &provider, 1, NULL, 0, &reader));
  CHECK(object.destroyed == 0);
  sealwax_reader_free(reader);
  CHECK(object.destroyed == 1);
  callbacks.size = NULL;
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_reader_open(&callbacks, &object, NULL, 0, &provider, 1, NULL, 0, &reader));
  CHECK(object.destroyed == 1);
}

static void readers(void) {
  const sealwax_provider *provider = check_provider(1, "kek-1");
  sealwax_encrypt_options *options = NULL;
  uint8_t *plaintext = check_pattern(100000, 4);
  size_t len = 0;
  OK(sealwax_encrypt_options_new(&options));
  OK(sealwax_encrypt_options_set_metadata(options, (const uint8_t *)TEXT("name")));
  uint8_t *envelope = check_encrypt(provider, options, plaintext, 100000, &len);
  readers_of_files(provider, plaintext, envelope, len);
  readers_of_stores(provider, plaintext, envelope, len);
  sealwax_encrypt_options_free(options);
  free(envelope);
  free(plaintext);
  sealwax_provider_free((sealwax_provider *)(uintptr_t)provider);
}

static void cache(void) {
  sealwax_provider *inner = check_provider(1, "kek-1"), *cached = NULL;
  sealwax_dek_cache *cache = NULL;
  sealwax_cache_stats stats = SEALWAX_CACHE_STATS_INIT;
  uint8_t out[512], opened[4];
  size_t len = 0, opened_len = 0;
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_dek_cache_new(inner, 0, 1, 0, 0, &cache));
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_dek_cache_new(inner, 1, 0, 0, 0, &cache));
  OK(sealwax_dek_cache_new(inner, 10, 86400000, 3, 1 << 20, &cache));
  sealwax_provider_free(inner);
  OK(sealwax_dek_cache_provider(cache, &cached));
  const sealwax_provider *providers[1] = {cached};
  for (int i = 0; i < 4; i++) {
    OK(sealwax_encrypt(providers, 1, NULL, (const uint8_t *)"text", 4, out, sizeof out, &len));
    OK(sealwax_decrypt(providers, 1, NULL, out, len, opened, 4, &opened_len));
  }
  OK(sealwax_dek_cache_stats(cache, &stats));
  CHECK(stats.misses == 4 && stats.hits == 4); /* Three messages a DEK: two DEKs, twice each. */
  CHECK(stats.bypassed == 0 && stats.evictions == 1 && stats.entries == 3);
  OK(sealwax_dek_cache_remove_expired(cache));
  OK(sealwax_dek_cache_clear(cache));
  OK(sealwax_dek_cache_stats(cache, &stats));
  CHECK(stats.entries == 0);
  sealwax_dek_cache_free(cache);
  OK(sealwax_decrypt(providers, 1, NULL, out, len, opened, 4, &opened_len));
  sealwax_provider_free(cached);
}

static void parallel(size_t threads) {
  const sealwax_provider *provider = check_provider(1, "kek-1");
  sealwax_encrypt_handle *encrypt = NULL;
  sealwax_decrypt_handle *decrypt = NULL;
  sealwax_bytes header;
  const size_t len = 3000001;
  uint8_t *plaintext = check_pattern(len, 4), *opened = check_alloc(len);
  uint8_t *envelope = check_alloc(len + 100000);
  size_t sealed = 0, opened_len = 0;
  OK(sealwax_encrypt_handle_new(&provider, 1, NULL, &encrypt));
  OK(sealwax_encrypt_handle_header(encrypt, &header));
  OK(sealwax_decrypt_handle_open(header.data, header.len, &provider, 1, NULL, &decrypt));
  OK(sealwax_encrypt_handle_encrypt(encrypt, threads, NULL, 0, plaintext, len, envelope,
                                    len + 100000, &sealed));
  OK(sealwax_decrypt_handle_decrypt(decrypt, threads, NULL, 0, envelope, sealed, opened, len,
                                    &opened_len));
  CHECK(opened_len == len && memcmp(opened, plaintext, len) == 0);
  OK(sealwax_decrypt_handle_decrypt(decrypt, 1, NULL, 0, envelope, sealed, opened, len,
                                    &opened_len));
  envelope[sealed - 1] ^= 1;
  FAILS(SEALWAX_ERR_AUTHENTICATION,
        sealwax_decrypt_handle_decrypt_body(decrypt, threads, NULL, 0, envelope + header.len,
                                            sealed - header.len, opened, len, &opened_len));
  CHECK(sealwax_last_error_chunk() == len / 16384 && opened[0] == 0 && opened[len / 2] == 0);
  OK(sealwax_encrypt_handle_encrypt_body(encrypt, threads, NULL, 0, plaintext, len, envelope,
                                         len + 100000, &sealed));
  OK(sealwax_decrypt_handle_decrypt_body(decrypt, threads, NULL, 0, envelope, sealed, opened, len,
                                         &opened_len));
  CHECK(opened_len == len && memcmp(opened, plaintext, len) == 0);
  sealwax_decrypt_handle_free(decrypt);
  sealwax_encrypt_handle_free(encrypt);
  free(envelope);
  free(opened);
  free(plaintext);
  sealwax_provider_free((sealwax_provider *)(uintptr_t)provider);
}

static void key_files(void) {
  const char hex[] = " 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
  sealwax_provider *provider = NULL;
  write_file("kek", (const uint8_t *)hex, sizeof hex - 1);
  OK(sealwax_provider_local_file(path_of("kek"), TEXT("kek-1"), &provider));
  sealwax_provider_free(provider);
  OK(sealwax_provider_local_text((const uint8_t *)hex, sizeof hex - 1, TEXT("k"), &provider));
  sealwax_provider_free(provider);
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_provider_local_text((const uint8_t *)hex, 20, TEXT("k"), &provider));
  FAILS(SEALWAX_ERR_IO, sealwax_provider_local_file(path_of("absent"), TEXT("k"), &provider));
  CHECK(strstr(sealwax_last_error_message(), "0001") == NULL);
}

int main(int argc, char **argv) {
  CHECK(argc == 2 && strlen(argv[1]) < sizeof folder);
  strcpy(folder, argv[1]);
  whole_files(0, 0);
  whole_files(16384, 1);
  whole_files(3000000, 2);
  nothing_half_written();
  rewrap_of_files();
  readers();
  cache();
  parallel(1);
  parallel(0);
  key_files();
  return check_done("files");
}

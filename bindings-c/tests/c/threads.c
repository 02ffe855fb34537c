/* What the header promises about threads: const objects are shared, errors are each thread's.
 *
 *   threads            everything
 *   threads lock-free  without the reader and the DEK cache: they lock with Rust's mutexes, which
 *                      are made of futexes and not of pthreads, and which helgrind and the thread
 *                      sanitizer therefore cannot see */
#ifndef __cplusplus
#define _POSIX_C_SOURCE 200809L
#endif
#include "check.h"

#include <pthread.h>

#define THREADS 4
#define ROUNDS 20

/* A provider of the host's, called from all threads at the same time. */
typedef struct {
  pthread_mutex_t lock;
  int calls;
} counter;

static void count(counter *self) {
  pthread_mutex_lock(&self->lock);
  self->calls++;
  pthread_mutex_unlock(&self->lock);
}

static sealwax_code wrap(void *user_data, const uint8_t *dek, size_t dek_len,
                         const sealwax_context *context, sealwax_buffer *key_id,
                         sealwax_buffer *wrapped_dek, sealwax_failure *failure) {
  (void)context, (void)key_id, (void)failure;
  count((counter *)user_data);
  memcpy(wrapped_dek->data, dek, dek_len);
  wrapped_dek->len = dek_len;
  return SEALWAX_OK;
}

static sealwax_code unwrap(void *user_data, const char *key_id, size_t key_id_len,
                           const uint8_t *wrapped_dek, size_t wrapped_dek_len,
                           const sealwax_context *context, sealwax_buffer *dek,
                           sealwax_failure *failure) {
  (void)key_id, (void)key_id_len, (void)context, (void)failure;
  count((counter *)user_data);
  memcpy(dek->data, wrapped_dek, wrapped_dek_len);
  dek->len = wrapped_dek_len;
  return SEALWAX_OK;
}

/* What this thread has named its object. */
static pthread_key_t own_name;

/* Is told of every use of the host's key, in the thread that used it. */
static void on_key_event(void *user_data, const sealwax_key_event *event) {
  const char *name = (const char *)pthread_getspecific(own_name);
  CHECK(event->object_name_len == strlen(name));
  CHECK(memcmp(event->object_name, name, strlen(name)) == 0);
  count((counter *)user_data);
}

/* Everything that the threads share; all of it is const for the library. */
typedef struct {
  const sealwax_provider *local, *host, *cached;
  const sealwax_reader *reader;
  const sealwax_encrypt_options *options;
  const sealwax_encrypt_handle *encrypt;
  const sealwax_decrypt_handle *decrypt;
  const sealwax_header *header;
  const sealwax_range_opener *opener;
  uint8_t *plaintext, *body;
  size_t len, body_len;
  pthread_barrier_t barrier;
} shared;

typedef struct {
  shared *all;
  size_t number;
  pthread_t thread;
  sealwax_encryptor *begun; /* Made by the main thread, used by this one. */
} worker;

static void errors_are_own(const worker *self) {
  char key[16];
  size_t len = 0;
  int key_len = snprintf(key, sizeof key, "key %zu", self->number);
  const sealwax_provider *none = check_provider((uint8_t)self->number, key);
  sealwax_provider_free((sealwax_provider *)(uintptr_t)none);
  uint8_t byte = 0;
  CHECK(key_len > 0);
  if (self->number % 2 == 0) {
    FAILS(SEALWAX_ERR_TRUNCATED, sealwax_decrypted_len(NULL, 0, &len));
  } else {
    FAILS(SEALWAX_ERR_NULL_POINTER, sealwax_decrypted_len(&byte, 1, NULL));
  }
  pthread_barrier_wait(&self->all->barrier);
  CHECK(sealwax_last_error_code() ==
        (self->number % 2 == 0 ? (sealwax_code)SEALWAX_ERR_TRUNCATED : SEALWAX_ERR_NULL_POINTER));
  CHECK((strstr(sealwax_last_error_message(), "out_len") != NULL) == (self->number % 2 == 1));
}

static void messages(const worker *self, const sealwax_provider *provider) {
  const shared *all = self->all;
  size_t len = 0, opened_len = 0;
  uint8_t *envelope = check_alloc(all->len + SEALWAX_MAX_HEADER_LEN + 1000);
  uint8_t *opened = check_alloc(all->len);
  OK(sealwax_encrypt(&provider, 1, all->options, all->plaintext, all->len, envelope,
                     all->len + SEALWAX_MAX_HEADER_LEN + 1000, &len));
  OK(sealwax_decrypt(&provider, 1, NULL, envelope, len, opened, all->len, &opened_len));
  CHECK(opened_len == all->len && memcmp(opened, all->plaintext, opened_len) == 0);
  OK(sealwax_encrypt_handle_encrypt(all->encrypt, 1, NULL, 0, all->plaintext, all->len, envelope,
                                    all->len + SEALWAX_MAX_HEADER_LEN, &len));
  OK(sealwax_decrypt_handle_decrypt(all->decrypt, 1, NULL, 0, envelope, len, opened, all->len,
                                    &opened_len));
  CHECK(opened_len == all->len && memcmp(opened, all->plaintext, opened_len) == 0);
  free(opened);
  free(envelope);
}

static void parts(const worker *self) {
  const shared *all = self->all;
  sealwax_wrapped_key key = SEALWAX_WRAPPED_KEY_INIT;
  sealwax_range range;
  uint8_t out[5000];
  size_t start = self->number * 7001, read = 0;
  OK(sealwax_header_wrapped_key_at(all->header, 0, &key));
  OK(sealwax_body_range(start, start + sizeof out, all->body_len, &range));
  OK(sealwax_range_opener_open(all->opener, start, all->body + range.start,
                               (size_t)(range.end - range.start), out, sizeof out));
  CHECK(memcmp(out, all->plaintext + start, sizeof out) == 0);
  if (all->reader == NULL) {
    return;
  }
  OK(sealwax_reader_read_at(all->reader, out, sizeof out, start + 1, &read));
  CHECK(read == sizeof out && memcmp(out, all->plaintext + start + 1, read) == 0);
}

static void *run(void *argument) {
  worker *self = (worker *)argument;
  char name[32];
  snprintf(name, sizeof name, "object %zu", self->number);
  CHECK(pthread_setspecific(own_name, name) == 0);
  OK(sealwax_object_name_set(name, strlen(name)));
  for (int round = 0; round < ROUNDS; round++) {
    errors_are_own(self);
    messages(self, round % 2 == 0 ? self->all->local : self->all->host);
    if (self->all->cached != NULL) {
      messages(self, self->all->cached);
    }
    parts(self);
  }
  uint8_t out[16400];
  sealwax_progress progress = SEALWAX_PROGRESS_INIT;
  OK(sealwax_encryptor_process(self->begun, self->all->plaintext, 5, out, sizeof out, &progress));
  sealwax_encryptor_free(self->begun);
  return NULL;
}

/* The shared body as an object of the host's. */
static sealwax_code body_read_at(void *user_data, uint8_t *buffer, size_t len, uint64_t offset,
                                 size_t *out_read, sealwax_failure *failure) {
  const shared *all = (const shared *)user_data;
  size_t rest = all->body_len - (size_t)offset;
  (void)failure;
  *out_read = rest < len ? rest : len;
  memcpy(buffer, all->body + (size_t)offset, *out_read);
  return SEALWAX_OK;
}

static sealwax_code body_size(void *user_data, uint64_t *out_size, sealwax_failure *failure) {
  (void)failure;
  *out_size = ((const shared *)user_data)->body_len;
  return SEALWAX_OK;
}

static void start_and_join(shared *all) {
  worker workers[THREADS];
  for (size_t i = 0; i < THREADS; i++) {
    workers[i].all = all;
    workers[i].number = i;
    OK(sealwax_encryptor_new(&all->local, 1, NULL, &workers[i].begun));
    CHECK(pthread_create(&workers[i].thread, NULL, run, &workers[i]) == 0);
  }
  for (size_t i = 0; i < THREADS; i++) {
    CHECK(pthread_join(workers[i].thread, NULL) == 0);
  }
}

static void ignore(void *user_data, const sealwax_key_event *event) {
  (void)user_data, (void)event;
}

/* The library starts its clock with the first key event, by a lock that the tools do not know. */
static void start_clock(const sealwax_provider *local) {
  sealwax_provider *audited = NULL;
  sealwax_encryptor *encryptor = NULL;
  OK(sealwax_provider_with_key_events(local, ignore, NULL, NULL, &audited));
  const sealwax_provider *providers[1] = {audited};
  OK(sealwax_encryptor_new(providers, 1, NULL, &encryptor));
  sealwax_encryptor_free(encryptor);
  sealwax_provider_free(audited);
}

int main(int argc, char **argv) {
  const bool lock_free = argc > 1 && strcmp(argv[1], "lock-free") == 0;
  shared all;
  counter calls = {PTHREAD_MUTEX_INITIALIZER, 0}, events = {PTHREAD_MUTEX_INITIALIZER, 0};
  sealwax_provider_callbacks callbacks = {sizeof callbacks, NULL, wrap, unwrap, NULL, NULL};
  sealwax_provider *plain = NULL, *host = NULL, *local = check_provider(7, "shared");
  sealwax_encrypt_options *options = NULL;
  sealwax_encrypt_handle *encrypt = NULL;
  sealwax_decrypt_handle *decrypt = NULL;
  sealwax_header *header = NULL;
  sealwax_range_opener *opener = NULL;
  sealwax_bytes bytes;
  memset(&all, 0, sizeof all);
  all.len = 40000;
  all.plaintext = check_pattern(all.len, 9);
  all.body = check_alloc(all.len + 1000);
  OK(sealwax_provider_new(&callbacks, &calls, TEXT("host"), TEXT("key"), &plain));
  OK(sealwax_provider_with_key_events(plain, on_key_event, &events, NULL, &host));
  sealwax_provider_free(plain);
  CHECK(pthread_key_create(&own_name, NULL) == 0);
  start_clock(local);
  OK(sealwax_encrypt_options_new(&options));
  all.local = local;
  all.host = host;
  OK(sealwax_encrypt_handle_new(&all.local, 1, options, &encrypt));
  OK(sealwax_encrypt_handle_header(encrypt, &bytes));
  OK(sealwax_decrypt_handle_open(bytes.data, bytes.len, &all.local, 1, NULL, &decrypt));
  OK(sealwax_header_parse(bytes.data, bytes.len, &header));
  OK(sealwax_encrypt_handle_encrypt_body(encrypt, 1, NULL, 0, all.plaintext, all.len, all.body,
                                         all.len + 1000, &all.body_len));
  size_t last = 56 + all.len / 16384 * 16400;
  OK(sealwax_range_opener_new(decrypt, NULL, 0, all.body_len, all.body, 56, all.body + last,
                              all.body_len - last, &opener));
  sealwax_read_callbacks object = {sizeof object, body_read_at, body_size, NULL};
  sealwax_reader *reader = NULL;
  sealwax_dek_cache *cache = NULL;
  sealwax_provider *cached = NULL;
  OK(sealwax_reader_open(&object, &all, bytes.data, bytes.len, &all.local, 1, NULL, 1, &reader));
  OK(sealwax_dek_cache_new(host, 2, 86400000, 5, 0, &cache));
  OK(sealwax_dek_cache_provider(cache, &cached));
  all.reader = lock_free ? NULL : reader;
  all.cached = lock_free ? NULL : cached;
  all.options = options;
  all.encrypt = encrypt;
  all.decrypt = decrypt;
  all.header = header;
  all.opener = opener;
  CHECK(pthread_barrier_init(&all.barrier, NULL, THREADS) == 0);
  start_and_join(&all);
  sealwax_cache_stats stats = SEALWAX_CACHE_STATS_INIT;
  OK(sealwax_dek_cache_stats(cache, &stats));
  CHECK(stats.hits + stats.misses == (lock_free ? 0 : 2 * THREADS * ROUNDS));
  CHECK(lock_free || stats.hits > 0);
  CHECK((uint64_t)calls.calls == (uint64_t)THREADS * ROUNDS + stats.misses);
  CHECK((uint64_t)events.calls == (uint64_t)calls.calls + stats.hits);
  sealwax_provider_free(cached);
  sealwax_dek_cache_free(cache);
  sealwax_reader_free(reader);
  pthread_barrier_destroy(&all.barrier);
  sealwax_range_opener_free(opener);
  sealwax_header_free(header);
  sealwax_decrypt_handle_free(decrypt);
  sealwax_encrypt_handle_free(encrypt);
  sealwax_encrypt_options_free(options);
  sealwax_provider_free(host);
  sealwax_provider_free(local);
  free(all.body);
  free(all.plaintext);
  return check_done("threads");
}

/* No copy of a DEK or of a local key stays on the stack of the thread that made the calls. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "check.h"

#include <pthread.h>
#include <sys/mman.h>

#define STACK_LEN ((size_t)1 << 20)

/* Never copied to a stack by this file: the library is given their addresses. */
static uint8_t dek[SEALWAX_KEY_LEN], kek[SEALWAX_KEY_LEN];
static uint8_t envelope[8192], header[SEALWAX_MAX_HEADER_LEN], out[1024];
static size_t envelope_len, header_len;

static sealwax_code wrap(void *user_data, const uint8_t *plain, size_t plain_len,
                         const sealwax_context *context, sealwax_buffer *key_id,
                         sealwax_buffer *wrapped_dek, sealwax_failure *failure) {
  (void)user_data, (void)plain, (void)plain_len, (void)context, (void)key_id, (void)failure;
  wrapped_dek->data[0] = 7;
  wrapped_dek->len = 1;
  return SEALWAX_OK;
}

static sealwax_code unwrap(void *user_data, const char *key_id, size_t key_id_len,
                           const uint8_t *wrapped_dek, size_t wrapped_dek_len,
                           const sealwax_context *context, sealwax_buffer *plain,
                           sealwax_failure *failure) {
  (void)user_data, (void)key_id, (void)key_id_len, (void)wrapped_dek, (void)wrapped_dek_len;
  (void)context, (void)failure;
  memcpy(plain->data, dek, sizeof dek);
  plain->len = sizeof dek;
  return SEALWAX_OK;
}

static sealwax_provider *hosts(void) {
  sealwax_provider_callbacks callbacks = SEALWAX_PROVIDER_CALLBACKS_INIT;
  sealwax_provider *provider = NULL;
  callbacks.wrap = wrap;
  callbacks.unwrap = unwrap;
  OK(sealwax_provider_new(&callbacks, NULL, TEXT("test"), TEXT("key-1"), &provider));
  return provider;
}

static const uint8_t wrapped = 7;

static void *handle_with_dek(void *argument) {
  const sealwax_wrapped_key key = {sizeof key, TEXT("test"), TEXT("key-1"), &wrapped, 1};
  sealwax_encrypt_handle *encrypt = NULL;
  sealwax_bytes view = {NULL, 0};
  OK(sealwax_encrypt_handle_new_with_dek(dek, sizeof dek, &key, 1, NULL, &encrypt));
  OK(sealwax_encrypt_handle_header(encrypt, &view));
  memcpy(header, view.data, view.len);
  header_len = view.len;
  OK(sealwax_encrypt_handle_encrypt(encrypt, 1, NULL, 0, (const uint8_t *)TEXT("tide"), envelope,
                                    sizeof envelope, &envelope_len));
  sealwax_encrypt_handle_free(encrypt);
  return argument;
}

static void *encryptor_with_dek(void *argument) {
  const sealwax_wrapped_key key = {sizeof key, TEXT("test"), TEXT("key-1"), &wrapped, 1};
  sealwax_encryptor *encryptor = NULL;
  sealwax_progress progress = SEALWAX_PROGRESS_INIT;
  OK(sealwax_encryptor_new_with_dek(dek, sizeof dek, NULL, &encryptor));
  OK(sealwax_encryptor_add_wrapped_key(encryptor, &key));
  OK(sealwax_encryptor_process(encryptor, envelope, 100, out, sizeof out, &progress));
  sealwax_encryptor_free(encryptor);
  return argument;
}

static void *decrypt_handle_with_dek(void *argument) {
  sealwax_decrypt_handle *decrypt = NULL;
  size_t len = 0;
  OK(sealwax_decrypt_handle_open_with_dek(header, header_len, dek, sizeof dek, &decrypt));
  OK(sealwax_decrypt_handle_decrypt(decrypt, 1, NULL, 0, envelope, envelope_len, out, sizeof out,
                                    &len));
  sealwax_decrypt_handle_free(decrypt);
  return argument;
}

static void *decrypt_handle_with_provider(void *argument) {
  sealwax_provider *provider = hosts();
  const sealwax_provider *providers[1] = {provider};
  sealwax_decrypt_handle *decrypt = NULL;
  size_t len = 0;
  OK(sealwax_decrypt_handle_open(header, header_len, providers, 1, NULL, &decrypt));
  OK(sealwax_decrypt_handle_decrypt(decrypt, 1, NULL, 0, envelope, envelope_len, out, sizeof out,
                                    &len));
  sealwax_decrypt_handle_free(decrypt);
  sealwax_provider_free(provider);
  return argument;
}

static void *one_shot(void *argument) {
  sealwax_provider *provider = hosts();
  const sealwax_provider *providers[1] = {provider};
  size_t len = 0;
  OK(sealwax_decrypt(providers, 1, NULL, envelope, envelope_len, out, sizeof out, &len));
  sealwax_provider_free(provider);
  return argument;
}

static void *cached(void *argument) {
  sealwax_provider *provider = hosts(), *front = NULL;
  sealwax_dek_cache *cache = NULL;
  size_t len = 0;
  OK(sealwax_dek_cache_new(provider, 10, 60000, 0, 0, &cache));
  OK(sealwax_dek_cache_provider(cache, &front));
  const sealwax_provider *providers[1] = {front};
  for (int i = 0; i < 2; i++) {
    OK(sealwax_decrypt(providers, 1, NULL, envelope, envelope_len, out, sizeof out, &len));
  }
  sealwax_provider_free(front);
  sealwax_dek_cache_free(cache);
  sealwax_provider_free(provider);
  return argument;
}

static void *decryptor_with_dek(void *argument) {
  sealwax_decryptor *decryptor = NULL;
  sealwax_progress progress = SEALWAX_PROGRESS_INIT;
  OK(sealwax_decryptor_new_detached(header, header_len, NULL, &decryptor));
  OK(sealwax_decryptor_provide_dek(decryptor, dek, sizeof dek));
  OK(sealwax_decryptor_process(decryptor, envelope + header_len, envelope_len - header_len, out,
                               sizeof out, &progress));
  OK(sealwax_decryptor_end_input(decryptor));
  OK(sealwax_decryptor_process(decryptor, NULL, 0, out, sizeof out, &progress));
  OK(sealwax_decryptor_finish(decryptor));
  sealwax_decryptor_free(decryptor);
  return argument;
}

static void *local_key(void *argument) {
  sealwax_provider *provider = NULL;
  size_t len = 0, opened_len = 0;
  OK(sealwax_provider_local(kek, sizeof kek, TEXT("kek-1"), &provider));
  const sealwax_provider *providers[1] = {provider};
  OK(sealwax_encrypt(providers, 1, NULL, (const uint8_t *)TEXT("tide"), out, 512, &len));
  OK(sealwax_decrypt(providers, 1, NULL, out, len, out + 512, 512, &opened_len));
  sealwax_provider_free(provider);
  return argument;
}

/* What the test looks for, so that it is known to find it. */
static void *careless(void *argument) {
  volatile uint8_t copy[SEALWAX_KEY_LEN];
  for (size_t i = 0; i < sizeof copy; i++) {
    copy[i] = dek[i];
  }
  return copy[0] == dek[0] ? argument : NULL;
}

static bool holds(const uint8_t *memory, size_t len, const uint8_t *secret) {
  for (size_t half = 0; half < SEALWAX_KEY_LEN; half += SEALWAX_KEY_LEN / 2) {
    if (memmem(memory, len, secret + half, SEALWAX_KEY_LEN / 2) != NULL) {
      return true;
    }
  }
  return false;
}

/* The calls, and the two moments between which the stack is looked at: a thread that ends may give
 * its memory back. */
static void *(*calls)(void *);
static pthread_barrier_t made, looked;

/* Far below what the waiting thread writes to. */
static void call_deep(void) {
  volatile uint8_t depth[16384];
  depth[0] = depth[sizeof depth - 1] = 0;
  calls(NULL);
  depth[1] = depth[0];
}

static void *call_and_wait(void *argument) {
  call_deep();
  pthread_barrier_wait(&made);
  pthread_barrier_wait(&looked);
  return argument;
}

/* Runs the calls on a stack of their own; says whether they leave a secret there. */
static bool leaves(void *(*what)(void *)) {
  pthread_attr_t attributes;
  pthread_t thread;
  void *stack = mmap(NULL, STACK_LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(stack != MAP_FAILED);
  const uint8_t *memory = (const uint8_t *)stack;
  calls = what;
  CHECK(pthread_barrier_init(&made, NULL, 2) == 0 && pthread_barrier_init(&looked, NULL, 2) == 0);
  CHECK(pthread_attr_init(&attributes) == 0);
  CHECK(pthread_attr_setstack(&attributes, stack, STACK_LEN) == 0);
  CHECK(pthread_create(&thread, &attributes, call_and_wait, NULL) == 0);
  pthread_barrier_wait(&made);
  bool found = holds(memory, STACK_LEN, dek) || holds(memory, STACK_LEN, kek);
  pthread_barrier_wait(&looked);
  CHECK(pthread_join(thread, NULL) == 0 && pthread_attr_destroy(&attributes) == 0);
  CHECK(pthread_barrier_destroy(&made) == 0 && pthread_barrier_destroy(&looked) == 0);
  CHECK(munmap(stack, STACK_LEN) == 0);
  return found;
}

static void leaves_nothing(const char *name, void *(*what)(void *)) {
  snprintf(check_label(), 256, "(%s)", name);
  CHECK(!leaves(what));
  check_label()[0] = '\0';
}

int main(void) {
  OK(sealwax_generate_dek(dek, sizeof dek));
  OK(sealwax_generate_dek(kek, sizeof kek));
  CHECK(leaves(careless));
  leaves_nothing("handle_with_dek", handle_with_dek);
  leaves_nothing("encryptor_with_dek", encryptor_with_dek);
  leaves_nothing("decrypt_handle_with_dek", decrypt_handle_with_dek);
  leaves_nothing("decrypt_handle_with_provider", decrypt_handle_with_provider);
  leaves_nothing("one_shot", one_shot);
  leaves_nothing("cached", cached);
  leaves_nothing("decryptor_with_dek", decryptor_with_dek);
  leaves_nothing("local_key", local_key);
  return check_done("secrets");
}

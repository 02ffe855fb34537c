/* Processes and threads that end or fork in the middle of a call: fork, pthread_cancel, exit. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(IS_LAUNCHED)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#define IS_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define IS_SANITIZED 0
#endif

/* Runs `child` in a process of its own; its checks end it with another status than 0. */
static void in_child(void (*child)(void *), void *argument) {
  int status = -1;
  fflush(NULL);
  pid_t process = fork();
  CHECK(process >= 0);
  if (process == 0) {
    child(argument);
    _exit(0);
  }
  CHECK(waitpid(process, &status, 0) == process && status == 0);
}

typedef struct {
  sealwax_encryptor *encryptor, *unused;
  sealwax_decryptor *decryptor;
  sealwax_encrypt_handle *handle;
  uint8_t *sealed;
  size_t sealed_len;
  int pipe[2];
} machines;

static void use_in_child(void *argument) {
  machines *all = (machines *)argument;
  sealwax_progress progress = {sizeof progress, 7, 7, SEALWAX_DONE};
  sealwax_header *header = NULL;
  uint8_t out[4096];
  size_t len = 7;
  bool present = false;
  sealwax_encryptor *mine[2] = {all->encryptor, all->unused};
  for (int i = 0; i < 2; i++) {
    FAILS(SEALWAX_ERR_INVALID_STATE,
          sealwax_encryptor_process(mine[i], out, 10, out + 10, 1000, &progress));
    CHECK(strstr(sealwax_last_error_message(), "process") != NULL);
    FAILS(SEALWAX_ERR_INVALID_STATE, sealwax_encryptor_end_input(mine[i]));
    FAILS(SEALWAX_ERR_INVALID_STATE, sealwax_encryptor_detach_header(mine[i], out, 4096, &len));
    FAILS(SEALWAX_ERR_INVALID_STATE, sealwax_encryptor_finish(mine[i]));
    sealwax_encryptor_free(mine[i]);
  }
  FAILS(SEALWAX_ERR_INVALID_STATE,
        sealwax_decryptor_process(all->decryptor, out, 10, out + 10, 1000, &progress));
  FAILS(SEALWAX_ERR_INVALID_STATE, sealwax_decryptor_header(all->decryptor, &header));
  FAILS(SEALWAX_ERR_INVALID_STATE,
        sealwax_decryptor_metadata(all->decryptor, out, 4096, &len, &present));
  FAILS(SEALWAX_ERR_INVALID_STATE, sealwax_decryptor_finish(all->decryptor));
  sealwax_decryptor_free(all->decryptor);
  CHECK(progress.read == 7 && len == 7 && !present);
  /* A handle draws a new salt for each message. */
  OK(sealwax_encrypt_handle_encrypt(all->handle, 1, NULL, 0, (const uint8_t *)TEXT("tide"),
                                    all->sealed, all->sealed_len, &len));
  CHECK(write(all->pipe[1], all->sealed, len) == (ssize_t)len);
}

static void forked(const sealwax_provider *provider) {
  machines all;
  sealwax_progress progress = SEALWAX_PROGRESS_INIT;
  uint8_t out[8192], child[8192];
  uint64_t sealed_len = 0;
  size_t len = 0;
  memset(&all, 0, sizeof all);
  OK(sealwax_encryptor_new(&provider, 1, NULL, &all.encryptor));
  OK(sealwax_encryptor_new(&provider, 1, NULL, &all.unused));
  OK(sealwax_decryptor_new(NULL, &all.decryptor));
  OK(sealwax_encrypt_handle_new(&provider, 1, NULL, &all.handle));
  OK(sealwax_encrypt_handle_sealed_len(all.handle, 4, &sealed_len));
  all.sealed_len = (size_t)sealed_len;
  all.sealed = check_alloc(all.sealed_len);
  OK(sealwax_encryptor_process(all.encryptor, NULL, 0, out, sizeof out, &progress));
  CHECK(pipe(all.pipe) == 0);
  in_child(use_in_child, &all);
  CHECK(read(all.pipe[0], child, sizeof child) == (ssize_t)all.sealed_len);
  OK(sealwax_encrypt_handle_encrypt(all.handle, 1, NULL, 0, (const uint8_t *)TEXT("tide"),
                                    all.sealed, all.sealed_len, &len));
  CHECK(memcmp(child + len - 76, all.sealed + len - 76, 24) != 0); /* The salts. */
  OK(sealwax_decrypt(&provider, 1, NULL, child, len, out, 4, &len));
  CHECK(len == 4 && memcmp(out, "tide", 4) == 0);
  /* The process that began goes on. */
  OK(sealwax_encryptor_process(all.encryptor, out, 10, child, sizeof child, &progress));
  CHECK(progress.read == 10);
  close(all.pipe[0]);
  close(all.pipe[1]);
  free(all.sealed);
  sealwax_encryptor_free(all.encryptor);
  sealwax_encryptor_free(all.unused);
  sealwax_decryptor_free(all.decryptor);
  sealwax_encrypt_handle_free(all.handle);
}

/* A process that may start no thread: the calling one does all of it. */
static void without_threads(void *argument) {
  const sealwax_provider *provider = (const sealwax_provider *)argument;
  const struct rlimit none = {0, 0};
  const size_t len = 5000000;
  sealwax_encrypt_handle *encrypt = NULL;
  sealwax_decrypt_handle *decrypt = NULL;
  sealwax_bytes header = {NULL, 0};
  size_t sealed_len = 0, opened_len = 0;
  if (geteuid() == 0) { /* To whom the limit does not apply. */
    CHECK(setgid(65534) == 0 && setuid(65534) == 0);
  }
  CHECK(setrlimit(RLIMIT_NPROC, &none) == 0);
  uint8_t *plaintext = check_pattern(len, 3), *opened = check_alloc(len);
  uint8_t *envelope = check_alloc(len + 100000);
  OK(sealwax_encrypt_handle_new(&provider, 1, NULL, &encrypt));
  OK(sealwax_encrypt_handle_encrypt(encrypt, 4, NULL, 0, plaintext, len, envelope, len + 100000,
                                    &sealed_len));
  OK(sealwax_encrypt_handle_header(encrypt, &header));
  OK(sealwax_decrypt_handle_open(header.data, header.len, &provider, 1, NULL, &decrypt));
  OK(sealwax_decrypt_handle_decrypt(decrypt, 4, NULL, 0, envelope, sealed_len, opened, len,
                                    &opened_len));
  CHECK(opened_len == len && memcmp(opened, plaintext, len) == 0);
  envelope[sealed_len / 2] ^= 1;
  FAILS(SEALWAX_ERR_AUTHENTICATION,
        sealwax_decrypt_handle_decrypt(decrypt, 4, NULL, 0, envelope, sealed_len, opened, len,
                                       &opened_len));
  for (size_t i = 0; i < len; i++) {
    CHECK(opened[i] == 0);
  }
  sealwax_decrypt_handle_free(decrypt);
  sealwax_encrypt_handle_free(encrypt);
  free(envelope);
  free(opened);
  free(plaintext);
}

/* A KMS that cannot be reached for long, and a thread that is cancelled meanwhile. */
typedef struct {
  sealwax_provider *provider;
  bool called, returned, ended, exits;
} cancelled;

static sealwax_code slow_wrap(void *user_data, const uint8_t *dek, size_t dek_len,
                              const sealwax_context *context, sealwax_buffer *key_id,
                              sealwax_buffer *wrapped_dek, sealwax_failure *failure) {
  (void)context, (void)key_id, (void)failure;
  cancelled *self = (cancelled *)user_data;
  if (self->exits) {
    pthread_exit(NULL);
  }
  CHECK(pthread_cancel(pthread_self()) == 0);
  pthread_testcancel(); /* As every call that waits would. */
  self->called = true;
  memcpy(wrapped_dek->data, dek, dek_len);
  wrapped_dek->len = dek_len;
  return SEALWAX_OK;
}

static void *encrypt_and_end(void *argument) {
  cancelled *self = (cancelled *)argument;
  const sealwax_provider *providers[1] = {self->provider};
  uint8_t out[500];
  size_t len = 0;
  OK(sealwax_encrypt(providers, 1, NULL, NULL, 0, out, sizeof out, &len));
  self->returned = true;
  pthread_testcancel();
  self->ended = true;
  return NULL;
}

static sealwax_provider *slow_provider(cancelled *self) {
  sealwax_provider_callbacks callbacks = SEALWAX_PROVIDER_CALLBACKS_INIT;
  callbacks.wrap = slow_wrap;
  OK(sealwax_provider_new(&callbacks, self, TEXT("slow"), TEXT("key"), &self->provider));
  return self->provider;
}

/* The call is whole, and the thread ends behind it. */
static void cancel_waits(void) {
  cancelled self;
  pthread_t thread;
  void *result = NULL;
  memset(&self, 0, sizeof self);
  slow_provider(&self);
  CHECK(pthread_create(&thread, NULL, encrypt_and_end, &self) == 0);
  CHECK(pthread_join(thread, &result) == 0);
  CHECK(result == PTHREAD_CANCELED && self.called && self.returned && !self.ended);
  sealwax_provider_free(self.provider);
}

/* Two threads with one encryptor, which only one may use: the other one is refused, and each byte
 * is read once. */
typedef struct {
  sealwax_encryptor *encryptor;
  size_t read, refused;
} sharer;

static void *encrypt_beside(void *argument) {
  sharer *self = (sharer *)argument;
  static const uint8_t zeros[70000] = {0};
  uint8_t *out = check_alloc(70000);
  for (int i = 0; i < 500; i++) {
    sealwax_progress progress = SEALWAX_PROGRESS_INIT;
    sealwax_code code =
        sealwax_encryptor_process(self->encryptor, zeros, sizeof zeros, out, 70000, &progress);
    CHECK(code == SEALWAX_OK || code == SEALWAX_ERR_INVALID_STATE);
    self->read += progress.read;
    self->refused += code != SEALWAX_OK;
  }
  free(out);
  return NULL;
}

static void two_threads(const sealwax_provider *provider) {
  sharer both[2] = {{NULL, 0, 0}, {NULL, 0, 0}};
  pthread_t threads[2];
  sealwax_progress progress = SEALWAX_PROGRESS_INIT;
  OK(sealwax_encryptor_new(&provider, 1, NULL, &both[0].encryptor));
  both[1].encryptor = both[0].encryptor;
  for (int i = 0; i < 2; i++) {
    CHECK(pthread_create(&threads[i], NULL, encrypt_beside, &both[i]) == 0);
  }
  CHECK(pthread_join(threads[0], NULL) == 0 && pthread_join(threads[1], NULL) == 0);
  CHECK(both[0].read + both[1].read > 0 && both[0].refused + both[1].refused < 1000);
  OK(sealwax_encryptor_process(both[0].encryptor, NULL, 0, NULL, 0, &progress)); /* Not broken. */
  sealwax_encryptor_free(both[0].encryptor);
}

/* Text that there is no room to copy is an error of the call, not the end of the program. */
static void without_memory(void *unused) {
  const size_t len = (size_t)1 << 28, room = (size_t)1 << 26;
  const uint8_t kek[SEALWAX_KEY_LEN] = {1};
  sealwax_context *context = NULL;
  sealwax_provider *provider = NULL;
  sealwax_provider_callbacks callbacks = SEALWAX_PROVIDER_CALLBACKS_INIT;
  void *pages = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  const char *text = (const char *)pages;
  (void)unused;
  CHECK(pages != MAP_FAILED);
  const struct rlimit little = {len + room, len + room};
  CHECK(setrlimit(RLIMIT_AS, &little) == 0);
  OK(sealwax_context_new(&context));
  FAILS(SEALWAX_ERR_NO_MEMORY, sealwax_context_add(context, text, len, "v", 1));
  FAILS(SEALWAX_ERR_NO_MEMORY, sealwax_context_add(context, "k", 1, text, len));
  FAILS(SEALWAX_ERR_NO_MEMORY, sealwax_provider_local(kek, sizeof kek, text, len, &provider));
  FAILS(SEALWAX_ERR_NO_MEMORY,
        sealwax_provider_new(&callbacks, NULL, "kms", 3, text, len, &provider));
  FAILS(SEALWAX_ERR_NO_MEMORY,
        sealwax_provider_new(&callbacks, NULL, text, len, "k", 1, &provider));
  sealwax_context_free(context);
}

/* A callback that does not return leaves the library in the middle: the program ends instead. */
static void exit_in_callback(void) {
  int status = -1;
  fflush(NULL);
  pid_t process = fork();
  CHECK(process >= 0);
  if (process == 0) {
    const struct rlimit no_core = {0, 0};
    cancelled self;
    memset(&self, 0, sizeof self);
    self.exits = true;
    slow_provider(&self);
    if (setrlimit(RLIMIT_CORE, &no_core) == 0 && freopen("/dev/null", "w", stderr) != NULL) {
      encrypt_and_end(&self);
    }
    _exit(0);
  }
  CHECK(waitpid(process, &status, 0) == process);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void) {
  sealwax_provider *provider = check_provider(1, "kek-1");
  forked(provider);
  in_child(without_threads, provider);
  if (!IS_SANITIZED) { /* A sanitizer has terabytes of addresses, and valgrind its own. */
    in_child(without_memory, NULL);
  }
  cancel_waits();
  two_threads(provider);
  exit_in_callback();
  sealwax_provider_free(provider);
  return check_done("processes");
}

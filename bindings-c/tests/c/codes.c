/* Every error code of the shared table is provoked, and has its number, name and sentence. The
 * one that no caller can provoke, panic, is tested in src/panic_boundary.rs. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "vectors.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The sanitizer's allocator answers as the system's does where there is no memory. */
#ifdef __cplusplus
extern "C"
#endif
    const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "allocator_may_return_null=1"; }

static bool provoked[100];

static void provoke(sealwax_code code, sealwax_code found) {
  FAILS(code, found);
  CHECK(code < 100);
  provoked[code] = true;
}

static sealwax_code refuse(void *user_data, const char *key_id, size_t key_id_len,
                           const uint8_t *wrapped_dek, size_t wrapped_dek_len,
                           const sealwax_context *context, sealwax_buffer *dek,
                           sealwax_failure *failure) {
  (void)user_data, (void)key_id, (void)key_id_len, (void)wrapped_dek, (void)wrapped_dek_len;
  (void)context, (void)dek, (void)failure;
  return SEALWAX_ERR_CANCELLED;
}

static void misuse(const sealwax_provider *provider, uint8_t *out, size_t *len) {
  sealwax_encryptor *encryptor = NULL;
  provoke(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_encrypt(NULL, 0, NULL, out, 1, NULL, 0, len));
  provoke(SEALWAX_ERR_BUFFER_TOO_SMALL, sealwax_encrypt(&provider, 1, NULL, out, 1, NULL, 0, len));
  provoke(SEALWAX_ERR_NULL_POINTER, sealwax_text_len(1, NULL));
  /* No memory has room for a copy of as many pointers; none is looked at. */
  provoke(SEALWAX_ERR_NO_MEMORY,
          sealwax_encrypt(&provider, SIZE_MAX / 32, NULL, out, 1, NULL, 0, len));
  OK(sealwax_encryptor_new(&provider, 1, NULL, &encryptor));
  FAILS(SEALWAX_ERR_TRUNCATED, sealwax_encryptor_finish(encryptor));
  provoke(SEALWAX_ERR_INVALID_STATE, sealwax_encryptor_finish(encryptor));
  sealwax_encryptor_free(encryptor);
}

/* Changes one byte of an envelope, expects the code, and changes it back. */
static void flip(sealwax_code code, const sealwax_provider *provider, uint8_t *envelope, size_t len,
                 size_t at) {
  uint8_t out[16];
  size_t opened = 0;
  envelope[at] ^= 0x40;
  provoke(code, sealwax_decrypt(&provider, 1, NULL, envelope, len, out, sizeof out, &opened));
  envelope[at] ^= 0x40;
}

static void envelopes(const sealwax_provider *provider) {
  size_t len = 0, opened = 0;
  uint8_t out[16];
  uint8_t *envelope = check_encrypt(provider, NULL, (const uint8_t *)TEXT("tide table"), &len);
  size_t body = len - 56 - 26;
  flip(SEALWAX_ERR_BAD_MAGIC, provider, envelope, len, 0);
  flip(SEALWAX_ERR_UNSUPPORTED_VERSION, provider, envelope, len, 7);
  flip(SEALWAX_ERR_LIMIT_EXCEEDED, provider, envelope, len, 8);
  flip(SEALWAX_ERR_UNSUPPORTED_SUITE, provider, envelope, len, 12);
  flip(SEALWAX_ERR_MALFORMED, provider, envelope, len, 19);
  flip(SEALWAX_ERR_NO_MATCHING_KEY, provider, envelope, len, 24);
  flip(SEALWAX_ERR_KEY_UNWRAP, provider, envelope, len, 40);
  flip(SEALWAX_ERR_HEADER_AUTHENTICATION, provider, envelope, len, body - 1);
  flip(SEALWAX_ERR_COMMITMENT_MISMATCH, provider, envelope, len, body);
  flip(SEALWAX_ERR_AUTHENTICATION, provider, envelope, len, len - 1);
  provoke(SEALWAX_ERR_TRUNCATED,
          sealwax_decrypt(&provider, 1, NULL, envelope, body + 60, out, 16, &opened));
  sealwax_header *header = NULL;
  provoke(SEALWAX_ERR_TRAILING_DATA, sealwax_header_parse(envelope, len, &header));
  sealwax_context *context = check_context("tenant", "blue");
  sealwax_decrypt_options *options = NULL;
  OK(sealwax_decrypt_options_new(&options));
  OK(sealwax_decrypt_options_set_required_context(options, context));
  provoke(SEALWAX_ERR_CONTEXT_MISMATCH,
          sealwax_decrypt(&provider, 1, options, envelope, len, out, 16, &opened));
  sealwax_decrypt_options_free(options);
  sealwax_context_free(context);
  sealwax_provider_callbacks callbacks = {sizeof callbacks, NULL, NULL, refuse, NULL, NULL};
  sealwax_provider *failing = NULL;
  OK(sealwax_provider_new(&callbacks, NULL, TEXT("local"), TEXT("kek-1"), &failing));
  const sealwax_provider *providers[1] = {failing};
  provoke(SEALWAX_ERR_PROVIDER_FAILED,
          sealwax_decrypt(providers, 1, NULL, envelope, len, out, 16, &opened));
  sealwax_provider_free(failing);
  free(envelope);
}

static bool stop(void *user_data, uint64_t done, uint64_t total) {
  (void)user_data, (void)done, (void)total;
  return false;
}

static void host(const sealwax_provider *provider, const char *folder) {
  char target[5000], source[5000];
  sealwax_file_options *options = NULL;
  snprintf(source, sizeof source, "%s/codes.plain", folder);
  snprintf(target, sizeof target, "%s/codes.sealed", folder);
  provoke(SEALWAX_ERR_IO, sealwax_encrypt_file(source, target, &provider, 1, NULL, NULL, NULL));
  FILE *file = fopen(source, "wb");
  CHECK(file != NULL && fputs("tide table", file) >= 0 && fclose(file) == 0);
  OK(sealwax_encrypt_file(source, target, &provider, 1, NULL, NULL, NULL));
  provoke(SEALWAX_ERR_ALREADY_EXISTS,
          sealwax_encrypt_file(source, target, &provider, 1, NULL, NULL, NULL));
  OK(sealwax_file_options_new(&options));
  OK(sealwax_file_options_set_overwrite(options, true));
  OK(sealwax_file_options_set_progress(options, stop, NULL));
  provoke(SEALWAX_ERR_CANCELLED,
          sealwax_encrypt_file(source, target, &provider, 1, NULL, options, NULL));
  sealwax_file_options_free(options);
}

/* A kernel without random numbers: getrandom fails with EIO, in a process of its own. */
static void no_randomness(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
  uint8_t dek[SEALWAX_KEY_LEN];
  int status = -1;
  fflush(NULL);
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
    FAILS(SEALWAX_ERR_RANDOMNESS, sealwax_generate_dek(dek, sizeof dek));
    _exit(0);
  }
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  provoked[SEALWAX_ERR_RANDOMNESS] = true;
}

static void table(const char *vectors) {
  json_t *root = vectors_load(vectors, "error_codes.json"), *code;
  size_t index;
  CHECK(json_array_size(json_object_get(root, "errorCodes")) > 20);
  json_array_foreach(json_object_get(root, "errorCodes"), index, code) {
    const char *name = vectors_string(code, "name");
    sealwax_code number = (sealwax_code)json_integer_value(json_object_get(code, "code"));
    snprintf(check_label(), 256, "(%s)", name);
    CHECK(strcmp(sealwax_code_name(number), name) == 0);
    CHECK(strlen(sealwax_strerror(number)) > 10 && strcmp(sealwax_strerror(number), name) != 0);
    CHECK(number == SEALWAX_ERR_PANIC || (number < 100 && provoked[number]));
  }
  CHECK(strcmp(sealwax_code_name(SEALWAX_OK), "ok") == 0);
  CHECK(strcmp(sealwax_code_name((sealwax_code)99), "unknown") == 0);
  CHECK(strstr(sealwax_strerror((sealwax_code)99), "not known") != NULL);
  json_decref(root);
}

int main(int argc, char **argv) {
  CHECK(argc == 3);
  sealwax_provider *provider = check_provider(1, "kek-1");
  uint8_t out[16] = {0};
  size_t len = 0;
  misuse(provider, out, &len);
  envelopes(provider);
  host(provider, argv[2]);
  no_randomness();
  table(argv[1]);
  sealwax_provider_free(provider);
  return check_done("codes");
}

/* What every test program here uses: checks that end the program, and small makers.
 *
 * The tests are compiled as C99 and as C++17, so they keep to what both languages mean alike. */
#ifndef SEALWAX_TESTS_CHECK_H
#define SEALWAX_TESTS_CHECK_H

#include <sealwax.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Text of the source with its length, as the library takes it. */
#define TEXT(literal) (literal), (sizeof(literal) - 1)

#define CHECK(condition)                                                                           \
  ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition, SEALWAX_OK, SEALWAX_OK))

/* The call returns this code, and the thread remembers the same. */
#define FAILS(expected, call) check_code(__FILE__, __LINE__, #call, (expected), (call))

#define OK(call) FAILS(SEALWAX_OK, call)

/* What a failing check says besides its place; tests over tables keep it up to date. */
static inline char *check_label(void) {
  static char label[256];
  return label;
}

static inline void check_failed(const char *file, int line, const char *what, sealwax_code expected,
                                sealwax_code found) {
  fprintf(stderr, "%s:%d: %s %s\n  expected %s, got %s; last error: %s\n", file, line,
          check_label(), what, sealwax_code_name(expected), sealwax_code_name(found),
          sealwax_last_error_message());
  exit(1);
}

static inline void check_code(const char *file, int line, const char *what, sealwax_code expected,
                              sealwax_code found) {
  if (found != expected) {
    check_failed(file, line, what, expected, found);
  }
  if (expected != SEALWAX_OK) {
    CHECK(sealwax_last_error_code() == expected);
    CHECK(sealwax_last_error_message()[0] != '\0');
  }
}

static inline uint8_t *check_alloc(size_t len) {
  /* Never null, and exactly as long as asked, so that tools see every byte too far. */
  uint8_t *bytes = (uint8_t *)malloc(len == 0 ? 1 : len);
  CHECK(bytes != NULL);
  return bytes;
}

/* byte i = (i mod 251 + seed) mod 256, the formula of core/vectors. */
static inline uint8_t *check_pattern(size_t len, unsigned seed) {
  uint8_t *bytes = check_alloc(len);
  for (size_t i = 0; i < len; i++) {
    bytes[i] = (uint8_t)((i % 251 + seed) % 256);
  }
  return bytes;
}

/* A local provider whose key is 32 times `byte`. */
static inline sealwax_provider *check_provider(uint8_t byte, const char *key_id) {
  uint8_t kek[SEALWAX_KEY_LEN];
  sealwax_provider *provider = NULL;
  memset(kek, byte, sizeof kek);
  OK(sealwax_provider_local(kek, sizeof kek, key_id, strlen(key_id), &provider));
  return provider;
}

static inline sealwax_context *check_context(const char *key, const char *value) {
  sealwax_context *context = NULL;
  OK(sealwax_context_new(&context));
  OK(sealwax_context_add(context, key, strlen(key), value, strlen(value)));
  return context;
}

/* One envelope of `plaintext`, in a buffer of exactly its length. */
static inline uint8_t *check_encrypt(const sealwax_provider *provider,
                                     const sealwax_encrypt_options *options,
                                     const uint8_t *plaintext, size_t plaintext_len,
                                     size_t *envelope_len) {
  sealwax_encrypt_handle *handle = NULL;
  uint64_t len = 0;
  OK(sealwax_encrypt_handle_new(&provider, 1, options, &handle));
  OK(sealwax_encrypt_handle_sealed_len(handle, plaintext_len, &len));
  uint8_t *envelope = check_alloc((size_t)len);
  OK(sealwax_encrypt_handle_encrypt(handle, 1, NULL, 0, plaintext, plaintext_len, envelope,
                                    (size_t)len, envelope_len));
  CHECK(*envelope_len == len);
  sealwax_encrypt_handle_free(handle);
  return envelope;
}

static inline int check_done(const char *name) {
  printf("%s: ok\n", name);
  return 0;
}

#endif

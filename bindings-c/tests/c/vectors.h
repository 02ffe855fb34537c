/* Reading core/vectors: JSON by jansson, base64 and SHA-512 by OpenSSL. */
#ifndef SEALWAX_TESTS_VECTORS_H
#define SEALWAX_TESTS_VECTORS_H

#include "check.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

/* Bytes of a test; `data` is exactly as long as `len`. */
typedef struct {
  uint8_t *data;
  size_t len;
} blob;

static inline json_t *vectors_load(const char *folder, const char *name) {
  char path[4096];
  json_error_t error;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  json_t *root = json_load_file(path, JSON_ALLOW_NUL, &error);
  if (root == NULL) {
    fprintf(stderr, "%s: %s\n", path, error.text);
    exit(1);
  }
  return root;
}

static inline const char *vectors_string(const json_t *test, const char *key) {
  const char *text = json_string_value(json_object_get(test, key));
  CHECK(text != NULL);
  return text;
}

static inline size_t vectors_string_len(const json_t *test, const char *key) {
  return json_string_length(json_object_get(test, key));
}

static inline blob vectors_hex(const json_t *test, const char *key) {
  const char *hex = vectors_string(test, key);
  blob out = {NULL, strlen(hex) / 2};
  out.data = check_alloc(out.len);
  for (size_t i = 0; i < out.len; i++) {
    unsigned byte = 0;
    CHECK(sscanf(hex + 2 * i, "%2x", &byte) == 1);
    out.data[i] = (uint8_t)byte;
  }
  return out;
}

static inline blob vectors_base64(const json_t *test, const char *key) {
  const char *text = vectors_string(test, key);
  size_t text_len = strlen(text);
  blob out = {NULL, text_len / 4 * 3};
  uint8_t *padded = check_alloc(out.len);
  CHECK(text_len < 0x7fffffff);
  CHECK(EVP_DecodeBlock(padded, (const uint8_t *)text, (int)text_len) >= 0);
  for (const char *end = text + text_len; end > text && end[-1] == '='; end--) {
    out.len--;
  }
  out.data = check_alloc(out.len);
  memcpy(out.data, padded, out.len);
  free(padded);
  return out;
}

/* The code that a test expects: 0 where it is valid. */
static inline sealwax_code vectors_code(const json_t *test) {
  const json_t *error = json_object_get(test, "error");
  return (sealwax_code)json_integer_value(json_object_get(error, "code"));
}

static inline void vectors_check_sha512(const json_t *expected, const uint8_t *bytes, size_t len) {
  uint8_t digest[SHA512_DIGEST_LENGTH];
  blob wanted = vectors_hex(expected, "sha512");
  CHECK(wanted.len == sizeof digest);
  SHA512(bytes, len, digest);
  CHECK(memcmp(digest, wanted.data, sizeof digest) == 0);
  free(wanted.data);
}

/* A context of `[[key, value], ...]`; the code of the first pair that is refused. */
static inline sealwax_code vectors_context(const json_t *pairs, sealwax_context **context) {
  size_t index;
  const json_t *pair;
  sealwax_code code = SEALWAX_OK;
  OK(sealwax_context_new(context));
  json_array_foreach(pairs, index, pair) {
    const json_t *key = json_array_get(pair, 0), *value = json_array_get(pair, 1);
    code = sealwax_context_add(*context, json_string_value(key), json_string_length(key),
                               json_string_value(value), json_string_length(value));
    if (code != SEALWAX_OK) {
      break;
    }
  }
  return code;
}

/* A wrapped key of a test; its wrapped DEK is to be freed. */
static inline sealwax_wrapped_key vectors_wrapped_key(const json_t *test) {
  blob wrapped = vectors_base64(test, "wrappedDek");
  sealwax_wrapped_key key = {sizeof key,
                             vectors_string(test, "providerId"),
                             vectors_string_len(test, "providerId"),
                             vectors_string(test, "keyId"),
                             vectors_string_len(test, "keyId"),
                             wrapped.data,
                             wrapped.len};
  return key;
}

/* Runs `check` on every test of a file; returns how many there were. */
static inline size_t vectors_each(const char *folder, const char *name,
                                  void (*check)(const json_t *)) {
  size_t group_index, index, count = 0;
  json_t *group, *test, *root = vectors_load(folder, name);
  json_array_foreach(json_object_get(root, "testGroups"), group_index, group) {
    json_array_foreach(json_object_get(group, "tests"), index, test) {
      snprintf(check_label(), 256, "(%s, test %lld)", name,
               (long long)json_integer_value(json_object_get(test, "tcId")));
      check(test);
      count++;
    }
  }
  CHECK(count == (size_t)json_integer_value(json_object_get(root, "numberOfTests")) && count > 0);
  printf("%s: %zu tests\n", name, count);
  json_decref(root);
  return count;
}

#endif

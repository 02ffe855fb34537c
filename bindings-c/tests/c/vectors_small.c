/* core/vectors without the envelopes: contexts, local wraps, rewraps, text forms, lengths. */
#include "vectors.h"

static void context_test(const json_t *test) {
  sealwax_context *context = NULL;
  sealwax_bytes bytes = {NULL, 0};
  CHECK(vectors_context(json_object_get(test, "pairs"), &context) == vectors_code(test));
  if (vectors_code(test) == SEALWAX_OK) {
    blob canonical = vectors_hex(test, "canonical");
    OK(sealwax_context_bytes(context, &bytes));
    CHECK(bytes.len == canonical.len && memcmp(bytes.data, canonical.data, bytes.len) == 0);
    free(canonical.data);
  }
  sealwax_context_free(context);
}

/* An opened header tells whether the provider got the DEK that the test says. Without one the
 * header is under any DEK: the provider must refuse before it matters. */
static void wrap_test(const json_t *test, const char *provider_id, sealwax_provider *provider) {
  sealwax_encrypt_options *options = NULL;
  sealwax_context *context = NULL;
  sealwax_encrypt_handle *encrypt = NULL;
  sealwax_decrypt_handle *decrypt = NULL;
  sealwax_bytes header = {NULL, 0};
  blob wrapped = vectors_base64(test, "wrappedDek");
  blob dek = {check_pattern(SEALWAX_KEY_LEN, 1), SEALWAX_KEY_LEN};
  const char *key_id = vectors_string(test, "keyId");
  size_t key_id_len = vectors_string_len(test, "keyId");
  if (vectors_code(test) == SEALWAX_OK) {
    free(dek.data);
    dek = vectors_hex(test, "dek");
  }
  OK(vectors_context(json_object_get(test, "context"), &context));
  OK(sealwax_encrypt_options_new(&options));
  OK(sealwax_encrypt_options_set_context(options, context));
  sealwax_wrapped_key key = {sizeof key, provider_id,  strlen(provider_id), key_id,
                             key_id_len, wrapped.data, wrapped.len};
  OK(sealwax_encrypt_handle_new_with_dek(dek.data, dek.len, &key, 1, options, &encrypt));
  OK(sealwax_encrypt_handle_header(encrypt, &header));
  const sealwax_provider *providers[1] = {provider};
  FAILS(vectors_code(test),
        sealwax_decrypt_handle_open(header.data, header.len, providers, 1, NULL, &decrypt));
  CHECK((decrypt != NULL) == (vectors_code(test) == SEALWAX_OK));
  sealwax_decrypt_handle_free(decrypt);
  sealwax_encrypt_handle_free(encrypt);
  sealwax_provider_free(provider);
  sealwax_encrypt_options_free(options);
  sealwax_context_free(context);
  free(dek.data);
  free(wrapped.data);
}

static void local_wrap_test(const json_t *test) {
  sealwax_provider *provider = NULL;
  blob kek = vectors_hex(test, "kek");
  OK(sealwax_provider_local(kek.data, kek.len, vectors_string(test, "keyId"),
                            vectors_string_len(test, "keyId"), &provider));
  wrap_test(test, "local", provider);
  free(kek.data);
}

static void hpke_wrap_test(const json_t *test) {
  sealwax_provider *provider = NULL;
  OK(sealwax_provider_identity((const uint8_t *)vectors_string(test, "secretKey"),
                               vectors_string_len(test, "secretKey"), vectors_string(test, "keyId"),
                               vectors_string_len(test, "keyId"), &provider));
  wrap_test(test, "hpke", provider);
}

/* A file may have white space around a secret key, which its text form alone may not. */
static void key_text_test(const json_t *test) {
  const char *text = vectors_string(test, "text");
  size_t text_len = vectors_string_len(test, "text"), len = 0;
  char found[SEALWAX_KEY_TEXT_LEN];
  if (strcmp(vectors_string(test, "readAs"), "public") == 0) {
    sealwax_provider *provider = NULL;
    FAILS(vectors_code(test), sealwax_provider_recipient(text, text_len, NULL, 0, &provider));
    sealwax_provider_free(provider);
    return;
  }
  FAILS(vectors_code(test),
        sealwax_identity_recipient((const uint8_t *)text, text_len, found, sizeof found, &len));
  if (vectors_code(test) == SEALWAX_OK) {
    CHECK(strcmp(found, vectors_string(test, "recipient")) == 0);
  }
}

static void rewrap_test(const json_t *test) {
  sealwax_wrapped_key keys[64];
  sealwax_decrypt_handle *handle = NULL;
  blob dek = vectors_hex(test, "dek"), header = vectors_base64(test, "header");
  const json_t *wanted = json_object_get(test, "wrappedKeys");
  size_t count = json_array_size(wanted), len = 0;
  uint8_t *output = check_alloc(SEALWAX_MAX_HEADER_LEN);
  CHECK(count <= 64);
  for (size_t i = 0; i < count; i++) {
    keys[i] = vectors_wrapped_key(json_array_get(wanted, i));
  }
  sealwax_code code =
      sealwax_decrypt_handle_open_with_dek(header.data, header.len, dek.data, dek.len, &handle);
  if (code == SEALWAX_OK) {
    code = sealwax_decrypt_handle_rewrap_with_keys(handle, keys, count, output,
                                                   SEALWAX_MAX_HEADER_LEN, &len);
  }
  CHECK(code == vectors_code(test));
  if (code == SEALWAX_OK) {
    blob expected = vectors_base64(test, "newHeader");
    CHECK(len == expected.len && memcmp(output, expected.data, len) == 0);
    free(expected.data);
  }
  for (size_t i = 0; i < count; i++) {
    free((void *)(uintptr_t)keys[i].wrapped_dek);
  }
  sealwax_decrypt_handle_free(handle);
  free(output);
  free(header.data);
  free(dek.data);
}

static void text_form_test(const json_t *test) {
  const char *text = vectors_string(test, "text");
  size_t text_len = vectors_string_len(test, "text"), len = 0, again = 0;
  uint8_t *bytes = check_alloc(text_len);
  FAILS(vectors_code(test), sealwax_from_text(text, text_len, bytes, text_len, &len));
  if (vectors_code(test) == SEALWAX_OK) {
    blob expected = vectors_base64(test, "bytes");
    char *made = (char *)check_alloc(text_len + 1);
    CHECK(len == expected.len && memcmp(bytes, expected.data, len) == 0);
    OK(sealwax_to_text(bytes, len, made, text_len + 1, &again));
    CHECK(again == text_len && strcmp(made, text) == 0);
    free(made);
    free(expected.data);
  }
  free(bytes);
}

/* Calls the function of a lengths test; returns how many numbers it gave. */
static size_t measure(const char *function, const uint64_t *in, uint64_t *out, sealwax_code *code) {
  sealwax_range range = {0, 0};
  size_t offset = 0;
  if (strcmp(function, "body_len") == 0) {
    *code = sealwax_sealed_len(0, in[0], &out[0]);
    return 1;
  }
  if (strcmp(function, "plaintext_len") == 0) {
    *code = sealwax_plaintext_len(in[0], &out[0]);
    return 1;
  }
  if (strcmp(function, "chunk_of") == 0) {
    *code = sealwax_chunk_of(in[0], &out[0], &offset);
    out[1] = offset;
    return 2;
  }
  CHECK(strcmp(function, "ciphertext_range") == 0);
  *code = sealwax_body_range(in[0], in[1], in[2], &range);
  out[0] = range.start;
  out[1] = range.end;
  return range.start == range.end ? 0 : 2;
}

static void lengths_test(const json_t *test) {
  uint64_t in[3] = {0, 0, 0}, out[2] = {0, 0};
  sealwax_code code = SEALWAX_OK;
  const json_t *arguments = json_object_get(test, "arguments");
  const json_t *expected = json_object_get(test, "output");
  CHECK(json_array_size(arguments) <= 3);
  for (size_t i = 0; i < json_array_size(arguments); i++) {
    in[i] = (uint64_t)json_integer_value(json_array_get(arguments, i));
  }
  size_t count = measure(vectors_string(test, "function"), in, out, &code);
  CHECK(code == vectors_code(test));
  if (code == SEALWAX_OK) {
    CHECK(json_array_size(expected) == count);
    for (size_t i = 0; i < count; i++) {
      CHECK((uint64_t)json_integer_value(json_array_get(expected, i)) == out[i]);
    }
  }
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  vectors_each(argv[1], "context.json", context_test);
  vectors_each(argv[1], "local_wrap.json", local_wrap_test);
  vectors_each(argv[1], "hpke_wrap.json", hpke_wrap_test);
  vectors_each(argv[1], "key_text.json", key_text_test);
  vectors_each(argv[1], "rewrap.json", rewrap_test);
  vectors_each(argv[1], "text_form.json", text_form_test);
  vectors_each(argv[1], "lengths.json", lengths_test);
  return check_done("vectors_small");
}

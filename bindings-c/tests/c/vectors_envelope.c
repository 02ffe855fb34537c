/* core/vectors: every envelope opens or is refused with its code, in memory and as a stream. */
#include "vectors.h"

/* A provider of the test: answers with a DEK of any length, or fails. */
typedef struct {
  blob dek;
  bool fails;
} stub;

static sealwax_code stub_unwrap(void *user_data, const char *key_id, size_t key_id_len,
                                const uint8_t *wrapped_dek, size_t wrapped_dek_len,
                                const sealwax_context *context, sealwax_buffer *dek,
                                sealwax_failure *failure) {
  const stub *self = (const stub *)user_data;
  (void)key_id, (void)key_id_len, (void)wrapped_dek, (void)wrapped_dek_len, (void)context;
  if (self->fails) {
    OK(sealwax_failure_set(failure, 503, TEXT("out of reach")));
    return SEALWAX_ERR_PROVIDER_FAILED;
  }
  /* An answer that is too long is cut, and said to be as long as it is. */
  dek->len = self->dek.len;
  memcpy(dek->data, self->dek.data, dek->len < dek->capacity ? dek->len : dek->capacity);
  return SEALWAX_OK;
}

static void stub_destroy(void *user_data) {
  stub *self = (stub *)user_data;
  free(self->dek.data);
  free(self);
}

static sealwax_provider *stub_provider(const json_t *spec, bool fails) {
  sealwax_provider_callbacks callbacks = {sizeof callbacks, NULL, NULL,
                                          stub_unwrap,      NULL, stub_destroy};
  sealwax_provider *provider = NULL;
  stub *self = (stub *)check_alloc(sizeof *self);
  self->fails = fails;
  self->dek.data = NULL;
  self->dek.len = 0;
  if (!fails) {
    self->dek = vectors_hex(spec, "dek");
  }
  OK(sealwax_provider_new(&callbacks, self, vectors_string(spec, "providerId"),
                          vectors_string_len(spec, "providerId"), vectors_string(spec, "keyId"),
                          vectors_string_len(spec, "keyId"), &provider));
  return provider;
}

static sealwax_provider *make_provider(const json_t *spec) {
  const char *type = vectors_string(spec, "type");
  sealwax_provider *provider = NULL;
  if (strcmp(type, "local") != 0) {
    CHECK(strcmp(type, "fixed") == 0 || strcmp(type, "failing") == 0);
    return stub_provider(spec, strcmp(type, "failing") == 0);
  }
  blob kek = vectors_hex(spec, "kek");
  OK(sealwax_provider_local(kek.data, kek.len, vectors_string(spec, "keyId"),
                            vectors_string_len(spec, "keyId"), &provider));
  free(kek.data);
  return provider;
}

/* What a reader of a test has. */
typedef struct {
  const sealwax_provider *providers[8];
  size_t provider_count;
  sealwax_decrypt_options *options;
  blob associated_data, header, body; /* Without a header the body is the whole envelope. */
} reader;

static reader make_reader(const json_t *test) {
  reader self;
  sealwax_context *context = NULL;
  const json_t *providers = json_object_get(test, "providers");
  memset(&self, 0, sizeof self);
  self.provider_count = json_array_size(providers);
  CHECK(self.provider_count <= 8);
  for (size_t i = 0; i < self.provider_count; i++) {
    self.providers[i] = make_provider(json_array_get(providers, i));
  }
  self.associated_data = vectors_hex(test, "associatedData");
  OK(vectors_context(json_object_get(test, "requiredContext"), &context));
  OK(sealwax_decrypt_options_new(&self.options));
  OK(sealwax_decrypt_options_set_required_context(self.options, context));
  OK(sealwax_decrypt_options_set_associated_data(self.options, self.associated_data.data,
                                                 self.associated_data.len));
  sealwax_context_free(context);
  if (json_object_get(test, "envelope") != NULL) {
    self.body = vectors_base64(test, "envelope");
  } else {
    self.header = vectors_base64(test, "header");
    self.body = vectors_base64(test, "body");
  }
  return self;
}

static void drop_reader(reader *self) {
  for (size_t i = 0; i < self->provider_count; i++) {
    sealwax_provider_free((sealwax_provider *)(uintptr_t)self->providers[i]);
  }
  sealwax_decrypt_options_free(self->options);
  free(self->associated_data.data);
  free(self->header.data);
  free(self->body.data);
}

/* Decrypts in memory into `output`, which is large enough. */
static sealwax_code in_memory(const reader *self, uint8_t *output, size_t capacity, size_t *len) {
  sealwax_decrypt_handle *handle = NULL;
  if (self->header.data == NULL) {
    return sealwax_decrypt(self->providers, self->provider_count, self->options, self->body.data,
                           self->body.len, output, capacity, len);
  }
  sealwax_code code =
      sealwax_decrypt_handle_open(self->header.data, self->header.len, self->providers,
                                  self->provider_count, self->options, &handle);
  if (code == SEALWAX_OK) {
    code = sealwax_decrypt_handle_decrypt_body(handle, 1, self->associated_data.data,
                                               self->associated_data.len, self->body.data,
                                               self->body.len, output, capacity, len);
  }
  sealwax_decrypt_handle_free(handle);
  return code;
}

/* What the header holds, once the key fits. */
static sealwax_code check_metadata(const json_t *test, const sealwax_decryptor *decryptor) {
  const json_t *expected = json_object_get(test, "metadata");
  uint8_t *metadata = check_alloc(16384);
  size_t len = 1;
  bool present = false;
  sealwax_code code = sealwax_decryptor_metadata(decryptor, metadata, 16384, &len, &present);
  if (code == SEALWAX_OK && expected != NULL) {
    CHECK(present == !json_is_null(expected));
    if (present) {
      CHECK(len == (size_t)json_integer_value(json_object_get(expected, "length")));
      vectors_check_sha512(expected, metadata, len);
    }
  }
  free(metadata);
  return code;
}

static sealwax_code open_key(const json_t *test, const reader *self, sealwax_decryptor *decryptor) {
  sealwax_code code = sealwax_decryptor_unwrap(decryptor, self->providers, self->provider_count);
  if (code == SEALWAX_OK && (json_is_true(json_object_get(test, "openMetadata")) ||
                             json_object_get(test, "metadata") != NULL)) {
    code = check_metadata(test, decryptor);
  }
  return code;
}

/* Decrypts in pieces; `*len` is what was released, also after a failure. */
static sealwax_code streamed(const json_t *test, const reader *self, size_t in_piece,
                             uint8_t *output, size_t *len) {
  sealwax_decryptor *decryptor = NULL;
  sealwax_progress progress = SEALWAX_PROGRESS_INIT;
  size_t read = 0;
  sealwax_code code = self->header.data == NULL
                          ? sealwax_decryptor_new(self->options, &decryptor)
                          : sealwax_decryptor_new_detached(self->header.data, self->header.len,
                                                           self->options, &decryptor);
  *len = 0;
  while (code == SEALWAX_OK && progress.status != SEALWAX_DONE) {
    size_t piece = self->body.len - read < in_piece ? self->body.len - read : in_piece;
    code = sealwax_decryptor_process(decryptor, self->body.data + read, piece, output + *len, 16384,
                                     &progress);
    if (code != SEALWAX_OK) {
      break;
    }
    read += progress.read;
    *len += progress.written;
    if (progress.status == SEALWAX_NEED_KEY) {
      code = open_key(test, self, decryptor);
    } else if (progress.status == SEALWAX_NEED_INPUT && read == self->body.len) {
      code = sealwax_decryptor_end_input(decryptor);
    }
  }
  if (code == SEALWAX_OK) {
    code = sealwax_decryptor_finish(decryptor);
  }
  sealwax_decryptor_free(decryptor);
  return code;
}

/* Context, wrapped keys and lengths are what the test says. */
static void check_header(const json_t *test, const reader *self) {
  const blob *bytes = self->header.data == NULL ? &self->body : &self->header;
  const json_t *keys = json_object_get(test, "wrappedKeys");
  sealwax_context *found = NULL, *expected = NULL;
  sealwax_bytes a = {NULL, 0}, b = {NULL, 0};
  sealwax_header *header = NULL;
  OK(sealwax_header_of_envelope(bytes->data, bytes->len, &header));
  CHECK(sealwax_header_len(header) ==
        (size_t)json_integer_value(json_object_get(test, "headerLen")));
  CHECK(sealwax_header_padding_len(header) ==
        (size_t)json_integer_value(json_object_get(test, "paddingLen")));
  OK(sealwax_header_context(header, &found));
  OK(vectors_context(json_object_get(test, "context"), &expected));
  OK(sealwax_context_bytes(found, &a));
  OK(sealwax_context_bytes(expected, &b));
  CHECK(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
  CHECK(sealwax_header_wrapped_key_count(header) == json_array_size(keys));
  for (size_t i = 0; i < json_array_size(keys); i++) {
    sealwax_wrapped_key wanted = vectors_wrapped_key(json_array_get(keys, i)), key = wanted;
    OK(sealwax_header_wrapped_key_at(header, i, &key));
    CHECK(key.provider_id_len == wanted.provider_id_len && key.key_id_len == wanted.key_id_len &&
          key.wrapped_dek_len == wanted.wrapped_dek_len);
    CHECK(memcmp(key.provider_id, wanted.provider_id, key.provider_id_len) == 0);
    CHECK(memcmp(key.key_id, wanted.key_id, key.key_id_len) == 0);
    CHECK(memcmp(key.wrapped_dek, wanted.wrapped_dek, key.wrapped_dek_len) == 0);
    free((void *)(uintptr_t)wanted.wrapped_dek);
  }
  sealwax_context_free(expected);
  sealwax_context_free(found);
  sealwax_header_free(header);
}

static void valid_test(const json_t *test) {
  static const size_t PIECES[] = {1, 4097, 1u << 20};
  reader self = make_reader(test);
  const json_t *plaintext = json_object_get(test, "plaintext");
  size_t expected = (size_t)json_integer_value(json_object_get(plaintext, "length")), len = 0;
  uint8_t *output = check_alloc(expected + 16384);
  check_header(test, &self);
  OK(in_memory(&self, output, expected, &len));
  CHECK(len == expected);
  vectors_check_sha512(plaintext, output, len);
  for (size_t i = self.body.len > 100000 ? 1 : 0; i < 3; i++) {
    OK(streamed(test, &self, PIECES[i], output, &len));
    CHECK(len == expected);
    vectors_check_sha512(plaintext, output, len);
  }
  free(output);
  drop_reader(&self);
}

static void invalid_test(const json_t *test) {
  reader self = make_reader(test);
  const json_t *released = json_object_get(test, "released");
  size_t capacity = self.body.len + 16384, len = 0;
  uint8_t *output = check_pattern(capacity, 7);
  FAILS(vectors_code(test), streamed(test, &self, 16400, output, &len));
  if (vectors_code(test) == SEALWAX_ERR_AUTHENTICATION) {
    const json_t *chunk = json_object_get(json_object_get(test, "error"), "chunk");
    CHECK(sealwax_last_error_chunk() == (uint64_t)json_integer_value(chunk));
  }
  CHECK(len == (size_t)json_integer_value(json_object_get(released, "length")));
  vectors_check_sha512(released, output, len);
  if (!json_is_true(json_object_get(test, "openMetadata"))) {
    size_t untouched = 12345;
    FAILS(vectors_code(test), in_memory(&self, output, capacity, &untouched));
    CHECK(untouched == 12345);
  }
  free(output);
  drop_reader(&self);
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  vectors_each(argv[1], "envelope_valid.json", valid_test);
  vectors_each(argv[1], "envelope_invalid.json", invalid_test);
  return check_done("vectors_envelope");
}

/* Misuse by the caller: null pointers, wrong lengths, overlaps, wrong order of calls. */
#include "check.h"

#define NULL_IS_REFUSED(call) FAILS(SEALWAX_ERR_NULL_POINTER, call)

/* One of each object, to be combined with nulls. */
typedef struct {
  sealwax_provider *provider;
  const sealwax_provider *providers[2];
  sealwax_context *context;
  sealwax_encrypt_options *encrypt_options;
  sealwax_decrypt_options *decrypt_options;
  sealwax_encrypt_handle *encrypt_handle;
  sealwax_decrypt_handle *decrypt_handle;
  sealwax_header *header;
  sealwax_range_opener *opener;
  uint8_t *envelope;
  size_t envelope_len, body_at;
  uint8_t bytes[64];
} objects;

static objects make_objects(void) {
  objects o;
  memset(&o, 0, sizeof o);
  o.provider = check_provider(1, "kek-1");
  o.providers[0] = o.provider;
  o.context = check_context("a", "b");
  OK(sealwax_encrypt_options_new(&o.encrypt_options));
  OK(sealwax_decrypt_options_new(&o.decrypt_options));
  OK(sealwax_encrypt_handle_new(o.providers, 1, NULL, &o.encrypt_handle));
  o.envelope = check_encrypt(o.provider, NULL, o.bytes, 10, &o.envelope_len);
  OK(sealwax_header_of_envelope(o.envelope, o.envelope_len, &o.header));
  o.body_at = sealwax_header_len(o.header);
  OK(sealwax_decrypt_handle_open(o.envelope, o.body_at, o.providers, 1, NULL, &o.decrypt_handle));
  const uint8_t *body = o.envelope + o.body_at;
  OK(sealwax_range_opener_new(o.decrypt_handle, NULL, 0, o.envelope_len - o.body_at, body, 56,
                              body + 56, o.envelope_len - o.body_at - 56, &o.opener));
  return o;
}

static void drop_objects(objects *o) {
  sealwax_range_opener_free(o->opener);
  sealwax_header_free(o->header);
  sealwax_decrypt_handle_free(o->decrypt_handle);
  sealwax_encrypt_handle_free(o->encrypt_handle);
  sealwax_decrypt_options_free(o->decrypt_options);
  sealwax_encrypt_options_free(o->encrypt_options);
  sealwax_context_free(o->context);
  sealwax_provider_free(o->provider);
  free(o->envelope);
}

static void null_contexts_and_options(objects *o) {
  sealwax_context_pair pair;
  sealwax_bytes view;
  NULL_IS_REFUSED(sealwax_context_new(NULL));
  NULL_IS_REFUSED(sealwax_context_add(NULL, TEXT("k"), TEXT("v")));
  NULL_IS_REFUSED(sealwax_context_add(o->context, NULL, 1, TEXT("v")));
  NULL_IS_REFUSED(sealwax_context_add(o->context, TEXT("k"), NULL, 1));
  NULL_IS_REFUSED(sealwax_context_pair_at(NULL, 0, &pair));
  NULL_IS_REFUSED(sealwax_context_pair_at(o->context, 0, NULL));
  NULL_IS_REFUSED(sealwax_context_bytes(NULL, &view));
  NULL_IS_REFUSED(sealwax_context_bytes(o->context, NULL));
  NULL_IS_REFUSED(sealwax_encrypt_options_new(NULL));
  NULL_IS_REFUSED(sealwax_encrypt_options_set_context(NULL, o->context));
  NULL_IS_REFUSED(sealwax_encrypt_options_set_context(o->encrypt_options, NULL));
  NULL_IS_REFUSED(sealwax_encrypt_options_set_associated_data(NULL, o->bytes, 1));
  NULL_IS_REFUSED(sealwax_encrypt_options_set_associated_data(o->encrypt_options, NULL, 1));
  NULL_IS_REFUSED(sealwax_encrypt_options_set_metadata(NULL, o->bytes, 1));
  NULL_IS_REFUSED(sealwax_encrypt_options_set_metadata(o->encrypt_options, NULL, 1));
  NULL_IS_REFUSED(sealwax_encrypt_options_set_padding(NULL, SEALWAX_PADDING_AUTO, 0));
  NULL_IS_REFUSED(sealwax_decrypt_options_new(NULL));
  NULL_IS_REFUSED(sealwax_decrypt_options_set_required_context(NULL, o->context));
  NULL_IS_REFUSED(sealwax_decrypt_options_set_required_context(o->decrypt_options, NULL));
  NULL_IS_REFUSED(sealwax_decrypt_options_set_associated_data(NULL, o->bytes, 1));
  NULL_IS_REFUSED(sealwax_decrypt_options_set_associated_data(o->decrypt_options, NULL, 1));
  CHECK(sealwax_context_count(NULL) == 0 && sealwax_last_error_code() != SEALWAX_OK);
}

static void null_providers(objects *o) {
  sealwax_provider *provider = NULL;
  sealwax_provider_callbacks none = {sizeof none, NULL, NULL, NULL, NULL, NULL};
  NULL_IS_REFUSED(sealwax_provider_local(NULL, 32, TEXT("k"), &provider));
  NULL_IS_REFUSED(sealwax_provider_local(o->bytes, 32, NULL, 1, &provider));
  NULL_IS_REFUSED(sealwax_provider_local(o->bytes, 32, TEXT("k"), NULL));
  NULL_IS_REFUSED(sealwax_provider_local_text(NULL, 64, TEXT("k"), &provider));
  NULL_IS_REFUSED(sealwax_provider_local_text(o->bytes, 32, TEXT("k"), NULL));
  NULL_IS_REFUSED(sealwax_provider_local_file(NULL, TEXT("k"), &provider));
  NULL_IS_REFUSED(sealwax_provider_local_file("x", TEXT("k"), NULL));
  NULL_IS_REFUSED(sealwax_provider_new(NULL, NULL, TEXT("p"), TEXT("k"), &provider));
  NULL_IS_REFUSED(sealwax_provider_new(&none, NULL, NULL, 1, TEXT("k"), &provider));
  NULL_IS_REFUSED(sealwax_provider_new(&none, NULL, TEXT("p"), NULL, 1, &provider));
  NULL_IS_REFUSED(sealwax_provider_new(&none, NULL, TEXT("p"), TEXT("k"), NULL));
  NULL_IS_REFUSED(sealwax_failure_set(NULL, 1, TEXT("m")));
  CHECK(provider == NULL);
}

static void null_messages(objects *o) {
  uint8_t out[512];
  size_t len = 7;
  uint64_t len64 = 7;
  const uint8_t *aad = o->bytes;
  NULL_IS_REFUSED(sealwax_sealed_len(0, 0, NULL));
  NULL_IS_REFUSED(sealwax_generate_dek(NULL, 32));
  NULL_IS_REFUSED(sealwax_encrypt(NULL, 1, NULL, aad, 1, out, 512, &len));
  NULL_IS_REFUSED(sealwax_encrypt(o->providers, 2, NULL, aad, 1, out, 512, &len));
  NULL_IS_REFUSED(sealwax_encrypt(o->providers, 1, NULL, NULL, 1, out, 512, &len));
  NULL_IS_REFUSED(sealwax_encrypt(o->providers, 1, NULL, aad, 1, NULL, 512, &len));
  NULL_IS_REFUSED(sealwax_encrypt(o->providers, 1, NULL, aad, 1, out, 512, NULL));
  NULL_IS_REFUSED(sealwax_decrypted_len(NULL, 1, &len));
  NULL_IS_REFUSED(sealwax_decrypted_len(o->envelope, o->envelope_len, NULL));
  NULL_IS_REFUSED(sealwax_decrypt(NULL, 1, NULL, o->envelope, o->envelope_len, out, 512, &len));
  NULL_IS_REFUSED(sealwax_decrypt(o->providers, 1, NULL, NULL, 1, out, 512, &len));
  NULL_IS_REFUSED(sealwax_decrypt(o->providers, 1, NULL, o->envelope, 1, NULL, 512, &len));
  NULL_IS_REFUSED(sealwax_decrypt(o->providers, 1, NULL, o->envelope, 1, out, 512, NULL));
  NULL_IS_REFUSED(sealwax_encrypt_handle_new(NULL, 1, NULL, &o->encrypt_handle));
  NULL_IS_REFUSED(sealwax_encrypt_handle_new(o->providers, 1, NULL, NULL));
  NULL_IS_REFUSED(sealwax_encrypt_handle_new_with_dek(NULL, 32, NULL, 0, NULL, NULL));
  NULL_IS_REFUSED(sealwax_encrypt_handle_new_with_dek(aad, 32, NULL, 1, NULL, NULL));
  NULL_IS_REFUSED(sealwax_encrypt_handle_header(NULL, NULL));
  NULL_IS_REFUSED(sealwax_encrypt_handle_header(o->encrypt_handle, NULL));
  NULL_IS_REFUSED(sealwax_encrypt_handle_sealed_len(NULL, 0, &len64));
  NULL_IS_REFUSED(sealwax_encrypt_handle_sealed_len(o->encrypt_handle, 0, NULL));
  NULL_IS_REFUSED(sealwax_encrypt_handle_encrypt(NULL, 1, NULL, 0, aad, 1, out, 512, &len));
  NULL_IS_REFUSED(
      sealwax_encrypt_handle_encrypt(o->encrypt_handle, 1, NULL, 1, aad, 1, out, 512, &len));
  NULL_IS_REFUSED(
      sealwax_encrypt_handle_encrypt(o->encrypt_handle, 1, NULL, 0, aad, 1, out, 512, NULL));
  NULL_IS_REFUSED(sealwax_encrypt_handle_encrypt_body(NULL, 1, NULL, 0, aad, 1, out, 512, &len));
  NULL_IS_REFUSED(sealwax_encrypt_handle_encryptor(NULL, NULL, 0, NULL));
  NULL_IS_REFUSED(sealwax_encrypt_handle_encryptor(o->encrypt_handle, NULL, 0, NULL));
  NULL_IS_REFUSED(sealwax_decrypt_handle_open(NULL, 1, o->providers, 1, NULL, NULL));
  NULL_IS_REFUSED(sealwax_decrypt_handle_open(o->envelope, o->body_at, NULL, 1, NULL, NULL));
  NULL_IS_REFUSED(sealwax_decrypt_handle_open_with_dek(o->envelope, 1, NULL, 32, NULL));
  NULL_IS_REFUSED(sealwax_decrypt_handle_header(NULL, NULL));
  NULL_IS_REFUSED(sealwax_decrypt_handle_metadata(NULL, out, 512, &len, NULL));
  NULL_IS_REFUSED(sealwax_decrypt_handle_metadata(o->decrypt_handle, out, 512, NULL, NULL));
  NULL_IS_REFUSED(sealwax_decrypt_handle_decrypt(NULL, 1, NULL, 0, aad, 1, out, 512, &len));
  NULL_IS_REFUSED(sealwax_decrypt_handle_decrypt_body(NULL, 1, NULL, 0, aad, 1, out, 512, &len));
  NULL_IS_REFUSED(sealwax_decrypt_handle_rewrap(NULL, o->providers, 1, 0, out, 512, &len));
  NULL_IS_REFUSED(
      sealwax_decrypt_handle_rewrap(o->decrypt_handle, o->providers, 1, 0, out, 512, NULL));
  NULL_IS_REFUSED(sealwax_decrypt_handle_rewrap_with_keys(NULL, NULL, 0, out, 512, &len));
  NULL_IS_REFUSED(sealwax_rewrap(NULL, 1, o->providers, 1, o->providers, 1, 0, out, 512, &len));
  NULL_IS_REFUSED(
      sealwax_rewrap(o->envelope, o->envelope_len, NULL, 1, o->providers, 1, 0, out, 512, &len));
  NULL_IS_REFUSED(
      sealwax_rewrap(o->envelope, o->envelope_len, o->providers, 1, NULL, 1, 0, out, 512, &len));
  CHECK(len == 7 && len64 == 7);
}

static void null_machines(objects *o) {
  sealwax_encryptor *encryptor = NULL;
  sealwax_decryptor *decryptor = NULL;
  sealwax_progress progress = SEALWAX_PROGRESS_INIT;
  size_t len = 7;
  OK(sealwax_encryptor_new(o->providers, 1, NULL, &encryptor));
  OK(sealwax_decryptor_new(NULL, &decryptor));
  NULL_IS_REFUSED(sealwax_encryptor_new(NULL, 1, NULL, &encryptor));
  NULL_IS_REFUSED(sealwax_encryptor_new(o->providers, 1, NULL, NULL));
  NULL_IS_REFUSED(sealwax_encryptor_new_with_dek(NULL, 32, NULL, &encryptor));
  NULL_IS_REFUSED(sealwax_encryptor_new_with_dek(o->bytes, 32, NULL, NULL));
  NULL_IS_REFUSED(sealwax_encryptor_add_wrapped_key(encryptor, NULL));
  NULL_IS_REFUSED(sealwax_encryptor_detach_header(NULL, o->bytes, 1, &len));
  NULL_IS_REFUSED(sealwax_encryptor_detach_header(encryptor, o->bytes, 1, NULL));
  NULL_IS_REFUSED(sealwax_encryptor_process(NULL, NULL, 0, o->bytes, 1, &progress));
  NULL_IS_REFUSED(sealwax_encryptor_process(encryptor, NULL, 1, o->bytes, 1, &progress));
  NULL_IS_REFUSED(sealwax_encryptor_process(encryptor, NULL, 0, NULL, 1, &progress));
  NULL_IS_REFUSED(sealwax_encryptor_process(encryptor, NULL, 0, o->bytes, 1, NULL));
  NULL_IS_REFUSED(sealwax_encryptor_end_input(NULL));
  NULL_IS_REFUSED(sealwax_encryptor_finish(NULL));
  NULL_IS_REFUSED(sealwax_decryptor_new(NULL, NULL));
  NULL_IS_REFUSED(sealwax_decryptor_new_detached(NULL, 1, NULL, &decryptor));
  NULL_IS_REFUSED(sealwax_decryptor_new_detached(o->envelope, o->body_at, NULL, NULL));
  NULL_IS_REFUSED(sealwax_decryptor_process(NULL, NULL, 0, o->bytes, 1, &progress));
  NULL_IS_REFUSED(sealwax_decryptor_process(decryptor, NULL, 1, o->bytes, 1, &progress));
  NULL_IS_REFUSED(sealwax_decryptor_process(decryptor, NULL, 0, o->bytes, 1, NULL));
  NULL_IS_REFUSED(sealwax_decryptor_header(NULL, NULL));
  NULL_IS_REFUSED(sealwax_decryptor_header(decryptor, NULL));
  NULL_IS_REFUSED(sealwax_decryptor_provide_dek(NULL, o->bytes, 32));
  NULL_IS_REFUSED(sealwax_decryptor_provide_dek(decryptor, NULL, 32));
  NULL_IS_REFUSED(sealwax_decryptor_unwrap(NULL, o->providers, 1));
  NULL_IS_REFUSED(sealwax_decryptor_unwrap(decryptor, NULL, 1));
  NULL_IS_REFUSED(sealwax_decryptor_metadata(NULL, o->bytes, 1, &len, NULL));
  NULL_IS_REFUSED(sealwax_decryptor_end_input(NULL));
  NULL_IS_REFUSED(sealwax_decryptor_finish(NULL));
  sealwax_decryptor_free(decryptor);
  sealwax_encryptor_free(encryptor);
}

static void null_headers_and_ranges(objects *o) {
  sealwax_range range;
  uint64_t len64 = 0;
  size_t len = 7;
  char text[8];
  NULL_IS_REFUSED(sealwax_header_announced_len(NULL, 1, &len));
  NULL_IS_REFUSED(sealwax_header_announced_len(o->bytes, 0, NULL));
  NULL_IS_REFUSED(sealwax_header_of_envelope(NULL, 1, NULL));
  NULL_IS_REFUSED(sealwax_header_of_envelope(o->envelope, o->envelope_len, NULL));
  NULL_IS_REFUSED(sealwax_header_parse(o->envelope, o->body_at, NULL));
  NULL_IS_REFUSED(sealwax_header_bytes(NULL, NULL));
  NULL_IS_REFUSED(sealwax_header_context(o->header, NULL));
  NULL_IS_REFUSED(sealwax_header_context(NULL, NULL));
  NULL_IS_REFUSED(sealwax_header_wrapped_key_at(NULL, 0, NULL));
  NULL_IS_REFUSED(sealwax_header_wrapped_key_at(o->header, 0, NULL));
  CHECK(sealwax_header_len(NULL) == 0 && sealwax_header_padding_len(NULL) == 0);
  CHECK(sealwax_header_sealed_metadata_len(NULL) == 0);
  CHECK(sealwax_header_wrapped_key_count(NULL) == 0);
  NULL_IS_REFUSED(sealwax_text_len(0, NULL));
  NULL_IS_REFUSED(sealwax_to_text(NULL, 1, text, 8, &len));
  NULL_IS_REFUSED(sealwax_to_text(o->bytes, 1, NULL, 8, &len));
  NULL_IS_REFUSED(sealwax_to_text(o->bytes, 1, text, 8, NULL));
  NULL_IS_REFUSED(sealwax_from_text(NULL, 1, o->bytes, 8, &len));
  NULL_IS_REFUSED(sealwax_from_text(text, 8, o->bytes, 8, NULL));
  NULL_IS_REFUSED(sealwax_plaintext_len(100, NULL));
  NULL_IS_REFUSED(sealwax_chunk_of(0, NULL, &len));
  NULL_IS_REFUSED(sealwax_chunk_of(0, &len64, NULL));
  NULL_IS_REFUSED(sealwax_body_range(0, 1, 100, NULL));
  NULL_IS_REFUSED(sealwax_range_opener_ranges(100, NULL, &range));
  NULL_IS_REFUSED(sealwax_range_opener_ranges(100, &range, NULL));
  NULL_IS_REFUSED(sealwax_range_opener_new(NULL, NULL, 0, 82, o->bytes, 56, o->bytes, 26, NULL));
  NULL_IS_REFUSED(sealwax_range_opener_len(NULL, &len64));
  NULL_IS_REFUSED(sealwax_range_opener_len(o->opener, NULL));
  NULL_IS_REFUSED(sealwax_range_opener_open(NULL, 0, NULL, 0, NULL, 0));
  CHECK(!sealwax_has_feature(NULL, 1) && !sealwax_has_feature(TEXT("teleport")));
  CHECK(len == 7 && len64 == 0);
}

static void free_of_null(void) {
  sealwax_provider_free(NULL);
  sealwax_context_free(NULL);
  sealwax_encrypt_options_free(NULL);
  sealwax_decrypt_options_free(NULL);
  sealwax_encrypt_handle_free(NULL);
  sealwax_decrypt_handle_free(NULL);
  sealwax_encryptor_free(NULL);
  sealwax_decryptor_free(NULL);
  sealwax_header_free(NULL);
  sealwax_range_opener_free(NULL);
  sealwax_reader_free(NULL);
  sealwax_dek_cache_free(NULL);
  sealwax_file_options_free(NULL);
}

/* Lengths that no buffer has, and outputs that lie in inputs. */
static void lengths_and_overlaps(objects *o) {
  const size_t huge[] = {(size_t)-1, (size_t)-1 / 2 + 1};
  uint8_t out[512];
  size_t len = 7;
  for (size_t i = 0; i < 2; i++) {
    FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
          sealwax_encrypt(o->providers, 1, NULL, out, huge[i], out, 512, &len));
    FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
          sealwax_encrypt(o->providers, 1, NULL, NULL, 0, out, huge[i], &len));
    FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
          sealwax_encrypt(o->providers, huge[i], NULL, NULL, 0, out, 512, &len));
    FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_context_add(o->context, "k", huge[i], TEXT("v")));
  }
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_encrypt(o->providers, 1, NULL, out + 511, 1, out, 512, &len));
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_encrypt(o->providers, 1, NULL, out, 101, out + 100, 412, &len));
  OK(sealwax_encrypt(o->providers, 1, NULL, out, 100, out + 100, 412, &len));
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_decrypt(o->providers, 1, NULL, out + 100, len, out + 50, 100, &len));
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_encrypt_handle_encrypt(o->encrypt_handle, 1, out + 5, 1, NULL, 0, out, 512, &len));
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_generate_dek(out, 31));
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_encrypt(NULL, 0, NULL, NULL, 0, out, 512, &len));
  FAILS(SEALWAX_ERR_LIMIT_EXCEEDED, sealwax_sealed_len(0, (uint64_t)-1, (uint64_t *)o->bytes));
  FAILS(SEALWAX_ERR_LIMIT_EXCEEDED,
        sealwax_sealed_len((size_t)-1, (uint64_t)1 << 52, (uint64_t *)o->bytes));
}

/* Too small says how much is enough, and exactly enough is enough. */
static void too_small(objects *o) {
  uint8_t *plaintext = check_pattern(20000, 3), *out = check_alloc(30000);
  size_t len = 7;
  FAILS(SEALWAX_ERR_BUFFER_TOO_SMALL,
        sealwax_encrypt(o->providers, 1, NULL, plaintext, 20000, NULL, 0, &len));
  size_t needed = sealwax_last_error_needed();
  FAILS(SEALWAX_ERR_BUFFER_TOO_SMALL,
        sealwax_encrypt(o->providers, 1, NULL, plaintext, 20000, out, needed - 1, &len));
  CHECK(len == 7 && sealwax_last_error_needed() == needed);
  OK(sealwax_encrypt(o->providers, 1, NULL, plaintext, 20000, out, needed, &len));
  CHECK(len == needed);
  FAILS(SEALWAX_ERR_BUFFER_TOO_SMALL,
        sealwax_decrypt(o->providers, 1, NULL, out, needed, plaintext, 19999, &len));
  CHECK(sealwax_last_error_needed() == 20000 && len == needed);
  free(out);
  free(plaintext);
}

static void sticky(objects *o) {
  sealwax_decryptor *decryptor = NULL;
  sealwax_progress progress = {sizeof progress, 7, 7, SEALWAX_DONE};
  uint8_t out[100];
  memset(out, 0xaa, sizeof out);
  OK(sealwax_decryptor_new(NULL, &decryptor));
  FAILS(SEALWAX_ERR_BAD_MAGIC,
        sealwax_decryptor_process(decryptor, (const uint8_t *)TEXT("PK"), out, 100, &progress));
  CHECK(progress.read == 7 && out[0] == 0 && out[99] == 0);
  FAILS(SEALWAX_ERR_BAD_MAGIC,
        sealwax_decryptor_process(decryptor, o->envelope, o->envelope_len, out, 100, &progress));
  FAILS(SEALWAX_ERR_BAD_MAGIC, sealwax_decryptor_finish(decryptor));
  FAILS(SEALWAX_ERR_INVALID_STATE, sealwax_decryptor_finish(decryptor));
  FAILS(SEALWAX_ERR_INVALID_STATE,
        sealwax_decryptor_process(decryptor, NULL, 0, out, 100, &progress));
  sealwax_decryptor_free(decryptor);
}

static void last_error_stays(objects *o) {
  size_t len = 0;
  FAILS(SEALWAX_ERR_TRUNCATED, sealwax_decrypted_len(o->envelope, 20, &len));
  const char *message = sealwax_last_error_message();
  OK(sealwax_decrypted_len(o->envelope, o->envelope_len, &len));
  CHECK(sealwax_last_error_message() == message);
  CHECK(sealwax_last_error_code() == SEALWAX_ERR_TRUNCATED && sealwax_last_error_needed() == 0);
}

int main(void) {
  CHECK(sealwax_last_error_code() == SEALWAX_OK && sealwax_last_error_message()[0] == '\0');
  CHECK(strcmp(sealwax_version(), SEALWAX_VERSION) == 0);
  objects o = make_objects();
  null_contexts_and_options(&o);
  null_providers(&o);
  null_messages(&o);
  null_machines(&o);
  null_headers_and_ranges(&o);
  free_of_null();
  lengths_and_overlaps(&o);
  too_small(&o);
  sticky(&o);
  last_error_stays(&o);
  drop_objects(&o);
  return check_done("misuse");
}

/* Contexts, headers, text forms and rewraps. */
#include "check.h"

static void contexts(void) {
  sealwax_context *context = check_context("tenant", "blue");
  sealwax_context_pair pair;
  sealwax_bytes bytes = {NULL, 0};
  OK(sealwax_context_add(context, TEXT("purpose"), TEXT("")));
  OK(sealwax_context_add(context, TEXT("a\0b"), TEXT("zero byte")));
  CHECK(sealwax_context_count(context) == 3);
  OK(sealwax_context_pair_at(context, 0, &pair));
  CHECK(pair.key_len == 3 && memcmp(pair.key, "a\0b", 3) == 0);
  CHECK(pair.value_len == 9 && memcmp(pair.value, "zero byte", 9) == 0);
  OK(sealwax_context_pair_at(context, 1, &pair));
  CHECK(pair.key_len == 7 && memcmp(pair.key, "purpose", 7) == 0 && pair.value_len == 0);
  OK(sealwax_context_bytes(context, &bytes));
  CHECK(bytes.len == 2 + 3 * 4 + 3 + 9 + 7 + 6 + 4 && bytes.data[1] == 3);
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_context_pair_at(context, 3, &pair));
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_context_add(context, TEXT("tenant"), TEXT("red")));
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_context_add(context, NULL, 0, TEXT("red")));
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_context_add(context, TEXT("k"), TEXT("\xff")));
  char *large = (char *)check_pattern(9000, 32);
  memset(large, 'x', 9000);
  FAILS(SEALWAX_ERR_LIMIT_EXCEEDED, sealwax_context_add(context, TEXT("k"), large, 9000));
  free(large);
  CHECK(sealwax_context_count(context) == 3);
  sealwax_context_free(context);
}

static void many_pairs(void) {
  sealwax_context *context = NULL;
  char key[8];
  OK(sealwax_context_new(&context));
  for (int i = 0; i < 64; i++) {
    int len = snprintf(key, sizeof key, "%03d", 63 - i);
    OK(sealwax_context_add(context, key, (size_t)len, TEXT("v")));
  }
  FAILS(SEALWAX_ERR_LIMIT_EXCEEDED, sealwax_context_add(context, TEXT("x"), TEXT("v")));
  CHECK(sealwax_context_count(context) == 64);
  sealwax_context_free(context);
}

static sealwax_encrypt_options *page_options(void) {
  sealwax_encrypt_options *options = NULL;
  sealwax_context *context = check_context("tenant", "blue");
  OK(sealwax_encrypt_options_new(&options));
  OK(sealwax_encrypt_options_set_context(options, context));
  OK(sealwax_encrypt_options_set_metadata(options, NULL, 0));
  OK(sealwax_encrypt_options_set_padding(options, SEALWAX_PADDING_PAGE, 0));
  sealwax_context_free(context);
  return options;
}

static void inspection(void) {
  sealwax_provider *provider = check_provider(1, "kek-1");
  sealwax_encrypt_options *options = page_options();
  sealwax_header *header = NULL, *alone = NULL;
  sealwax_context *context = NULL;
  sealwax_wrapped_key key = SEALWAX_WRAPPED_KEY_INIT;
  sealwax_bytes bytes = {NULL, 0};
  size_t len = 0, announced = 1;
  uint8_t *envelope = check_encrypt(provider, options, (const uint8_t *)TEXT("text"), &len);
  OK(sealwax_header_announced_len(envelope, 11, &announced));
  CHECK(announced == 0);
  OK(sealwax_header_announced_len(envelope, 12, &announced));
  CHECK(announced == 4096);
  OK(sealwax_header_of_envelope(envelope, len, &header));
  CHECK(sealwax_header_len(header) == 4096 && sealwax_header_padding_len(header) > 3000);
  CHECK(sealwax_header_sealed_metadata_len(header) == 72);
  CHECK(sealwax_header_wrapped_key_count(header) == 1);
  OK(sealwax_header_wrapped_key_at(header, 0, &key));
  CHECK(key.provider_id_len == 5 && memcmp(key.provider_id, "local", 5) == 0);
  CHECK(key.key_id_len == 5 && memcmp(key.key_id, "kek-1", 5) == 0 && key.wrapped_dek_len == 104);
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_header_wrapped_key_at(header, 1, &key));
  OK(sealwax_header_context(header, &context));
  CHECK(sealwax_context_count(context) == 1);
  OK(sealwax_header_bytes(header, &bytes));
  CHECK(bytes.len == 4096 && memcmp(bytes.data, envelope, 4096) == 0);
  OK(sealwax_header_parse(bytes.data, bytes.len, &alone));
  FAILS(SEALWAX_ERR_TRAILING_DATA, sealwax_header_parse(envelope, len, &alone));
  sealwax_context_free(context);
  sealwax_header_free(alone);
  sealwax_header_free(header);
  free(envelope);
  sealwax_encrypt_options_free(options);
  sealwax_provider_free(provider);
}

static void text_form(void) {
  char text[64];
  uint8_t bytes[64];
  size_t len = 0;
  OK(sealwax_text_len(8, &len));
  CHECK(len == 20);
  FAILS(SEALWAX_ERR_LIMIT_EXCEEDED, sealwax_text_len((size_t)-1, &len));
  FAILS(SEALWAX_ERR_BUFFER_TOO_SMALL,
        sealwax_to_text((const uint8_t *)TEXT("SEALWAX\1"), text, 20, &len));
  CHECK(sealwax_last_error_needed() == 21);
  OK(sealwax_to_text((const uint8_t *)TEXT("SEALWAX\1"), text, 21, &len));
  CHECK(len == 20 && strcmp(text, "sealwax1.U0VBTFdBWAE") == 0);
  FAILS(SEALWAX_ERR_BUFFER_TOO_SMALL, sealwax_from_text(text, len, bytes, 7, &len));
  CHECK(sealwax_last_error_needed() == 8 && len == 20);
  OK(sealwax_from_text(text, len, bytes, 8, &len));
  CHECK(len == 8 && memcmp(bytes, "SEALWAX\1", 8) == 0);
  FAILS(SEALWAX_ERR_BAD_MAGIC, sealwax_from_text(TEXT("sealwax2.U0VB"), bytes, 64, &len));
  FAILS(SEALWAX_ERR_BAD_MAGIC, sealwax_from_text(TEXT("\xff"), bytes, 64, &len));
  FAILS(SEALWAX_ERR_MALFORMED, sealwax_from_text(TEXT("sealwax1.U0VB="), bytes, 64, &len));
  FAILS(SEALWAX_ERR_MALFORMED, sealwax_from_text(TEXT("sealwax1.\xff"), bytes, 64, &len));
}

/* The new provider opens the rewrapped envelope; the old one only if its key was kept. */
static void rewrap_bytes(uint32_t mode, sealwax_code old_code) {
  const sealwax_provider *old_one = check_provider(1, "old"), *new_one = check_provider(2, "new");
  uint8_t *plaintext = check_pattern(20000, 1), *opened = check_alloc(20000);
  size_t len = 0, new_len = 0, opened_len = 0;
  uint8_t *envelope = check_encrypt(old_one, NULL, plaintext, 20000, &len);
  uint8_t *rewrapped = check_alloc(len + SEALWAX_MAX_HEADER_LEN);
  FAILS(SEALWAX_ERR_BUFFER_TOO_SMALL, sealwax_rewrap(envelope, len, &old_one, 1, &new_one, 1, mode,
                                                     rewrapped, len - 1, &new_len));
  CHECK(sealwax_last_error_needed() == len && new_len == 0);
  OK(sealwax_rewrap(envelope, len, &old_one, 1, &new_one, 1, mode, rewrapped,
                    len + SEALWAX_MAX_HEADER_LEN, &new_len));
  CHECK(new_len >= len);
  OK(sealwax_decrypt(&new_one, 1, NULL, rewrapped, new_len, opened, 20000, &opened_len));
  CHECK(opened_len == 20000 && memcmp(opened, plaintext, 20000) == 0);
  FAILS(old_code,
        sealwax_decrypt(&old_one, 1, NULL, rewrapped, new_len, opened, 20000, &opened_len));
  free(rewrapped);
  free(envelope);
  free(opened);
  free(plaintext);
  sealwax_provider_free((sealwax_provider *)new_one);
  sealwax_provider_free((sealwax_provider *)old_one);
}

/* In place: a padded header keeps its length, and the body is not touched. */
static void rewrap_header(void) {
  const sealwax_provider *old_one = check_provider(1, "old"), *new_one = check_provider(2, "new");
  sealwax_encrypt_options *options = page_options();
  sealwax_decrypt_handle *handle = NULL;
  size_t len = 0, header_len = 0, opened_len = 0;
  uint8_t opened[4], header[SEALWAX_MAX_HEADER_LEN];
  uint8_t *envelope = check_encrypt(old_one, options, (const uint8_t *)TEXT("text"), &len);
  OK(sealwax_decrypt_handle_open(envelope, 4096, &old_one, 1, NULL, &handle));
  FAILS(SEALWAX_ERR_BUFFER_TOO_SMALL,
        sealwax_decrypt_handle_rewrap(handle, &new_one, 1, SEALWAX_REWRAP_REPLACE, header, 4095,
                                      &header_len));
  CHECK(sealwax_last_error_needed() == 4096);
  OK(sealwax_decrypt_handle_rewrap(handle, &new_one, 1, SEALWAX_REWRAP_REPLACE, header, 4096,
                                   &header_len));
  CHECK(header_len == 4096);
  memcpy(envelope, header, 4096);
  OK(sealwax_decrypt(&new_one, 1, NULL, envelope, len, opened, 4, &opened_len));
  CHECK(memcmp(opened, "text", 4) == 0);
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_decrypt_handle_rewrap(handle, &new_one, 1, 7, header, 4096, &header_len));
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_decrypt_handle_rewrap_with_keys(handle, NULL, 0, header, 4096, &header_len));
  sealwax_decrypt_handle_free(handle);
  free(envelope);
  sealwax_encrypt_options_free(options);
  sealwax_provider_free((sealwax_provider *)new_one);
  sealwax_provider_free((sealwax_provider *)old_one);
}

static void paddings(void) {
  sealwax_provider *provider = check_provider(1, "kek-1");
  sealwax_encrypt_options *options = NULL;
  size_t len = 0;
  OK(sealwax_encrypt_options_new(&options));
  OK(sealwax_encrypt_options_set_padding(options, SEALWAX_PADDING_EXACT, 1000));
  free(check_encrypt(provider, options, NULL, 0, &len));
  CHECK(len == 1000 + 72);
  OK(sealwax_encrypt_options_set_padding(options, SEALWAX_PADDING_NONE, 0));
  free(check_encrypt(provider, options, NULL, 0, &len));
  CHECK(len < 350);
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_encrypt_options_set_padding(options, SEALWAX_PADDING_NONE, 9));
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_encrypt_options_set_padding(options, 4, 0));
  sealwax_encrypt_options_free(options);
  sealwax_provider_free(provider);
}

int main(void) {
  contexts();
  many_pairs();
  inspection();
  text_form();
  rewrap_bytes(SEALWAX_REWRAP_REPLACE, SEALWAX_ERR_NO_MATCHING_KEY);
  rewrap_bytes(SEALWAX_REWRAP_ADD, SEALWAX_OK);
  rewrap_header();
  paddings();
  return check_done("headers");
}

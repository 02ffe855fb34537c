/* Messages in memory: round trips as a whole, in pieces, and by ranges. */
#include "check.h"

static const size_t SIZES[] = {0, 1, 15, 16, 16383, 16384, 16385, 32768, 50000};
#define SIZE_COUNT (sizeof SIZES / sizeof SIZES[0])

static sealwax_encrypt_options *full_options(void) {
  sealwax_encrypt_options *options = NULL;
  sealwax_context *context = check_context("tenant", "blue");
  OK(sealwax_encrypt_options_new(&options));
  OK(sealwax_encrypt_options_set_context(options, context));
  OK(sealwax_encrypt_options_set_associated_data(options, (const uint8_t *)TEXT("object 7")));
  OK(sealwax_encrypt_options_set_metadata(options, (const uint8_t *)TEXT("tide table.csv")));
  sealwax_context_free(context);
  return options;
}

static sealwax_decrypt_options *matching_options(void) {
  sealwax_decrypt_options *options = NULL;
  sealwax_context *context = check_context("tenant", "blue");
  OK(sealwax_decrypt_options_new(&options));
  OK(sealwax_decrypt_options_set_required_context(options, context));
  OK(sealwax_decrypt_options_set_associated_data(options, (const uint8_t *)TEXT("object 7")));
  sealwax_context_free(context);
  return options;
}

/* Buffers inside of larger ones, and not aligned: nothing around them is read or written. */
static void one_shot(size_t len) {
  const sealwax_provider *provider = check_provider(1, "kek-1");
  sealwax_encrypt_options *options = full_options();
  sealwax_decrypt_options *expected = matching_options();
  uint8_t *plaintext = check_pattern(len + 7, 3);
  uint64_t most = 0;
  OK(sealwax_sealed_len(SEALWAX_MAX_HEADER_LEN, len, &most));
  uint8_t *envelope = check_pattern((size_t)most + 14, 9);
  size_t envelope_len = 0, exact = 0, opened_len = 0;
  OK(sealwax_encrypt(&provider, 1, options, plaintext + 3, len, envelope + 7, (size_t)most,
                     &envelope_len));
  OK(sealwax_decrypted_len(envelope + 7, envelope_len, &exact));
  CHECK(exact == len);
  uint8_t *opened = check_pattern(exact + 10, 200);
  OK(sealwax_decrypt(&provider, 1, expected, envelope + 7, envelope_len, opened + 5, exact,
                     &opened_len));
  CHECK(opened_len == len && memcmp(opened + 5, plaintext + 3, len) == 0);
  for (size_t i = 0; i < 5; i++) {
    CHECK(opened[i] == 200 + i && opened[len + 5 + i] == (uint8_t)((len + 5 + i) % 251 + 200));
    CHECK(envelope[i] == 9 + i);
  }
  free(opened);
  free(envelope);
  free(plaintext);
  sealwax_decrypt_options_free(expected);
  sealwax_encrypt_options_free(options);
  sealwax_provider_free((sealwax_provider *)provider);
}

/* Pumps all of `input` through an encryptor in pieces; returns the length of the output. */
static size_t encrypt_pieces(sealwax_encryptor *encryptor, const uint8_t *input, size_t input_len,
                             uint8_t *output, size_t in_piece, size_t out_piece) {
  size_t read = 0, written = 0;
  sealwax_progress progress = SEALWAX_PROGRESS_INIT;
  while (progress.status != SEALWAX_DONE) {
    size_t piece = input_len - read < in_piece ? input_len - read : in_piece;
    OK(sealwax_encryptor_process(encryptor, input + read, piece, output + written, out_piece,
                                 &progress));
    CHECK(progress.read <= piece && progress.written <= out_piece);
    read += progress.read;
    written += progress.written;
    if (progress.status == SEALWAX_NEED_INPUT && read == input_len) {
      OK(sealwax_encryptor_end_input(encryptor));
    }
  }
  OK(sealwax_encryptor_finish(encryptor));
  FAILS(SEALWAX_ERR_INVALID_STATE, sealwax_encryptor_finish(encryptor));
  sealwax_encryptor_free(encryptor);
  return written;
}

/* The same for a decryptor, which is given its key on demand. */
static size_t decrypt_pieces(sealwax_decryptor *decryptor, const sealwax_provider *provider,
                             const uint8_t *input, size_t input_len, uint8_t *output,
                             size_t in_piece, size_t out_piece) {
  size_t read = 0, written = 0;
  sealwax_progress progress = SEALWAX_PROGRESS_INIT;
  while (progress.status != SEALWAX_DONE) {
    size_t piece = input_len - read < in_piece ? input_len - read : in_piece;
    OK(sealwax_decryptor_process(decryptor, input + read, piece, output + written, out_piece,
                                 &progress));
    read += progress.read;
    written += progress.written;
    if (progress.status == SEALWAX_NEED_KEY) {
      OK(sealwax_decryptor_unwrap(decryptor, &provider, 1));
    } else if (progress.status == SEALWAX_NEED_INPUT && read == input_len) {
      OK(sealwax_decryptor_end_input(decryptor));
    }
  }
  OK(sealwax_decryptor_finish(decryptor));
  sealwax_decryptor_free(decryptor);
  return written;
}

static void streaming(size_t len, size_t in_piece, size_t out_piece) {
  const sealwax_provider *provider = check_provider(2, "kek-2");
  sealwax_encrypt_options *options = full_options();
  sealwax_decrypt_options *expected = matching_options();
  sealwax_encryptor *encryptor = NULL;
  sealwax_decryptor *decryptor = NULL;
  uint8_t *plaintext = check_pattern(len, 5);
  uint8_t *envelope = check_alloc(len + 70000 + out_piece);
  uint8_t *opened = check_alloc(len + out_piece);
  OK(sealwax_encryptor_new(&provider, 1, options, &encryptor));
  size_t envelope_len = encrypt_pieces(encryptor, plaintext, len, envelope, in_piece, out_piece);
  OK(sealwax_decryptor_new(expected, &decryptor));
  size_t opened_len =
      decrypt_pieces(decryptor, provider, envelope, envelope_len, opened, out_piece, in_piece);
  CHECK(opened_len == len && memcmp(opened, plaintext, len) == 0);
  free(opened);
  free(envelope);
  free(plaintext);
  sealwax_decrypt_options_free(expected);
  sealwax_encrypt_options_free(options);
  sealwax_provider_free((sealwax_provider *)provider);
}

/* The header goes one way, the body another. */
static void detached(size_t len) {
  const sealwax_provider *provider = check_provider(3, "kek-3");
  sealwax_encryptor *encryptor = NULL;
  sealwax_decryptor *decryptor = NULL;
  uint8_t *plaintext = check_pattern(len, 1), *opened = check_alloc(len + 16384);
  uint8_t *body = check_alloc(len + 40000);
  uint8_t header[SEALWAX_MAX_HEADER_LEN];
  size_t header_len = 0, again = 0;
  OK(sealwax_encryptor_new(&provider, 1, NULL, &encryptor));
  FAILS(SEALWAX_ERR_BUFFER_TOO_SMALL,
        sealwax_encryptor_detach_header(encryptor, header, 5, &header_len));
  CHECK(header_len == 0 && sealwax_last_error_needed() > 5);
  OK(sealwax_encryptor_detach_header(encryptor, header, sizeof header, &header_len));
  CHECK(header_len == sealwax_last_error_needed());
  OK(sealwax_encryptor_detach_header(encryptor, header, sizeof header, &again));
  CHECK(again == header_len);
  size_t body_len = encrypt_pieces(encryptor, plaintext, len, body, 10000, 16384);
  uint64_t expected_len = 0;
  OK(sealwax_sealed_len(0, len, &expected_len));
  CHECK(body_len == expected_len);
  OK(sealwax_decryptor_new_detached(header, header_len, NULL, &decryptor));
  size_t opened_len = decrypt_pieces(decryptor, provider, body, body_len, opened, 7000, 16384);
  CHECK(opened_len == len && memcmp(opened, plaintext, len) == 0);
  free(body);
  free(opened);
  free(plaintext);
  sealwax_provider_free((sealwax_provider *)provider);
}

static void handles(size_t len) {
  const sealwax_provider *provider = check_provider(4, "kek-4");
  sealwax_encrypt_handle *encrypt = NULL;
  sealwax_decrypt_handle *decrypt = NULL;
  sealwax_bytes header = {NULL, 0}, same = {NULL, 0};
  uint64_t sealed_len = 0;
  size_t written = 0, opened_len = 0;
  uint8_t *plaintext = check_pattern(len, 8), *opened = check_alloc(len);
  sealwax_encrypt_options *options = full_options();
  OK(sealwax_encrypt_handle_new(&provider, 1, options, &encrypt));
  sealwax_encrypt_options_free(options);
  OK(sealwax_encrypt_handle_header(encrypt, &header));
  OK(sealwax_decrypt_handle_open(header.data, header.len, &provider, 1, NULL, &decrypt));
  OK(sealwax_decrypt_handle_header(decrypt, &same));
  CHECK(same.len == header.len && memcmp(same.data, header.data, header.len) == 0);
  OK(sealwax_encrypt_handle_sealed_len(encrypt, len, &sealed_len));
  uint8_t *envelope = check_alloc((size_t)sealed_len);
  const uint8_t *aad = (const uint8_t *)"message 1";
  OK(sealwax_encrypt_handle_encrypt(encrypt, 1, aad, 9, plaintext, len, envelope,
                                    (size_t)sealed_len, &written));
  OK(sealwax_decrypt_handle_decrypt(decrypt, 1, aad, 9, envelope, written, opened, len,
                                    &opened_len));
  CHECK(opened_len == len && memcmp(opened, plaintext, len) == 0);
  FAILS(SEALWAX_ERR_COMMITMENT_MISMATCH,
        sealwax_decrypt_handle_decrypt(decrypt, 1, aad, 8, envelope, written, opened, len,
                                       &opened_len));
  OK(sealwax_encrypt_handle_encrypt_body(encrypt, 1, aad, 9, plaintext, len, envelope,
                                         (size_t)sealed_len, &written));
  CHECK(written + header.len == sealed_len);
  OK(sealwax_decrypt_handle_decrypt_body(decrypt, 1, aad, 9, envelope, written, opened, len,
                                         &opened_len));
  CHECK(opened_len == len && memcmp(opened, plaintext, len) == 0);
  sealwax_encryptor *encryptor = NULL;
  OK(sealwax_encrypt_handle_encryptor(encrypt, aad, 9, &encryptor));
  uint8_t *streamed = check_alloc((size_t)sealed_len + 9000);
  written = encrypt_pieces(encryptor, plaintext, len, streamed, 5000, 9000);
  CHECK(written == sealed_len);
  OK(sealwax_decrypt_handle_decrypt(decrypt, 1, aad, 9, streamed, written, opened, len,
                                    &opened_len));
  char metadata[14];
  bool present = false;
  OK(sealwax_decrypt_handle_metadata(decrypt, (uint8_t *)metadata, sizeof metadata, &written,
                                     &present));
  CHECK(present && written == 14 && memcmp(metadata, "tide table.csv", 14) == 0);
  free(streamed);
  free(envelope);
  free(opened);
  free(plaintext);
  sealwax_decrypt_handle_free(decrypt);
  sealwax_encrypt_handle_free(encrypt);
  sealwax_provider_free((sealwax_provider *)provider);
}

/* An object store's client: fetches ranges of a body, opens them in any order. */
static void ranges(size_t len) {
  const sealwax_provider *provider = check_provider(5, "kek-5");
  sealwax_encrypt_handle *encrypt = NULL;
  sealwax_decrypt_handle *decrypt = NULL;
  sealwax_range_opener *opener = NULL;
  sealwax_bytes header = {NULL, 0};
  sealwax_range prefix = {0, 0}, last = {0, 0}, part = {0, 0};
  uint8_t *plaintext = check_pattern(len, 77), *body = check_alloc(len + 1000);
  size_t body_len = 0;
  uint64_t found_len = 0;
  OK(sealwax_encrypt_handle_new(&provider, 1, NULL, &encrypt));
  OK(sealwax_encrypt_handle_encrypt_body(encrypt, 1, NULL, 0, plaintext, len, body, len + 1000,
                                         &body_len));
  OK(sealwax_encrypt_handle_header(encrypt, &header));
  OK(sealwax_decrypt_handle_open(header.data, header.len, &provider, 1, NULL, &decrypt));
  OK(sealwax_range_opener_ranges(body_len, &prefix, &last));
  OK(sealwax_range_opener_new(decrypt, NULL, 0, body_len, body + prefix.start,
                              (size_t)(prefix.end - prefix.start), body + last.start,
                              (size_t)(last.end - last.start), &opener));
  sealwax_decrypt_handle_free(decrypt);
  OK(sealwax_range_opener_len(opener, &found_len));
  CHECK(found_len == len);
  for (size_t start = 0; start < len; start += len / 7 + 1) {
    size_t take = len - start < 20000 ? len - start : 20000;
    uint8_t *out = check_alloc(take);
    OK(sealwax_body_range(start, start + take, body_len, &part));
    OK(sealwax_range_opener_open(opener, start, body + part.start, (size_t)(part.end - part.start),
                                 out, take));
    CHECK(memcmp(out, plaintext + start, take) == 0);
    free(out);
  }
  uint8_t byte = 1;
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_range_opener_open(opener, len, NULL, 0, &byte, 1));
  sealwax_range_opener_free(opener);
  sealwax_encrypt_handle_free(encrypt);
  free(body);
  free(plaintext);
  sealwax_provider_free((sealwax_provider *)provider);
}

int main(void) {
  for (size_t i = 0; i < SIZE_COUNT; i++) {
    one_shot(SIZES[i]);
    streaming(SIZES[i], 16384, 16400);
    detached(SIZES[i]);
    handles(SIZES[i]);
    ranges(SIZES[i]);
  }
  streaming(40000, 1, 4096);
  streaming(40000, 4096, 1);
  streaming(100000, 70000, 70000);
  return check_done("memory");
}

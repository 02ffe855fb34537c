/* Turns the fuzzer's input into numbers, lengths and bytes, and holds the state of a run. */
#ifndef SEALWAX_FUZZ_INPUT_H
#define SEALWAX_FUZZ_INPUT_H

/* What a call answers does not matter here: none may crash. */
#define SEALWAX_MUST_USE
#include <sealwax.h>

#include <stdlib.h>
#include <string.h>

#define ROOM ((size_t)1 << 17)

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

/* One of each object, or null. */
typedef struct {
  const uint8_t *data;
  size_t len;
  sealwax_provider *provider;
  sealwax_dek_cache *cache;
  sealwax_context *context;
  sealwax_encrypt_options *encrypt_options;
  sealwax_decrypt_options *decrypt_options;
  sealwax_encryptor *encryptor;
  sealwax_decryptor *decryptor;
  sealwax_encrypt_handle *encrypt_handle;
  sealwax_decrypt_handle *decrypt_handle;
  sealwax_header *header;
  sealwax_reader *reader;
  uint8_t *stream; /* what the encryptor has written: input for everything that reads */
  size_t stream_len, stream_read;
  uint8_t *out;
  bool kms_lies; /* so that what was encrypted may not open */
} fuzz;

static uint8_t take(fuzz *f) {
  if (f->len == 0) {
    return 0;
  }
  f->len--;
  return *f->data++;
}

/* Small numbers, numbers around a chunk, and now and then one that no buffer has. */
static size_t size(fuzz *f) {
  uint8_t kind = take(f);
  if (kind == 255) {
    return (size_t)-1 - take(f);
  }
  return kind < 128 ? kind : (size_t)(kind - 128) * 300 + take(f);
}

static size_t bounded(fuzz *f, size_t most) {
  size_t wanted = size(f);
  return wanted < most ? wanted : most;
}

/* Bytes of the input itself. */
static const uint8_t *piece(fuzz *f, size_t *len) {
  const uint8_t *start = f->data;
  *len = bounded(f, 255);
  *len = *len < f->len ? *len : f->len;
  start = f->data;
  f->data += *len;
  f->len -= *len;
  return start;
}

#endif

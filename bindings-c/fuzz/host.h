/* The functions of a host that lies and fails on command of the fuzzer's input. */
#ifndef SEALWAX_FUZZ_HOST_H
#define SEALWAX_FUZZ_HOST_H

#include "input.h"

/* A KMS of the host's that lies and fails as the input says. */
static sealwax_code answer(fuzz *f, sealwax_buffer *result, sealwax_failure *failure) {
  uint8_t mood = take(f);
  if (mood == 1) {
    result->len = size(f);
  }
  if (mood == 2) {
    sealwax_failure_set_denied(failure);
  }
  if (mood < 4) {
    sealwax_failure_set_request_id(failure, (const char *)f->data, f->len < 9 ? f->len : 9);
    sealwax_failure_set(failure, mood, (const char *)f->data, f->len < 20 ? f->len : 20);
  }
  return mood == 2 ? SEALWAX_ERR_IO : mood == 3 ? SEALWAX_ERR_KEY_UNWRAP : SEALWAX_OK;
}

static sealwax_code wrap(void *user_data, const uint8_t *dek, size_t dek_len,
                         const sealwax_context *context, sealwax_buffer *key_id,
                         sealwax_buffer *wrapped_dek, sealwax_failure *failure) {
  fuzz *f = (fuzz *)user_data;
  REQUIRE(dek_len <= wrapped_dek->capacity && sealwax_context_count(context) <= 64);
  memcpy(wrapped_dek->data, dek, dek_len);
  wrapped_dek->len = dek_len;
  if (take(f) == 1) {
    key_id->len = bounded(f, key_id->capacity);
    memset(key_id->data, take(f), key_id->len);
  }
  return answer(f, wrapped_dek, failure);
}

static sealwax_code unwrap(void *user_data, const char *key_id, size_t key_id_len,
                           const uint8_t *wrapped_dek, size_t wrapped_dek_len,
                           const sealwax_context *context, sealwax_buffer *dek,
                           sealwax_failure *failure) {
  (void)context;
  REQUIRE(key_id != NULL && key_id_len > 0);
  dek->len = wrapped_dek_len < dek->capacity ? wrapped_dek_len : dek->capacity;
  memcpy(dek->data, wrapped_dek, dek->len);
  return answer((fuzz *)user_data, dek, failure);
}

static sealwax_code generate(void *user_data, const sealwax_context *context, sealwax_buffer *dek,
                             sealwax_buffer *key_id, sealwax_buffer *wrapped_dek,
                             sealwax_failure *failure) {
  REQUIRE(sealwax_generate_dek(dek->data, dek->capacity) == 0);
  dek->len = dek->capacity;
  return wrap(user_data, dek->data, dek->len, context, key_id, wrapped_dek, failure);
}

static void on_key_event(void *user_data, const sealwax_key_event *event) {
  (void)user_data;
  REQUIRE(event->operation >= SEALWAX_KEY_GENERATE && event->operation <= SEALWAX_KEY_CACHE_HIT);
  REQUIRE(event->outcome >= SEALWAX_KEY_OK && event->outcome <= SEALWAX_KEY_FAILED);
  REQUIRE(event->provider_id_len > 0 && sealwax_context_count(event->context) <= 64);
}

/* An object of the host's that lies as the input says. */
static sealwax_code read_at(void *user_data, uint8_t *buffer, size_t len, uint64_t offset,
                            size_t *out_read, sealwax_failure *failure) {
  fuzz *f = (fuzz *)user_data;
  size_t start = offset < f->stream_len ? (size_t)offset : f->stream_len;
  size_t rest = f->stream_len - start < len ? f->stream_len - start : len;
  uint8_t mood = take(f);
  memcpy(buffer, f->stream + start, rest);
  *out_read = mood == 1 ? size(f) : rest;
  if (mood == 2) {
    sealwax_failure_set(failure, mood, (const char *)f->data, f->len < 20 ? f->len : 20);
    return SEALWAX_ERR_IO;
  }
  return SEALWAX_OK;
}

static sealwax_code object_size(void *user_data, uint64_t *out_size, sealwax_failure *failure) {
  fuzz *f = (fuzz *)user_data;
  (void)failure;
  *out_size = take(f) == 1 ? size(f) : f->stream_len;
  return SEALWAX_OK;
}

#endif

/* A fuzz target for libFuzzer: the input says which calls are made, in which order, with which
 * sizes and which nulls. Whatever it says, the library neither crashes nor panics nor leaks (the
 * sanitizers watch), results are written on success only, and what is encrypted comes back. */
#include "host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Either what was encrypted, or anything. */
static const uint8_t *sealed(fuzz *f, size_t *len) {
  if (take(f) % 4 != 0) {
    *len = f->stream_len;
    return f->stream;
  }
  return piece(f, len);
}

static void keep(fuzz *f, const uint8_t *bytes, size_t len) {
  if (len <= ROOM - f->stream_len) {
    memcpy(f->stream + f->stream_len, bytes, len);
    f->stream_len += len;
  }
}

static void options_calls(fuzz *f) {
  size_t len = 0, other_len = 0;
  const uint8_t *bytes = piece(f, &len), *other = piece(f, &other_len);
  switch (take(f) % 6) {
  case 0:
    sealwax_context_add(f->context, (const char *)bytes, len, (const char *)other, other_len);
    break;
  case 1:
    sealwax_encrypt_options_set_context(f->encrypt_options, f->context);
    break;
  case 2:
    sealwax_encrypt_options_set_metadata(f->encrypt_options, bytes, len);
    break;
  case 3:
    sealwax_encrypt_options_set_associated_data(f->encrypt_options, bytes, len);
    sealwax_decrypt_options_set_associated_data(f->decrypt_options, bytes, len);
    break;
  case 4:
    sealwax_encrypt_options_set_padding(f->encrypt_options, take(f) % 5, size(f));
    break;
  default:
    sealwax_decrypt_options_set_required_context(f->decrypt_options, f->context);
  }
}

static void check_progress(const sealwax_progress *progress, size_t in, size_t out) {
  REQUIRE(progress->read <= in && progress->written <= out);
  REQUIRE(progress->status <= SEALWAX_DONE);
}

static void encryptor_calls(fuzz *f) {
  const sealwax_provider *providers[1] = {f->provider};
  sealwax_progress progress = {sizeof progress, 1, 2, SEALWAX_DONE};
  size_t in = bounded(f, ROOM), out = bounded(f, ROOM), len = 7;
  switch (take(f) % 5) {
  case 0:
    sealwax_encryptor_free(f->encryptor);
    f->encryptor = NULL;
    f->stream_len = f->stream_read = 0;
    sealwax_encryptor_new(providers, take(f) % 2, f->encrypt_options, &f->encryptor);
    break;
  case 1:
    if (sealwax_encryptor_process(f->encryptor, f->out + ROOM, in, f->out, out, &progress) == 0) {
      check_progress(&progress, in, out);
      keep(f, f->out, progress.written);
    } else {
      REQUIRE(progress.read == 1 && progress.written == 2);
    }
    break;
  case 2:
    sealwax_encryptor_end_input(f->encryptor);
    break;
  case 3:
    sealwax_encryptor_finish(f->encryptor);
    break;
  default:
    REQUIRE(sealwax_encryptor_detach_header(f->encryptor, f->out, out, &len) == 0 || len == 7);
  }
}

static void decryptor_calls(fuzz *f) {
  const sealwax_provider *providers[2] = {f->provider, f->provider};
  sealwax_progress progress = {sizeof progress, 1, 2, SEALWAX_DONE};
  size_t in = bounded(f, f->stream_len - f->stream_read), out = bounded(f, ROOM), len = 7;
  switch (take(f) % 8) {
  case 0:
    sealwax_decryptor_free(f->decryptor);
    f->decryptor = NULL;
    f->stream_read = 0;
    sealwax_decryptor_new(f->decrypt_options, &f->decryptor);
    break;
  case 1:
  case 2:
    if (sealwax_decryptor_process(f->decryptor, f->stream + f->stream_read, in, f->out, out,
                                  &progress) == 0) {
      check_progress(&progress, in, out);
      f->stream_read += progress.read;
    }
    break;
  case 3:
    sealwax_decryptor_unwrap(f->decryptor, providers, take(f) % 3);
    break;
  case 4:
    sealwax_decryptor_provide_dek(f->decryptor, f->out, bounded(f, 64));
    break;
  case 5:
    sealwax_decryptor_end_input(f->decryptor);
    break;
  case 6:
    sealwax_decryptor_finish(f->decryptor);
    break;
  default:
    REQUIRE(sealwax_decryptor_metadata(f->decryptor, f->out, out, &len, NULL) == 0 || len == 7);
  }
}

/* What comes out of one call goes into another and comes back. */
static void round_trip(fuzz *f) {
  const sealwax_provider *providers[1] = {f->provider};
  size_t in = bounded(f, ROOM / 2), sealed_len = 7, opened_len = 0;
  if (sealwax_encrypt(providers, 1, NULL, f->out + ROOM, in, f->out, ROOM, &sealed_len) != 0) {
    REQUIRE(sealed_len == 7);
    return;
  }
  uint8_t *opened = (uint8_t *)malloc(in + 1);
  REQUIRE(opened != NULL);
  sealwax_code code =
      sealwax_decrypt(providers, 1, NULL, f->out, sealed_len, opened, in, &opened_len);
  REQUIRE(code == SEALWAX_OK || f->kms_lies);
  REQUIRE(code != SEALWAX_OK || (opened_len == in && memcmp(opened, f->out + ROOM, in) == 0));
  free(opened);
  f->stream_len = f->stream_read = 0;
  keep(f, f->out, sealed_len);
}

static void bytes_calls(fuzz *f) {
  const sealwax_provider *providers[1] = {f->provider};
  size_t len = 0, out = bounded(f, ROOM), result = 7;
  const uint8_t *bytes = sealed(f, &len);
  sealwax_wrapped_key key = SEALWAX_WRAPPED_KEY_INIT;
  switch (take(f) % 7) {
  case 0:
    sealwax_decrypt(providers, 1, f->decrypt_options, bytes, len, f->out, out, &result);
    break;
  case 1:
    sealwax_rewrap(bytes, len, providers, 1, providers, 1, take(f) % 3, f->out, out, &result);
    break;
  case 2:
    REQUIRE(sealwax_from_text((const char *)bytes, len, f->out, out, &result) == 0 || result == 7);
    break;
  case 3:
    REQUIRE(sealwax_to_text(bytes, len, (char *)f->out, out, &result) == 0 || result == 7);
    break;
  case 4:
    sealwax_header_free(f->header);
    f->header = NULL;
    sealwax_header_of_envelope(bytes, len, &f->header);
    break;
  case 5:
    sealwax_header_wrapped_key_at(f->header, size(f), &key);
    REQUIRE(sealwax_header_wrapped_key_count(f->header) <= 32);
    break;
  default:
    REQUIRE(sealwax_decrypted_len(bytes, len, &result) != 0 || result < len);
  }
}

static void handle_calls(fuzz *f) {
  const sealwax_provider *providers[1] = {f->provider};
  sealwax_bytes header = {NULL, 0};
  size_t out = bounded(f, ROOM), in = bounded(f, ROOM), len = 0, result = 7;
  const uint8_t *bytes;
  switch (take(f) % 5) {
  case 0:
    sealwax_encrypt_handle_free(f->encrypt_handle);
    f->encrypt_handle = NULL;
    sealwax_encrypt_handle_new(providers, 1, f->encrypt_options, &f->encrypt_handle);
    break;
  case 1:
    sealwax_decrypt_handle_free(f->decrypt_handle);
    f->decrypt_handle = NULL;
    if (sealwax_encrypt_handle_header(f->encrypt_handle, &header) == 0) {
      REQUIRE(sealwax_decrypt_handle_open(header.data, header.len, providers, 1, NULL,
                                          &f->decrypt_handle) == 0 ||
              f->kms_lies);
    }
    break;
  case 2:
    sealwax_encrypt_handle_encrypt(f->encrypt_handle, take(f) % 3, NULL, 0, f->out + ROOM, in,
                                   f->out, out, &result);
    break;
  case 3:
    bytes = sealed(f, &len);
    sealwax_decrypt_handle_decrypt_body(f->decrypt_handle, take(f) % 3, NULL, 0, bytes, len, f->out,
                                        out, &result);
    break;
  default:
    sealwax_decrypt_handle_rewrap(f->decrypt_handle, providers, 1, take(f) % 3, f->out, out,
                                  &result);
  }
}

static void reader_calls(fuzz *f) {
  const sealwax_provider *providers[1] = {f->provider};
  sealwax_read_callbacks callbacks = {sizeof callbacks, read_at, object_size, NULL};
  size_t read = 7, out = bounded(f, ROOM);
  uint64_t number = size(f);
  sealwax_range range;
  if (take(f) % 2 == 0) {
    sealwax_reader_free(f->reader);
    f->reader = NULL;
    sealwax_reader_open(&callbacks, f, NULL, 0, providers, 1, NULL, 1, &f->reader);
  } else if (sealwax_reader_read_at(f->reader, f->out, out, number, &read) == 0) {
    REQUIRE(read <= out);
  }
  if (sealwax_body_range(number, number + size(f), size(f), &range) == 0) {
    REQUIRE(range.start <= range.end);
  }
}

/* A local key, or a KMS of the host's; with or without somebody who listens. */
static sealwax_provider *make_provider(fuzz *f) {
  uint8_t kek[SEALWAX_KEY_LEN], kind = take(f);
  sealwax_provider *plain = NULL, *audited = NULL;
  f->kms_lies = kind % 3 == 0;
  if (f->kms_lies) {
    sealwax_provider_callbacks callbacks = {
        sizeof callbacks, NULL, wrap, unwrap, kind % 2 == 0 ? generate : NULL, NULL};
    sealwax_provider_new(&callbacks, f, "kms", 3, "kek", 3, &plain);
  } else {
    memset(kek, take(f), sizeof kek);
    sealwax_provider_local(kek, sizeof kek, "kek", take(f) % 4, &plain);
  }
  if (kind % 5 != 0) {
    return plain;
  }
  sealwax_object_name_set("object", take(f) % 7);
  sealwax_provider_with_key_events(plain, on_key_event, NULL, NULL, &audited);
  sealwax_provider_free(plain);
  return audited;
}

static void provider_calls(fuzz *f) {
  sealwax_provider *made = NULL;
  /* What the old provider wrapped the new one need not open. */
  sealwax_encrypt_handle_free(f->encrypt_handle);
  f->encrypt_handle = NULL;
  sealwax_provider_free(f->provider);
  f->provider = NULL;
  made = make_provider(f);
  if (take(f) % 2 == 0) {
    f->provider = made;
    return;
  }
  sealwax_dek_cache_free(f->cache);
  f->cache = NULL;
  sealwax_dek_cache_new(made, take(f), take(f), take(f), size(f), &f->cache);
  sealwax_provider_free(made);
  sealwax_dek_cache_provider(f->cache, &f->provider);
}

static void free_all(fuzz *f) {
  sealwax_reader_free(f->reader);
  sealwax_header_free(f->header);
  sealwax_decrypt_handle_free(f->decrypt_handle);
  sealwax_encrypt_handle_free(f->encrypt_handle);
  sealwax_decryptor_free(f->decryptor);
  sealwax_encryptor_free(f->encryptor);
  sealwax_decrypt_options_free(f->decrypt_options);
  sealwax_encrypt_options_free(f->encrypt_options);
  sealwax_context_free(f->context);
  sealwax_dek_cache_free(f->cache);
  sealwax_provider_free(f->provider);
  free(f->stream);
  free(f->out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
  static void (*const calls[])(fuzz *) = {
      options_calls, encryptor_calls, encryptor_calls, decryptor_calls, decryptor_calls,
      round_trip,    bytes_calls,     handle_calls,    reader_calls,    provider_calls};
  fuzz f;
  memset(&f, 0, sizeof f);
  f.data = data;
  f.len = len;
  f.stream = (uint8_t *)malloc(ROOM);
  f.out = (uint8_t *)calloc(2, ROOM);
  REQUIRE(f.stream != NULL && f.out != NULL);
  provider_calls(&f);
  sealwax_context_new(&f.context);
  sealwax_encrypt_options_new(&f.encrypt_options);
  sealwax_decrypt_options_new(&f.decrypt_options);
  for (int step = 0; step < 200 && f.len > 0; step++) {
    calls[take(&f) % (sizeof calls / sizeof calls[0])](&f);
    REQUIRE(sealwax_last_error_code() != SEALWAX_ERR_PANIC);
  }
  free_all(&f);
  return 0;
}

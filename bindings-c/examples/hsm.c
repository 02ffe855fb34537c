/* DEKs wrapped by a PKCS#11 token: encrypts a message, decrypts it, and shows that the token
 * itself refuses a wrapped key under another encryption context.
 *
 *   hsm MODULE TOKEN PIN KEY_LABEL
 *
 * The key is made in the token, not extractable, if it is not there. */
#include "pkcs11_provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE "high water 18:42"

static void must(sealwax_code code) {
  if (code != SEALWAX_OK) {
    fprintf(stderr, "%s\n", sealwax_last_error_message());
    exit(1);
  }
}

static sealwax_context *context_of(const char *tenant) {
  sealwax_context *context = NULL;
  must(sealwax_context_new(&context));
  must(sealwax_context_add(context, "tenant", 6, tenant, strlen(tenant)));
  return context;
}

/* The header of an envelope with its wrapped key, but for another tenant: what somebody would
 * store to have the token open a key for data that is not theirs. */
static sealwax_code open_as_another(const sealwax_provider *const *providers,
                                    const uint8_t *envelope, size_t len) {
  uint8_t dek[SEALWAX_KEY_LEN] = {0}, header[SEALWAX_MAX_HEADER_LEN];
  sealwax_encrypt_options *options = NULL;
  sealwax_context *other = context_of("green");
  sealwax_encrypt_handle *forged = NULL;
  sealwax_decrypt_handle *opened = NULL;
  sealwax_wrapped_key key = SEALWAX_WRAPPED_KEY_INIT;
  sealwax_header *parsed = NULL;
  sealwax_bytes bytes = {NULL, 0};
  must(sealwax_header_of_envelope(envelope, len, &parsed));
  must(sealwax_header_wrapped_key_at(parsed, 0, &key));
  must(sealwax_encrypt_options_new(&options));
  must(sealwax_encrypt_options_set_context(options, other));
  must(sealwax_encrypt_handle_new_with_dek(dek, sizeof dek, &key, 1, options, &forged));
  must(sealwax_encrypt_handle_header(forged, &bytes));
  memcpy(header, bytes.data, bytes.len);
  sealwax_code code = sealwax_decrypt_handle_open(header, bytes.len, providers, 1, NULL, &opened);
  sealwax_decrypt_handle_free(opened);
  sealwax_encrypt_handle_free(forged);
  sealwax_encrypt_options_free(options);
  sealwax_context_free(other);
  sealwax_header_free(parsed);
  return code;
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: %s MODULE TOKEN PIN KEY_LABEL\n", argv[0]);
    return 2;
  }
  pkcs11_settings settings = {argv[1], argv[2], argv[3], argv[4], NULL, 1};
  sealwax_provider *provider = NULL;
  char error[256];
  if (pkcs11_provider_new(&settings, &provider, error, sizeof error) != 0) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  const sealwax_provider *providers[1] = {provider};
  sealwax_encrypt_options *options = NULL;
  sealwax_context *context = context_of("blue");
  uint8_t envelope[1024];
  char plaintext[sizeof MESSAGE];
  size_t envelope_len = 0, plaintext_len = 0;
  must(sealwax_encrypt_options_new(&options));
  must(sealwax_encrypt_options_set_context(options, context));
  must(sealwax_encrypt(providers, 1, options, (const uint8_t *)MESSAGE, sizeof MESSAGE, envelope,
                       sizeof envelope, &envelope_len));
  must(sealwax_decrypt(providers, 1, NULL, envelope, envelope_len, (uint8_t *)plaintext,
                       sizeof plaintext, &plaintext_len));
  printf("decrypted: %s\n", plaintext);
  if (open_as_another(providers, envelope, envelope_len) != SEALWAX_ERR_KEY_UNWRAP) {
    fprintf(stderr, "the token opened a key for another context\n");
    return 1;
  }
  printf("another context: %s\n", sealwax_last_error_message());
  sealwax_encrypt_options_free(options);
  sealwax_context_free(context);
  sealwax_provider_free(provider);
  return 0;
}

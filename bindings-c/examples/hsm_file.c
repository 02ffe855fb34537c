/* Encrypts and decrypts files with a key of a PKCS#11 token.
 *
 *   PKCS11_PIN=... hsm_file encrypt MODULE TOKEN KEY_LABEL SOURCE TARGET
 *   PKCS11_PIN=... hsm_file decrypt MODULE TOKEN KEY_LABEL SOURCE TARGET
 *
 * What sealwax.kms.Pkcs11 has sealed in Python opens here, and the other way round. The PIN is
 * taken from the environment, since other users can read a program's arguments. */
#include "pkcs11_provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(const char *program) {
  fprintf(stderr, "usage: PKCS11_PIN=... %s encrypt|decrypt MODULE TOKEN KEY_LABEL SOURCE TARGET\n",
          program);
  return 2;
}

int main(int argc, char **argv) {
  const char *pin = getenv("PKCS11_PIN");
  if (argc != 7 || pin == NULL ||
      (strcmp(argv[1], "encrypt") != 0 && strcmp(argv[1], "decrypt") != 0)) {
    return usage(argv[0]);
  }
  pkcs11_settings settings = {argv[2], argv[3], pin, argv[4], NULL, 0};
  sealwax_provider *provider = NULL;
  char error[256];
  if (pkcs11_provider_new(&settings, &provider, error, sizeof error) != 0) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  const sealwax_provider *providers[1] = {provider};
  uint64_t len = 0;
  sealwax_code code = strcmp(argv[1], "encrypt") == 0
                          ? sealwax_encrypt_file(argv[5], argv[6], providers, 1, NULL, NULL, &len)
                          : sealwax_decrypt_file(argv[5], argv[6], providers, 1, NULL, NULL, &len);
  sealwax_provider_free(provider);
  if (code != SEALWAX_OK) {
    fprintf(stderr, "%s: %s\n", sealwax_code_name(code), sealwax_last_error_message());
    return 1;
  }
  printf("%s: %llu bytes\n", argv[6], (unsigned long long)len);
  return 0;
}

#include <sealwax.h>

#include <stdio.h>
#include <string.h>

int main(void) {
  uint8_t kek[SEALWAX_KEY_LEN], envelope[512];
  char plaintext[16];
  size_t envelope_len = 0, plaintext_len = 0;
  sealwax_provider *provider = NULL;
  sealwax_code code = sealwax_generate_dek(kek, sizeof kek); /* any 32 random bytes are a KEK */
  if (code == SEALWAX_OK) {
    code = sealwax_provider_local(kek, sizeof kek, "example", 7, &provider);
  }
  sealwax_wipe(kek, sizeof kek);
  const sealwax_provider *providers[1] = {provider};
  if (code == SEALWAX_OK) {
    code = sealwax_encrypt(providers, 1, NULL, (const uint8_t *)"high water", 11, envelope,
                           sizeof envelope, &envelope_len);
  }
  if (code == SEALWAX_OK) {
    code = sealwax_decrypt(providers, 1, NULL, envelope, envelope_len, (uint8_t *)plaintext,
                           sizeof plaintext, &plaintext_len);
  }
  if (code == SEALWAX_OK) {
    printf("Sealwax %s: %s, %zu bytes sealed\n", sealwax_version(), plaintext, envelope_len);
  } else {
    fprintf(stderr, "%s\n", sealwax_last_error_message());
  }
  sealwax_provider_free(provider);
  return code == SEALWAX_OK && strcmp(plaintext, "high water") == 0 ? 0 : 1;
}

/* Encrypts and decrypts files with a local key, and shows the progress.
 *
 *   encrypt_file encrypt KEY_FILE SOURCE TARGET
 *   encrypt_file decrypt KEY_FILE SOURCE TARGET
 *
 * KEY_FILE holds 32 random bytes, raw, in hexadecimal or in base64. */
#include <sealwax.h>

#include <stdio.h>
#include <string.h>

#define KEY_ID "example-2026"
#define BAR_LEN 40

/* The library calls this with the plaintext that is done; returning false would cancel. */
static bool show_bar(void *user_data, uint64_t done, uint64_t total) {
  int *shown = (int *)user_data;
  int filled = total == 0 ? BAR_LEN : (int)(done * BAR_LEN / total);
  if (filled != *shown) {
    fprintf(stderr, "\r[%-*.*s] %3d %%", BAR_LEN, filled,
            "########################################", filled * 100 / BAR_LEN);
    *shown = filled;
  }
  return true;
}

static sealwax_code run(const char *mode, const char *key_file, const char *source,
                        const char *target, uint64_t *written) {
  sealwax_provider *provider = NULL;
  sealwax_file_options *options = NULL;
  int shown = -1;
  sealwax_code code = sealwax_provider_local_file(key_file, KEY_ID, strlen(KEY_ID), &provider);
  if (code == SEALWAX_OK) {
    code = sealwax_file_options_new(&options);
  }
  if (code == SEALWAX_OK) {
    code = sealwax_file_options_set_progress(options, show_bar, &shown);
  }
  if (code == SEALWAX_OK) {
    const sealwax_provider *providers[1] = {provider};
    code = strcmp(mode, "encrypt") == 0
               ? sealwax_encrypt_file(source, target, providers, 1, NULL, options, written)
               : sealwax_decrypt_file(source, target, providers, 1, NULL, options, written);
  }
  if (shown >= 0) {
    fputc('\n', stderr);
  }
  sealwax_file_options_free(options);
  sealwax_provider_free(provider);
  return code;
}

int main(int argc, char **argv) {
  uint64_t written = 0;
  if (argc != 5 || (strcmp(argv[1], "encrypt") != 0 && strcmp(argv[1], "decrypt") != 0)) {
    fprintf(stderr, "usage: %s encrypt|decrypt KEY_FILE SOURCE TARGET\n", argv[0]);
    return 2;
  }
  sealwax_code code = run(argv[1], argv[2], argv[3], argv[4], &written);
  if (code != SEALWAX_OK) {
    fprintf(stderr, "%s: %s\n", sealwax_code_name(code), sealwax_last_error_message());
    return 1;
  }
  printf("%s: %llu bytes\n", argv[4], (unsigned long long)written);
  return 0;
}

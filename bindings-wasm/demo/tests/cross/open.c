/* open HEADER BODY DEK-HEX: writes the plaintext of a detached header and a body to standard
 * output. The DEK comes from the caller, who had the key service unwrap it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sealwax.h"

enum { CAPACITY = 1 << 16 };

static void check(sealwax_code code) {
  if (code != SEALWAX_OK) {
    fprintf(stderr, "error %d\n", (int)code);
    exit(1);
  }
}

static size_t read_header(const char *path, uint8_t *header, size_t capacity) {
  FILE *file = fopen(path, "rb");
  if (!file)
    exit(2);
  size_t len = fread(header, 1, capacity, file);
  fclose(file);
  return len;
}

static void parse_dek(const char *hex, uint8_t dek[32]) {
  for (int i = 0; i < 32; i++) {
    unsigned int byte = 0;
    if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
      exit(2);
    dek[i] = (uint8_t)byte;
  }
}

/* Feeds all of one block; returns whether the last chunk was opened. */
static int feed(sealwax_decryptor *decryptor, const uint8_t *input, size_t len) {
  static uint8_t output[CAPACITY];
  sealwax_progress progress = SEALWAX_PROGRESS_INIT;
  do {
    check(sealwax_decryptor_process(decryptor, input, len, output, CAPACITY, &progress));
    fwrite(output, 1, progress.written, stdout);
    input += progress.read;
    len -= progress.read;
  } while (len > 0 || progress.status == SEALWAX_NEED_OUTPUT);
  return progress.status == SEALWAX_DONE;
}

int main(int argc, char **argv) {
  static uint8_t header[65536], block[CAPACITY];
  uint8_t dek[32];
  sealwax_decryptor *decryptor = NULL;
  if (argc != 4)
    return 2;
  size_t header_len = read_header(argv[1], header, sizeof header);
  parse_dek(argv[3], dek);
  check(sealwax_decryptor_new_detached(header, header_len, NULL, &decryptor));
  check(sealwax_decryptor_provide_dek(decryptor, dek, sizeof dek));
  FILE *body = fopen(argv[2], "rb");
  if (!body)
    return 2;
  for (size_t len; (len = fread(block, 1, sizeof block, body)) > 0;)
    feed(decryptor, block, len);
  fclose(body);
  check(sealwax_decryptor_end_input(decryptor));
  feed(decryptor, NULL, 0);
  check(sealwax_decryptor_finish(decryptor));
  sealwax_decryptor_free(decryptor);
  memset(dek, 0, sizeof dek);
  return 0;
}

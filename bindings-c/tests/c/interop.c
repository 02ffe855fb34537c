/* Envelopes to the Python reference and back.
 *
 *   interop make FOLDER    writes envelopes, plaintexts, damaged envelopes, and the commands
 *                          (FOLDER/batch) by which the reference opens them and makes its own
 *   interop check FOLDER   compares what the reference did (FOLDER/results) with what this does */
#include "check.h"

#define CASES 36

static const char *folder;

/* Everything about a case follows from its number. */
typedef struct {
  char aad[16], metadata[24], tenant[16];
  size_t len, aad_len, metadata_len;
  bool has_context, has_metadata;
  unsigned number;
} sample;

static sample sample_of(unsigned number) {
  static const size_t LENGTHS[] = {0, 1, 16383, 16384, 16385, 32767, 32768, 50000, 5};
  sample s;
  memset(&s, 0, sizeof s);
  s.number = number;
  s.len = LENGTHS[number % 9];
  s.has_context = number % 2 == 1;
  s.has_metadata = number % 3 == 1;
  s.aad_len = number % 4 == 2 ? (size_t)snprintf(s.aad, sizeof s.aad, "object %u", number) : 0;
  s.metadata_len = (size_t)snprintf(s.metadata, sizeof s.metadata, "name %u", number);
  snprintf(s.tenant, sizeof s.tenant, "blue-%u", number);
  return s;
}

static const char *path_of(const char *kind, unsigned number) {
  static char paths[4][5000];
  static int next = 0;
  next = (next + 1) % 4;
  snprintf(paths[next], sizeof paths[next], "%s/%s-%u", folder, kind, number);
  return paths[next];
}

static void write_file(const char *path, const uint8_t *bytes, size_t len) {
  FILE *file = fopen(path, "wb");
  CHECK(file != NULL);
  CHECK(fwrite(bytes, 1, len, file) == len && fclose(file) == 0);
}

static uint8_t *read_file(const char *path, size_t *len) {
  uint8_t *bytes = check_alloc(100000);
  FILE *file = fopen(path, "rb");
  CHECK(file != NULL);
  *len = fread(bytes, 1, 100000, file);
  CHECK(fclose(file) == 0);
  return bytes;
}

static void print_hex(FILE *out, const char *bytes, size_t len) {
  for (size_t i = 0; i < len; i++) {
    fprintf(out, "%02x", (unsigned)(uint8_t)bytes[i]);
  }
}

/* One command of the reference, its words between tabs. */
static void command(FILE *out, const sample *s, const char *verb, const char *from,
                    const char *to) {
  uint8_t kek[SEALWAX_KEY_LEN];
  memset(kek, 7, sizeof kek);
  fprintf(out, "%s\t%s\t%s\t--key-id\tkek-1\t--kek\t", verb, from, to);
  print_hex(out, (const char *)kek, sizeof kek);
  if (s->has_context) {
    fprintf(out, "\t--context\ttenant=%s", s->tenant);
  }
  if (s->aad_len > 0) {
    fprintf(out, "\t--aad\t");
    print_hex(out, s->aad, s->aad_len);
  }
  if (s->has_metadata && strcmp(verb, "encrypt") == 0) {
    fprintf(out, "\t--metadata\t");
    print_hex(out, s->metadata, s->metadata_len);
  }
  fprintf(out, "\n");
}

static uint8_t *encrypt_sample(const sample *s, const sealwax_provider *provider,
                               const uint8_t *plaintext, size_t *len) {
  sealwax_encrypt_options *options = NULL;
  sealwax_context *context = check_context("tenant", s->tenant);
  uint64_t most = 0;
  OK(sealwax_encrypt_options_new(&options));
  if (s->has_context) {
    OK(sealwax_encrypt_options_set_context(options, context));
  }
  if (s->has_metadata) {
    OK(sealwax_encrypt_options_set_metadata(options, (const uint8_t *)s->metadata,
                                            s->metadata_len));
  }
  OK(sealwax_encrypt_options_set_associated_data(options, (const uint8_t *)s->aad, s->aad_len));
  OK(sealwax_sealed_len(SEALWAX_MAX_HEADER_LEN, s->len, &most));
  uint8_t *envelope = check_alloc((size_t)most);
  OK(sealwax_encrypt(&provider, 1, options, plaintext, s->len, envelope, (size_t)most, len));
  sealwax_context_free(context);
  sealwax_encrypt_options_free(options);
  return envelope;
}

/* Decrypts as a stream does, so that failures come in the reference's order. */
static sealwax_code decrypt_sample(const sample *s, const sealwax_provider *provider,
                                   const uint8_t *envelope, size_t len, uint8_t *output,
                                   size_t *written) {
  sealwax_decrypt_options *options = NULL;
  sealwax_decryptor *decryptor = NULL;
  sealwax_context *context = check_context("tenant", s->tenant);
  sealwax_progress progress = SEALWAX_PROGRESS_INIT;
  sealwax_code code = SEALWAX_OK;
  size_t read = 0;
  OK(sealwax_decrypt_options_new(&options));
  OK(sealwax_decrypt_options_set_associated_data(options, (const uint8_t *)s->aad, s->aad_len));
  if (s->has_context) {
    OK(sealwax_decrypt_options_set_required_context(options, context));
  }
  OK(sealwax_decryptor_new(options, &decryptor));
  *written = 0;
  while (code == SEALWAX_OK && progress.status != SEALWAX_DONE) {
    code = sealwax_decryptor_process(decryptor, envelope + read, len - read, output + *written,
                                     20000, &progress);
    if (code != SEALWAX_OK) {
      break;
    }
    read += progress.read;
    *written += progress.written;
    if (progress.status == SEALWAX_NEED_KEY) {
      code = sealwax_decryptor_unwrap(decryptor, &provider, 1);
    } else if (progress.status == SEALWAX_NEED_INPUT) {
      code = sealwax_decryptor_end_input(decryptor);
    }
  }
  sealwax_decryptor_free(decryptor);
  sealwax_context_free(context);
  sealwax_decrypt_options_free(options);
  return code;
}

static void make(const sealwax_provider *provider) {
  FILE *batch = fopen(path_of("batch", 0), "w");
  CHECK(batch != NULL);
  for (unsigned number = 0; number < CASES; number++) {
    sample s = sample_of(number);
    size_t len = 0;
    uint8_t *plaintext = check_pattern(s.len, number);
    uint8_t *envelope = encrypt_sample(&s, provider, plaintext, &len);
    write_file(path_of("plain", number), plaintext, s.len);
    write_file(path_of("sealed", number), envelope, len);
    envelope[(size_t)number * 7919 % len] ^= 0x10;
    write_file(path_of("damaged", number), envelope, number % 5 == 4 ? len / 2 : len);
    command(batch, &s, "decrypt", path_of("sealed", number), path_of("opened", number));
    command(batch, &s, "encrypt", path_of("plain", number), path_of("theirs", number));
    command(batch, &s, "decrypt", path_of("damaged", number), path_of("never", number));
    free(envelope);
    free(plaintext);
  }
  CHECK(fclose(batch) == 0);
}

static unsigned next_result(FILE *results) {
  char line[256];
  CHECK(fgets(line, sizeof line, results) != NULL);
  return (unsigned)strtoul(line, NULL, 10);
}

static void check(const sealwax_provider *provider) {
  FILE *results = fopen(path_of("results", 0), "r");
  uint8_t *output = check_alloc(200000);
  CHECK(results != NULL);
  for (unsigned number = 0; number < CASES; number++) {
    sample s = sample_of(number);
    size_t len = 0, opened_len = 0, written = 0;
    uint8_t *plaintext = check_pattern(s.len, number);
    snprintf(check_label(), 256, "(case %u)", number);
    CHECK(next_result(results) == 0);
    uint8_t *opened = read_file(path_of("opened", number), &opened_len);
    CHECK(opened_len == s.len && memcmp(opened, plaintext, s.len) == 0);
    CHECK(next_result(results) == 0);
    uint8_t *theirs = read_file(path_of("theirs", number), &len);
    OK(decrypt_sample(&s, provider, theirs, len, output, &written));
    CHECK(written == s.len && memcmp(output, plaintext, s.len) == 0);
    uint8_t *damaged = read_file(path_of("damaged", number), &len);
    sealwax_code code = decrypt_sample(&s, provider, damaged, len, output, &written);
    CHECK(next_result(results) == (unsigned)code && code != SEALWAX_OK);
    free(damaged);
    free(theirs);
    free(opened);
    free(plaintext);
  }
  free(output);
  CHECK(fclose(results) == 0);
}

int main(int argc, char **argv) {
  CHECK(argc == 3);
  folder = argv[2];
  sealwax_provider *provider = check_provider(7, "kek-1");
  if (strcmp(argv[1], "make") == 0) {
    make(provider);
  } else {
    check(provider);
    printf("%d envelopes each way, %d damaged ones\n", CASES, CASES);
  }
  sealwax_provider_free(provider);
  return 0;
}

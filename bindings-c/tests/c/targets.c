/* Target files: permissions, durability, pipes, and the messages of errors. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[4000];
static sealwax_provider *provider;

static const char *path_of(const char *name) {
  static char paths[4][5000];
  static int next = 0;
  next = (next + 1) % 4;
  snprintf(paths[next], sizeof paths[next], "%s/%s", folder, name);
  return paths[next];
}

/* What the library's files are synced by: the program's own, which counts. Folders it syncs by the
 * system call itself. */
static int files_synced;

int fsync(int file) {
  (void)file;
  files_synced++;
  return 0;
}

static unsigned mode_of(const char *name) {
  struct stat status;
  CHECK(stat(path_of(name), &status) == 0);
  return (unsigned)status.st_mode & 07777;
}

static sealwax_code encrypt(const char *target, const sealwax_file_options *options) {
  const sealwax_provider *providers[1] = {provider};
  return sealwax_encrypt_file(path_of("plain"), path_of(target), providers, 1, NULL, options, NULL);
}

static sealwax_code decrypt(const char *target, const sealwax_file_options *options) {
  const sealwax_provider *providers[1] = {provider};
  return sealwax_decrypt_file(path_of("sealed"), path_of(target), providers, 1, NULL, options,
                              NULL);
}

static sealwax_file_options *overwriting(void) {
  sealwax_file_options *options = NULL;
  OK(sealwax_file_options_new(&options));
  OK(sealwax_file_options_set_overwrite(options, true));
  return options;
}

static void permissions(void) {
  sealwax_file_options *options = overwriting();
  OK(encrypt("sealed", options));
  CHECK(mode_of("sealed") == 0644);
  OK(decrypt("again", options));
  CHECK(mode_of("again") == 0600); /* What was sealed is nobody else's. */
  CHECK(chmod(path_of("again"), 0640) == 0);
  OK(decrypt("again", options));
  CHECK(mode_of("again") == 0640);
  OK(sealwax_file_options_set_mode(options, 0604));
  OK(decrypt("again", options));
  CHECK(mode_of("again") == 0604);
  OK(sealwax_file_options_set_mode(options, 010000));
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, decrypt("again", options));
  FAILS(SEALWAX_ERR_NULL_POINTER, sealwax_file_options_set_mode(NULL, 0600));
  FAILS(SEALWAX_ERR_NULL_POINTER, sealwax_file_options_set_durable(NULL, true));
  CHECK(mode_of("again") == 0604);
  sealwax_file_options_free(options);
}

static void durability(void) {
  sealwax_file_options *options = overwriting();
  files_synced = 0;
  OK(encrypt("sealed", options));
  CHECK(files_synced > 0);
  OK(sealwax_file_options_set_durable(options, false));
  files_synced = 0;
  OK(encrypt("sealed", options));
  CHECK(files_synced == 0);
  sealwax_file_options_free(options);
}

/* Many files, and their folder once. */
static void batches(void) {
  sealwax_file_options *options = overwriting();
  sealwax_file_batch *batch = NULL;
  FAILS(SEALWAX_ERR_NULL_POINTER, sealwax_file_batch_new(NULL));
  FAILS(SEALWAX_ERR_NULL_POINTER, sealwax_file_batch_finish(NULL));
  FAILS(SEALWAX_ERR_NULL_POINTER, sealwax_file_options_set_batch(NULL, NULL));
  OK(sealwax_file_batch_new(&batch));
  OK(sealwax_file_options_set_batch(options, batch));
  files_synced = 0;
  OK(encrypt("sealed", options));
  OK(decrypt("again", options));
  CHECK(files_synced >= 2);
  OK(sealwax_file_batch_finish(batch));
  OK(sealwax_file_batch_finish(batch)); /* Nothing is left to do. */
  sealwax_file_batch_free(batch);
  OK(encrypt("sealed", options)); /* The options still have it. */
  OK(sealwax_file_options_set_batch(options, NULL));
  OK(encrypt("sealed", options));
  sealwax_file_options_free(options);
  sealwax_file_batch_free(NULL);
}

static long blocks_of(const char *name) {
  struct stat status;
  CHECK(stat(path_of(name), &status) == 0);
  return (long)status.st_blocks;
}

/* A megabyte of zeros comes back as a hole, or not, as it is asked. */
static void holes(void) {
  sealwax_file_options *options = overwriting();
  const sealwax_provider *providers[1] = {provider};
  uint8_t *zeros = (uint8_t *)calloc(1, 1 << 20);
  FILE *file = fopen(path_of("zeros"), "wb");
  CHECK(zeros != NULL && file != NULL && fwrite(zeros, 1, 1 << 20, file) == 1 << 20);
  CHECK(fclose(file) == 0);
  OK(sealwax_encrypt_file(path_of("zeros"), path_of("sealed"), providers, 1, NULL, options, NULL));
  OK(decrypt("again", options));
  const long sparse = blocks_of("again");
  OK(sealwax_file_options_set_sparse(options, SEALWAX_SPARSE_NEVER));
  OK(decrypt("again", options));
  CHECK(blocks_of("again") >= (1 << 20) / 512 && sparse <= blocks_of("again"));
  OK(sealwax_file_options_set_sparse(options, SEALWAX_SPARSE_ALWAYS));
  OK(decrypt("again", options));
  CHECK(blocks_of("again") <= sparse);
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_file_options_set_sparse(options, 3));
  FAILS(SEALWAX_ERR_NULL_POINTER, sealwax_file_options_set_sparse(NULL, 0));
  OK(encrypt("sealed", options));
  sealwax_file_options_free(options);
  free(zeros);
}

/* From now on two calls of the system fail. */
static void refuse(unsigned one, unsigned other, unsigned error) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, one, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, other, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

/* Folders are synced last: the file has its name by then, and the error says so. */
static void committed(void) {
  int status = -1;
  sealwax_file_options *options = overwriting();
  CHECK(unlink(path_of("sealed")) == 0);
  fflush(NULL);
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    refuse(SYS_fsync, SYS_fsync, EIO);
    FAILS(SEALWAX_ERR_IO, encrypt("sealed", options));
    CHECK(sealwax_last_error_committed() && sealwax_last_error_cause() == EIO);
    _exit(0);
  }
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  OK(decrypt("again", options));
  FAILS(SEALWAX_ERR_ALREADY_EXISTS, decrypt("again", NULL));
  CHECK(!sealwax_last_error_committed());
  sealwax_file_options_free(options);
}

/* Where a name can only be taken from another file, the error says what to do. */
static void only_by_replacing(void) {
  int status = -1;
  fflush(NULL);
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    refuse(SYS_renameat2, SYS_linkat, EPERM);
    FAILS(SEALWAX_ERR_IO, encrypt("fresh", NULL));
    CHECK(sealwax_last_error_cause() == EPERM);
    CHECK(strstr(sealwax_last_error_message(), "overwriting has to be allowed") != NULL);
    CHECK(strstr(sealwax_last_error_message(), "/fresh\"") != NULL);
    CHECK(access(path_of("fresh"), F_OK) == -1);
    sealwax_file_options *options = overwriting();
    OK(encrypt("fresh", options));
    sealwax_file_options_free(options);
    _exit(0);
  }
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  CHECK(access(path_of("fresh"), F_OK) == 0);
}

/* A pipe is written to as it is, and never replaced. */
static void pipes(void) {
  char text[64] = {0};
  CHECK(mkfifo(path_of("pipe"), 0600) == 0);
  int pipe = open(path_of("pipe"), O_RDWR);
  CHECK(pipe >= 0);
  OK(decrypt("pipe", NULL));
  CHECK(read(pipe, text, sizeof text) == 10 && strcmp(text, "tide table") == 0);
  struct stat status;
  CHECK(stat(path_of("pipe"), &status) == 0 && S_ISFIFO(status.st_mode));
  CHECK(close(pipe) == 0);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int number) {
  (void)number;
  alarms = 1;
}

static bool until_alarm(void *user_data, uint64_t done, uint64_t total) {
  (void)user_data;
  (void)done;
  (void)total;
  return alarms == 0;
}

/* Each of these calls waits for ever, until the alarm has come and the program wants no more. */
static void cancelled(const char *source, const char *target, const sealwax_file_options *options) {
  const struct itimerval often = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
  const sealwax_provider *providers[1] = {provider};
  alarms = 0;
  CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
  const sealwax_code code =
      sealwax_encrypt_file(path_of(source), path_of(target), providers, 1, NULL, options, NULL);
  CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
  CHECK(code == SEALWAX_ERR_CANCELLED);
}

static void signals(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_alarm;
  CHECK(sigaction(SIGALRM, &action, NULL) == 0);
  sealwax_file_options *options = NULL;
  OK(sealwax_file_options_new(&options));
  OK(sealwax_file_options_set_progress(options, until_alarm, NULL));
  cancelled("pipe", "nothing", options); /* Nobody opens the other end. */
  cancelled("plain", "pipe", options);
  int pipe = open(path_of("pipe"), O_RDWR);
  CHECK(pipe >= 0);
  cancelled("pipe", "nothing", options); /* Nobody writes. */
  cancelled("zeros", "pipe", options);   /* Nobody reads. */
  CHECK(close(pipe) == 0 && access(path_of("nothing"), F_OK) == -1);
  sealwax_file_options_free(options);
}

/* What has to be read by offsets is no pipe, which is not waited for. */
static void no_pipes(void) {
  sealwax_header *header = NULL;
  sealwax_reader *reader = NULL;
  const sealwax_provider *providers[1] = {provider};
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT, sealwax_header_of_file(path_of("pipe"), &header));
  CHECK(strstr(sealwax_last_error_message(), "a device or a pipe, not a file") != NULL);
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_reader_open_file(path_of("pipe"), NULL, 0, providers, 1, NULL, 1, &reader));
  FAILS(SEALWAX_ERR_INVALID_ARGUMENT,
        sealwax_reader_open_file(path_of("pipe"), (const uint8_t *)TEXT("header"), providers, 1,
                                 NULL, 1, &reader));
}

/* The message names the files, and holds nothing that a terminal would obey. */
static void names(void) {
  sealwax_header *header = NULL;
  sealwax_reader *reader = NULL;
  const sealwax_provider *providers[1] = {provider};
  const char *odd = path_of("no\nsuch\x1b[31mfile");
  FAILS(SEALWAX_ERR_IO, sealwax_header_of_file(odd, &header));
  CHECK(strstr(sealwax_last_error_message(), "such") != NULL);
  CHECK(strpbrk(sealwax_last_error_message(), "\n\x1b") == NULL);
  FAILS(SEALWAX_ERR_BAD_MAGIC, sealwax_header_of_file(path_of("plain"), &header));
  CHECK(strstr(sealwax_last_error_message(), "/plain\"") != NULL);
  FAILS(SEALWAX_ERR_BAD_MAGIC,
        sealwax_reader_open_file(path_of("plain"), NULL, 0, providers, 1, NULL, 1, &reader));
  CHECK(strstr(sealwax_last_error_message(), "/plain\"") != NULL);
  FAILS(SEALWAX_ERR_ALREADY_EXISTS, encrypt("sealed", NULL));
  CHECK(strstr(sealwax_last_error_message(), "/plain\" to \"") != NULL);
  CHECK(strstr(sealwax_last_error_message(), "/sealed\"") != NULL);
  FAILS(SEALWAX_ERR_IO, sealwax_encrypt_file(path_of("plain"), "", providers, 1, NULL, NULL, NULL));
  CHECK(sealwax_last_error_cause() == ENOENT);
  CHECK(strstr(sealwax_last_error_message(), "No such file or directory") != NULL);
  sealwax_provider *none = NULL;
  FAILS(SEALWAX_ERR_IO, sealwax_provider_local_file(path_of("absent"), TEXT("k"), &none));
  CHECK(strstr(sealwax_last_error_message(), "/absent\"") != NULL);
  CHECK(sealwax_last_error_cause() == ENOENT);
}

int main(int argc, char **argv) {
  CHECK(argc == 2 && strlen(argv[1]) < sizeof folder);
  strcpy(folder, argv[1]);
  (void)umask(022);
  provider = check_provider(1, "kek-1");
  FILE *file = fopen(path_of("plain"), "wb");
  CHECK(file != NULL && fputs("tide table", file) >= 0 && fclose(file) == 0);
  permissions();
  durability();
  batches();
  holes();
  committed();
  only_by_replacing();
  pipes();
  signals();
  no_pipes();
  names();
  sealwax_provider_free(provider);
  return check_done("targets");
}

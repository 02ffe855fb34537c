/**
 * Sealwax: envelope encryption. https://github.com/sealwax/sealwax
 *
 * The contract of every function here:
 *
 * - A function that can fail returns SEALWAX_OK (0) or an error code, and writes its results
 *   (`out_...`) only on success. `sealwax_last_error_message` explains the newest error of the
 *   thread.
 * - Null where something is needed is SEALWAX_ERR_NULL_POINTER; null with a length of 0 is an
 *   empty input, or an output without room. Lengths that no buffer can have, overlapping inputs
 *   and outputs, and text that is not UTF-8 are SEALWAX_ERR_INVALID_ARGUMENT.
 * - Buffers are the caller's. With too little room a call fails with
 *   SEALWAX_ERR_BUFFER_TOO_SMALL, and `sealwax_last_error_needed` says how much it needs.
 * - What a pointer to const points to is not modified. Inputs are used during the call only;
 *   what an object keeps it copies.
 * - Structs that may grow begin with `struct_size`: the program sets it to the struct's size, by
 *   `SEALWAX_..._INIT`, also where a call fills in the rest. A program that was built with an older
 *   header works with a newer library. With an older library, what a newer program sets there is
 *   SEALWAX_ERR_INVALID_ARGUMENT unless it is zero, and what it reads there is zero. The others
 *   (`sealwax_bytes`, `sealwax_context_pair`, `sealwax_range`) are complete and never grow.
 * - Objects come from a function that writes `**out` and go to the `_free` function of their type,
 *   once. Freeing null does nothing; freeing twice is undefined. No object needs another one to
 *   live on, except for views (`sealwax_bytes`, `sealwax_context_pair`, `sealwax_wrapped_key`),
 *   which belong to the object that was asked. A callback may free any object, also one that the
 *   call it runs in was given.
 * - A call that takes an object as a pointer to const can run at the same time as others of that
 *   kind, in any threads; any other call needs the object for itself. Objects can move between
 *   threads.
 * - After a fork the child can use every object that no other thread was using at the time, but for
 *   an encryptor or a decryptor: one that its parent began would encrypt with the same key and
 *   nonces on both sides. Its calls are SEALWAX_ERR_INVALID_STATE; it can be freed.
 * - Memory of a length that the program gave and that is not there is SEALWAX_ERR_NO_MEMORY. Where
 *   a few bytes for the library itself are missing, the program ends.
 * - No panic leaves the library. `pthread_cancel` waits until a call has returned. Callbacks must
 *   return: an exception of C++ or `pthread_exit` that leaves one ends the program (SIGABRT), and a
 *   longjmp out of one is undefined.
 */


#ifndef SEALWAX_H
#define SEALWAX_H

/* Made by cbindgen from the sources of bindings-c; do not edit. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Version of this header; `sealwax_version` says that of the library. */
#define SEALWAX_VERSION "0.1.0"
#define SEALWAX_VERSION_MAJOR 0
#define SEALWAX_VERSION_MINOR 1
#define SEALWAX_VERSION_PATCH 0

/** Length of a DEK and of a local key encryption key, in bytes. */
#define SEALWAX_KEY_LEN 32

/** Length of the largest header, in bytes. */
#define SEALWAX_MAX_HEADER_LEN 65536

/** What marks the functions of the library: defined by a program that needs something else, and for
 * the DLL of Windows where SEALWAX_DLL is defined. */
#ifndef SEALWAX_API
#if defined(_WIN32) && defined(SEALWAX_DLL)
#define SEALWAX_API __declspec(dllimport)
#elif !defined(_WIN32) && defined(__GNUC__)
#define SEALWAX_API __attribute__((visibility("default")))
#else
#define SEALWAX_API
#endif
#endif

/** Has the compiler warn where a program does not look whether a call failed. */
#ifndef SEALWAX_MUST_USE
#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define SEALWAX_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define SEALWAX_MUST_USE __attribute__((warn_unused_result))
#else
#define SEALWAX_MUST_USE
#endif
#endif

/** `sealwax_wrapped_key key = SEALWAX_WRAPPED_KEY_INIT;` */
#define SEALWAX_WRAPPED_KEY_INIT {sizeof(sealwax_wrapped_key), NULL, 0, NULL, 0, NULL, 0}
/** `sealwax_progress progress = SEALWAX_PROGRESS_INIT;` */
#define SEALWAX_PROGRESS_INIT {sizeof(sealwax_progress), 0, 0, SEALWAX_NEED_INPUT}
/** `sealwax_cache_stats stats = SEALWAX_CACHE_STATS_INIT;` */
#define SEALWAX_CACHE_STATS_INIT {sizeof(sealwax_cache_stats), 0, 0, 0, 0, 0}
/** `sealwax_provider_callbacks callbacks = SEALWAX_PROVIDER_CALLBACKS_INIT;` */
#define SEALWAX_PROVIDER_CALLBACKS_INIT \
  {sizeof(sealwax_provider_callbacks), NULL, NULL, NULL, NULL, NULL}
/** `sealwax_read_callbacks callbacks = SEALWAX_READ_CALLBACKS_INIT;` */
#define SEALWAX_READ_CALLBACKS_INIT {sizeof(sealwax_read_callbacks), NULL, NULL, NULL}

/**
 * What a call returns. The numbers never change: 1-19 misuse, 20-39 format, 40-59 key,
 * 60-79 body, 80-99 host. Later versions may add codes.
 */
enum sealwax_code
#ifdef __cplusplus
  : uint32_t
#endif // __cplusplus
 {
  /**
   * Success.
   */
  SEALWAX_OK = 0,
  /**
   * An argument is outside of what the call accepts.
   */
  SEALWAX_ERR_INVALID_ARGUMENT = 1,
  /**
   * The call does not fit the state of the object.
   */
  SEALWAX_ERR_INVALID_STATE = 2,
  /**
   * The caller's buffer is too small; the error says the size needed.
   */
  SEALWAX_ERR_BUFFER_TOO_SMALL = 3,
  /**
   * A pointer that must not be null is null (C binding).
   */
  SEALWAX_ERR_NULL_POINTER = 4,
  /**
   * A bug in Sealwax, caught at the boundary of a binding.
   */
  SEALWAX_ERR_PANIC = 5,
  /**
   * The input is not a Sealwax envelope.
   */
  SEALWAX_ERR_BAD_MAGIC = 20,
  /**
   * The envelope has a format version that this library does not know.
   */
  SEALWAX_ERR_UNSUPPORTED_VERSION = 21,
  /**
   * The envelope names a cipher suite that this library does not know.
   */
  SEALWAX_ERR_UNSUPPORTED_SUITE = 22,
  /**
   * The header breaks a rule of the format.
   */
  SEALWAX_ERR_MALFORMED = 23,
  /**
   * A count or a length is over its limit.
   */
  SEALWAX_ERR_LIMIT_EXCEEDED = 24,
  /**
   * No configured provider may unwrap any of the wrapped keys.
   */
  SEALWAX_ERR_NO_MATCHING_KEY = 40,
  /**
   * The host's provider failed: unreachable, denied, out of time.
   */
  SEALWAX_ERR_PROVIDER_FAILED = 41,
  /**
   * A wrapped key did not open under the key that it names.
   */
  SEALWAX_ERR_KEY_UNWRAP = 42,
  /**
   * The key commitment of a body does not fit the DEK, the header or the associated data.
   */
  SEALWAX_ERR_COMMITMENT_MISMATCH = 43,
  /**
   * The encryption context lacks a pair that the reader requires.
   */
  SEALWAX_ERR_CONTEXT_MISMATCH = 44,
  /**
   * The header MAC does not fit: a wrong DEK or a modified header.
   */
  SEALWAX_ERR_HEADER_AUTHENTICATION = 45,
  /**
   * A chunk is not authentic.
   */
  SEALWAX_ERR_AUTHENTICATION = 60,
  /**
   * The input ends before the message does.
   */
  SEALWAX_ERR_TRUNCATED = 61,
  /**
   * Bytes follow where nothing may follow.
   */
  SEALWAX_ERR_TRAILING_DATA = 62,
  /**
   * Reading or writing failed.
   */
  SEALWAX_ERR_IO = 80,
  /**
   * The host cancelled the operation.
   */
  SEALWAX_ERR_CANCELLED = 81,
  /**
   * The target exists and may not be overwritten.
   */
  SEALWAX_ERR_ALREADY_EXISTS = 82,
  /**
   * The source of randomness failed.
   */
  SEALWAX_ERR_RANDOMNESS = 83,
  /**
   * The memory for a length that the caller asked for could not be had.
   */
  SEALWAX_ERR_NO_MEMORY = 84,
};
#ifndef __cplusplus
typedef uint32_t sealwax_code;
#endif // __cplusplus


/**
 * What a state machine needs to go on.
 */
enum sealwax_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * More input, or the word that none follows.
   */
  SEALWAX_NEED_INPUT = 0,
  /**
   * Room for output.
   */
  SEALWAX_NEED_OUTPUT = 1,
  /**
   * The key: a wrapped key for an encryptor, the unwrapped DEK for a decryptor.
   */
  SEALWAX_NEED_KEY = 2,
  /**
   * Nothing: the message is complete.
   */
  SEALWAX_DONE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sealwax_status sealwax_status;
#else
typedef uint32_t sealwax_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How the new header got into a file.
 */
enum sealwax_rewrap_outcome
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * It fits where the old one was: a few kilobytes were written, whatever the file's size.
   */
  SEALWAX_REWRAPPED_IN_PLACE = 0,
  /**
   * It does not fit: the file was copied, with the same body.
   */
  SEALWAX_REWRAPPED_BY_COPY = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sealwax_rewrap_outcome sealwax_rewrap_outcome;
#else
typedef uint32_t sealwax_rewrap_outcome;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What was asked of a key. Later versions may add operations.
 */
enum sealwax_key_operation
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * A DEK was made and wrapped in one call of the KMS.
   */
  SEALWAX_KEY_GENERATE = 1,
  /**
   * A DEK was wrapped.
   */
  SEALWAX_KEY_WRAP = 2,
  /**
   * A DEK was unwrapped.
   */
  SEALWAX_KEY_UNWRAP = 3,
  /**
   * A cache had the DEK, and no KMS was asked.
   */
  SEALWAX_KEY_CACHE_HIT = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sealwax_key_operation sealwax_key_operation;
#else
typedef uint32_t sealwax_key_operation;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What became of it. Later versions may add outcomes.
 */
enum sealwax_key_outcome
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * The key was used.
   */
  SEALWAX_KEY_OK = 1,
  /**
   * The wrapped key did not open: it was modified, or belongs to another key or context.
   */
  SEALWAX_KEY_REJECTED = 2,
  /**
   * The KMS refused the permission; see `sealwax_failure_set_denied`.
   */
  SEALWAX_KEY_DENIED = 3,
  /**
   * Anything else: the KMS was not reached, the key is disabled, a callback returned nonsense.
   */
  SEALWAX_KEY_FAILED = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sealwax_key_outcome sealwax_key_outcome;
#else
typedef uint32_t sealwax_key_outcome;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How long a header is made, so that it can later be rewrapped in place.
 */
enum sealwax_padding
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * A multiple of 4,096 bytes for messages of 1 MiB and more or of unknown length, else none.
   */
  SEALWAX_PADDING_AUTO = 0,
  /**
   * As short as can be.
   */
  SEALWAX_PADDING_NONE = 1,
  /**
   * A multiple of 4,096 bytes.
   */
  SEALWAX_PADDING_PAGE = 2,
  /**
   * As many bytes as the call says.
   */
  SEALWAX_PADDING_EXACT = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sealwax_padding sealwax_padding;
#else
typedef uint32_t sealwax_padding;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Which wrapped keys a rewrapped header has.
 */
enum sealwax_rewrap_mode
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Those of the new providers only.
   */
  SEALWAX_REWRAP_REPLACE = 0,
  /**
   * All that were there, and those of the new providers.
   */
  SEALWAX_REWRAP_ADD = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sealwax_rewrap_mode sealwax_rewrap_mode;
#else
typedef uint32_t sealwax_rewrap_mode;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Whether runs of zeros in a plaintext become holes in its file, which take no room on the disk.
 */
enum sealwax_sparse
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Runs of 64 KiB and more, so that a sparse file comes back as one.
   */
  SEALWAX_SPARSE_AUTO = 0,
  /**
   * None: all of the file has its room on the disk.
   */
  SEALWAX_SPARSE_NEVER = 1,
  /**
   * Every block of 4 KiB.
   */
  SEALWAX_SPARSE_ALWAYS = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sealwax_sparse sealwax_sparse;
#else
typedef uint32_t sealwax_sparse;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Public pairs of text that are stored in the header, authenticated, and passed to the KMS.
 *
 * They are not secret. A call that adds a pair needs the context for itself; all others can
 * run at the same time.
 */
typedef struct sealwax_context sealwax_context;

/**
 * A verified header and its DEK, ready to decrypt every message that carries it, and to be
 * rewrapped. Any number of threads can use it.
 */
typedef struct sealwax_decrypt_handle sealwax_decrypt_handle;

/**
 * How to decrypt: associated data, and pairs that the context must have.
 *
 * As for `sealwax_encrypt_options`: null means none of them.
 */
typedef struct sealwax_decrypt_options sealwax_decrypt_options;

/**
 * Decrypts one envelope of any length, piece by piece: envelope in, plaintext out.
 *
 * Plaintext leaves only in chunks that proved authentic, but only `sealwax_decryptor_finish`
 * shows that the envelope is whole. One thread at a time can use it, any thread; another gets
 * `SEALWAX_ERR_INVALID_STATE`, and so does a callback of a call that has not ended, and the other
 * process after a fork.
 */
typedef struct sealwax_decryptor sealwax_decryptor;

/**
 * Keeps DEKs in front of a provider, so that not every message costs a call of the KMS.
 *
 * When encrypting, messages with equal contexts share a DEK within the limits; when decrypting,
 * unwrapped DEKs are kept. However many threads miss at once, the KMS is called once. A leaked
 * DEK opens all messages that shared it, and a key that was revoked in the KMS goes on working
 * until the age is reached. Any number of threads can use it.
 */
typedef struct sealwax_dek_cache sealwax_dek_cache;

/**
 * A DEK with its finished header, ready to encrypt any number of messages; the KMS was asked
 * once. Any number of threads can use it.
 *
 * Each message has its own random salt and so its own key. All carry the same header, so whoever
 * unwraps the DEK can read all of them.
 */
typedef struct sealwax_encrypt_handle sealwax_encrypt_handle;

/**
 * How to encrypt: context, associated data, metadata, padding.
 *
 * Where a call takes options, null means none of them. Options are copied into what is made
 * with them. A call that sets one needs the options for itself; they can be used at the same
 * time otherwise.
 */
typedef struct sealwax_encrypt_options sealwax_encrypt_options;

/**
 * Encrypts one message of any length, piece by piece: plaintext in, envelope out.
 *
 * One thread at a time can use it, any thread; another gets `SEALWAX_ERR_INVALID_STATE`, and so
 * does a callback of a call that has not ended. Its message can be made in one process only:
 * after a fork the other one gets `SEALWAX_ERR_INVALID_STATE` for every call, and frees its copy.
 */
typedef struct sealwax_encryptor sealwax_encryptor;

/**
 * Takes the reason why a callback fails; see `sealwax_failure_set`.
 */
typedef struct sealwax_failure sealwax_failure;

/**
 * Files whose names are made durable together, which saves most of the time of many small ones. Any
 * number of threads can use it.
 */
typedef struct sealwax_file_batch sealwax_file_batch;

/**
 * How a file is written: overwriting, permissions, durability, holes, threads, progress. Null
 * where a call takes them means: an existing target is an error, the result is durable, one
 * thread for each core, no progress.
 */
typedef struct sealwax_file_options sealwax_file_options;

/**
 * A parsed header: its structure is checked, but nothing is authenticated. Until a decryption
 * succeeds every field may be an attacker's. Any number of threads can use it.
 */
typedef struct sealwax_header sealwax_header;

/**
 * Wraps and unwraps DEKs: with a local key, through the host's callbacks, or through a cache.
 *
 * Any number of threads can use a provider at the same time. Calls take several of them as an
 * array of pointers and a count: encryption wraps the DEK with each, decryption asks them in
 * their order, each at most once, and only for a wrapped key of its own provider id and of a key
 * id that it accepts.
 */
typedef struct sealwax_provider sealwax_provider;

/**
 * Opens ranges of one body that the host fetches in its own way, such as from an object store.
 * Any number of threads can use it.
 */
typedef struct sealwax_range_opener sealwax_range_opener;

/**
 * Reads plaintext at any offset of an encrypted object.
 *
 * A read fetches the chunks that it needs and no others. Any number of threads can use it at
 * the same time; nothing is locked while bytes are read or opened.
 */
typedef struct sealwax_reader sealwax_reader;

/**
 * Lets go of a `user_data`; called once with it, in any thread.
 */
typedef void (*sealwax_destroy_fn)(void *user_data);

/**
 * A pair of an encryption context; UTF-8 without a zero byte at its end. The text belongs to the
 * context and is valid until the context is changed or freed.
 */
typedef struct sealwax_context_pair {
  /**
   * The key.
   */
  const char *key;
  /**
   * Length of the key, in bytes.
   */
  size_t key_len;
  /**
   * The value.
   */
  const char *value;
  /**
   * Length of the value, in bytes.
   */
  size_t value_len;
} sealwax_context_pair;

/**
 * Bytes that belong to an object; valid until it is changed or freed.
 */
typedef struct sealwax_bytes {
  /**
   * The first byte.
   */
  const uint8_t *data;
  /**
   * How many there are.
   */
  size_t len;
} sealwax_bytes;

/**
 * Says whether the provider was configured with the key of this id. See
 * `sealwax_provider_callbacks`.
 */
typedef bool (*sealwax_accepts_fn)(void *user_data, const char *key_id, size_t key_id_len);

/**
 * A buffer of the library that a callback fills: it writes at most `capacity` bytes to `data`
 * and says in `len` how many. Valid during the callback, wiped afterwards.
 */
typedef struct sealwax_buffer {
  /**
   * How much of this struct the library has filled in. Later versions may append members.
   */
  size_t struct_size;
  /**
   * Where to write.
   */
  uint8_t *data;
  /**
   * How many bytes there is room for.
   */
  size_t capacity;
  /**
   * How many bytes were written. More than `capacity` makes the call fail.
   */
  size_t len;
} sealwax_buffer;

/**
 * Wraps a DEK: writes the wrapped DEK, and the key id where it is not the provider's own.
 */
typedef sealwax_code (*sealwax_wrap_fn)(void *user_data,
                                        const uint8_t *dek,
                                        size_t dek_len,
                                        const struct sealwax_context *context,
                                        struct sealwax_buffer *key_id,
                                        struct sealwax_buffer *wrapped_dek,
                                        struct sealwax_failure *failure);

/**
 * Unwraps a DEK: writes `SEALWAX_KEY_LEN` bytes.
 */
typedef sealwax_code (*sealwax_unwrap_fn)(void *user_data,
                                          const char *key_id,
                                          size_t key_id_len,
                                          const uint8_t *wrapped_dek,
                                          size_t wrapped_dek_len,
                                          const struct sealwax_context *context,
                                          struct sealwax_buffer *dek,
                                          struct sealwax_failure *failure);

/**
 * Makes a DEK and wraps it: writes both, and the key id where it is not the provider's own.
 */
typedef sealwax_code (*sealwax_generate_fn)(void *user_data,
                                            const struct sealwax_context *context,
                                            struct sealwax_buffer *dek,
                                            struct sealwax_buffer *key_id,
                                            struct sealwax_buffer *wrapped_dek,
                                            struct sealwax_failure *failure);

/**
 * The functions of a provider that the host brings.
 *
 * They return `SEALWAX_OK`, or any other code after `sealwax_failure_set`. They may be called
 * from every thread that uses the provider, and at the same time. They must return: an exception
 * of C++ that leaves one ends the program, and so does `pthread_exit`; a longjmp out of one is
 * undefined. All that they are given is the library's and valid during the call only; what they
 * allocate stays theirs. They may call the library, and free every object, also the provider that
 * they belong to: what the call still needs lives on until it returns, and so does `user_data`.
 */
typedef struct sealwax_provider_callbacks {
  /**
   * `sizeof(sealwax_provider_callbacks)`; later versions may append functions. A function that
   * the library is too old to know is `SEALWAX_ERR_INVALID_ARGUMENT` where it is not null.
   */
  size_t struct_size;
  /**
   * Whether the provider was configured with the key of this id. Null: the provider's own key
   * id and no other. A wrapped key that is not accepted is never passed to `unwrap`.
   */
  sealwax_accepts_fn accepts;
  /**
   * Wraps a DEK of `SEALWAX_KEY_LEN` bytes and binds the context, if the KMS can. `key_id`
   * holds the provider's key id and can stay as it is. Null: the provider only unwraps.
   */
  sealwax_wrap_fn wrap;
  /**
   * Unwraps a DEK. Returns `SEALWAX_ERR_KEY_UNWRAP` if the wrapped key does not open: it was
   * modified, or belongs to another key or context. Null: the provider only wraps.
   */
  sealwax_unwrap_fn unwrap;
  /**
   * Makes a DEK and wraps it in one call, where the KMS offers that. Null: the library makes
   * DEKs and has `wrap` wrap them.
   */
  sealwax_generate_fn generate;
  /**
   * Lets go of `user_data`; called once. Null: there is nothing to let go of.
   */
  sealwax_destroy_fn destroy;
} sealwax_provider_callbacks;

/**
 * What a cache has done since it was made, both directions together.
 */
typedef struct sealwax_cache_stats {
  /**
   * `sizeof(sealwax_cache_stats)`, set by the caller: `SEALWAX_CACHE_STATS_INIT`.
   */
  size_t struct_size;
  /**
   * Requests that a DEK which was there, or a call that was under way, has answered.
   */
  uint64_t hits;
  /**
   * Requests that called the provider and kept what it returned.
   */
  uint64_t misses;
  /**
   * Requests that called the provider and kept nothing, such as messages of unknown length.
   */
  uint64_t bypassed;
  /**
   * DEKs that were given up, for whichever limit.
   */
  uint64_t evictions;
  /**
   * DEKs that are there now.
   */
  uint64_t entries;
} sealwax_cache_stats;

/**
 * One use of a key. It holds neither a key nor data nor a message of the host's, and is valid
 * during the call of `sealwax_key_event_fn` only. Text is UTF-8 without a zero byte at its end.
 */
typedef struct sealwax_key_event {
  /**
   * How much of this struct the library has filled in. Later versions append members; a program
   * that may run with an older library looks here before it reads one of those.
   */
  size_t struct_size;
  /**
   * One of `sealwax_key_operation`.
   */
  uint32_t operation;
  /**
   * One of `sealwax_key_outcome`.
   */
  uint32_t outcome;
  /**
   * When it began, in nanoseconds since 1970-01-01 00:00 UTC.
   */
  uint64_t time_ns;
  /**
   * How long it took, in nanoseconds.
   */
  uint64_t duration_ns;
  /**
   * The kind of provider.
   */
  const char *provider_id;
  /**
   * Length of `provider_id`, in bytes.
   */
  size_t provider_id_len;
  /**
   * The key, as headers name it. Empty where nobody has named one before it failed.
   */
  const char *key_id;
  /**
   * Length of `key_id`, in bytes.
   */
  size_t key_id_len;
  /**
   * The encryption context, which the KMS was given too: both logs can be joined by it.
   */
  const struct sealwax_context *context;
  /**
   * What `sealwax_object_name_set` said in this thread; null if nothing.
   */
  const char *object_name;
  /**
   * Length of `object_name`, in bytes.
   */
  size_t object_name_len;
  /**
   * What `sealwax_failure_set_request_id` said; null if nothing.
   */
  const char *request_id;
  /**
   * Length of `request_id`, in bytes.
   */
  size_t request_id_len;
  /**
   * The number that the callback gave for its failure, else 0.
   */
  int64_t cause;
} sealwax_key_event;

/**
 * Is told of a use of a key.
 *
 * It is called in the thread that used the key, after the use and before the library goes on,
 * and from several threads at the same time. It cannot fail and must return, and may call the
 * library, as said of `sealwax_provider_callbacks`.
 */
typedef void (*sealwax_key_event_fn)(void *user_data, const struct sealwax_key_event *event);

/**
 * A DEK as some provider wrapped it. Text is UTF-8 without a zero byte at its end.
 *
 * The caller fills it in where it gives a wrapped key to a call, which copies it. Where a call
 * fills it in, its parts belong to the object that was asked.
 */
typedef struct sealwax_wrapped_key {
  /**
   * `sizeof(sealwax_wrapped_key)`, set by the caller, also where a call fills in the rest:
   * `SEALWAX_WRAPPED_KEY_INIT`.
   */
  size_t struct_size;
  /**
   * The provider that can unwrap it, such as "local" or "aws-kms".
   */
  const char *provider_id;
  /**
   * Length of the provider id, in bytes.
   */
  size_t provider_id_len;
  /**
   * The provider's name for the key that wraps it.
   */
  const char *key_id;
  /**
   * Length of the key id, in bytes.
   */
  size_t key_id_len;
  /**
   * The wrapped DEK, opaque to everyone but the provider.
   */
  const uint8_t *wrapped_dek;
  /**
   * Length of the wrapped DEK, in bytes.
   */
  size_t wrapped_dek_len;
} sealwax_wrapped_key;

/**
 * What a call of `process` did, and what must happen next.
 */
typedef struct sealwax_progress {
  /**
   * `sizeof(sealwax_progress)`, set by the caller once: `SEALWAX_PROGRESS_INIT`.
   */
  size_t struct_size;
  /**
   * Bytes taken off the front of the input.
   */
  size_t read;
  /**
   * Bytes written to the front of the output.
   */
  size_t written;
  /**
   * What is needed to go on.
   */
  sealwax_status status;
} sealwax_progress;

/**
 * Told how many bytes of plaintext are done and how many there are, 0 while that is not known;
 * called in the thread that made the call. Returns false to end it with
 * `SEALWAX_ERR_CANCELLED`.
 */
typedef bool (*sealwax_progress_fn)(void *user_data, uint64_t done, uint64_t total);

/**
 * Reads at most `len` bytes at `offset` into `buffer` and writes to `out_read` how many: 0 at the
 * end only.
 */
typedef sealwax_code (*sealwax_read_at_fn)(void *user_data,
                                           uint8_t *buffer,
                                           size_t len,
                                           uint64_t offset,
                                           size_t *out_read,
                                           struct sealwax_failure *failure);

/**
 * Writes the whole length of the object to `out_size`, in bytes.
 */
typedef sealwax_code (*sealwax_size_fn)(void *user_data,
                                        uint64_t *out_size,
                                        struct sealwax_failure *failure);

/**
 * The functions of an object that the host reads. As for `sealwax_provider_callbacks`: they
 * return `SEALWAX_OK`, or any other code after `sealwax_failure_set`; they may be called from
 * several threads at the same time; they must return, and may call the library and free the reader,
 * as said there.
 */
typedef struct sealwax_read_callbacks {
  /**
   * `sizeof(sealwax_read_callbacks)`; later versions may append functions, as said there.
   */
  size_t struct_size;
  /**
   * Reads at an offset.
   */
  sealwax_read_at_fn read_at;
  /**
   * The length of the object.
   */
  sealwax_size_fn size;
  /**
   * Lets go of `user_data`; called once. Null: there is nothing to let go of.
   */
  sealwax_destroy_fn destroy;
} sealwax_read_callbacks;

/**
 * Bytes from `start` inclusive to `end` exclusive.
 */
typedef struct sealwax_range {
  /**
   * Offset of the first byte.
   */
  uint64_t start;
  /**
   * Offset behind the last byte.
   */
  uint64_t end;
} sealwax_range;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Code of the newest error in this thread; `SEALWAX_OK` if no call has failed in it.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_last_error_code(void);

/**
 * Text of the newest error in this thread, with the causes that the host's callbacks gave.
 *
 * Never null; empty if no call has failed. Valid until the next call that fails in this thread
 * and until the thread ends. A call that succeeds leaves it as it is.
 */
SEALWAX_API
const char *sealwax_last_error_message(void);

/**
 * Size of buffer that would have been enough, in bytes, if the newest error in this thread is
 * `SEALWAX_ERR_BUFFER_TOO_SMALL`, else 0.
 */
SEALWAX_API
size_t sealwax_last_error_needed(void);

/**
 * Index of the chunk that was not authentic, from 0, if the newest error in this thread is
 * `SEALWAX_ERR_AUTHENTICATION`, else 0.
 */
SEALWAX_API
uint64_t sealwax_last_error_chunk(void);

/**
 * Number that a callback of the host gave for its failure, or `errno` of the operating system,
 * if the newest error in this thread has such a cause, else 0.
 */
SEALWAX_API
int64_t sealwax_last_error_cause(void);

/**
 * Whether the file that the newest failing call of this thread was to write is complete and has its
 * name all the same: only its surviving a power failure could not be promised. Else it is as it was
 * before the call.
 */
SEALWAX_API
bool sealwax_last_error_committed(void);

/**
 * What the callback that the newest error in this thread comes from gave along by
 * `sealwax_failure_attach`, if it named the same `destroy`, so that nobody takes the object of
 * another part of the program for its own; else null. It stays the library's, and is valid until
 * the next call that fails in this thread and until the thread ends.
 */
SEALWAX_API
void *sealwax_last_error_attachment(sealwax_destroy_fn destroy);

/**
 * What a code means, in a sentence; never null, valid for ever, and made of the code alone.
 */
SEALWAX_API
const char *sealwax_strerror(sealwax_code code);

/**
 * Stable name of a code, such as `truncated`; never null, valid for ever.
 */
SEALWAX_API
const char *sealwax_code_name(sealwax_code code);

/**
 * Version of the library that is running, such as "1.2.3"; valid for ever. `SEALWAX_VERSION` is
 * the version of the header.
 */
SEALWAX_API
const char *sealwax_version(void);

/**
 * Whether the library was built with a feature: "files", "threads", "dek-cache", "aws-lc". A
 * name that it does not know is a feature that it does not have.
 */
SEALWAX_API
bool sealwax_has_feature(const char *name, size_t name_len);

/**
 * Length of an envelope, or of a body when `header_len` is 0, for `plaintext_len` bytes.
 *
 * With `SEALWAX_MAX_HEADER_LEN` it is the most that any envelope of this plaintext can have.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_sealed_len(size_t header_len, uint64_t plaintext_len, uint64_t *out_len);

/**
 * Fills `dek` with a fresh data encryption key from the operating system's random source, for
 * hosts that talk to their KMS themselves. `dek_len` is `SEALWAX_KEY_LEN`. Wipe it afterwards.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_generate_dek(uint8_t *dek, size_t dek_len);

/**
 * Overwrites a secret with zeros in a way that no compiler leaves out. Null is fine.
 */
SEALWAX_API
void sealwax_wipe(void *secret, size_t secret_len);

/**
 * Makes a context without pairs. Free it with `sealwax_context_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_context_new(struct sealwax_context **out_context);

/**
 * Adds a pair; the text is copied. An empty or a repeated key is
 * `SEALWAX_ERR_INVALID_ARGUMENT`, more than 64 pairs or 8,192 bytes are
 * `SEALWAX_ERR_LIMIT_EXCEEDED`; the context then stays as it was.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_context_add(struct sealwax_context *context,
                                 const char *key,
                                 size_t key_len,
                                 const char *value,
                                 size_t value_len);

/**
 * Number of pairs; 0 for null.
 */
SEALWAX_API
size_t sealwax_context_count(const struct sealwax_context *context);

/**
 * The pair at `index`; they are sorted by the bytes of their keys.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_context_pair_at(const struct sealwax_context *context,
                                     size_t index,
                                     struct sealwax_context_pair *out_pair);

/**
 * The canonical bytes of the context, as they are stored: what a KMS or an HSM that takes
 * additional authenticated data as bytes should be given.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_context_bytes(const struct sealwax_context *context,
                                   struct sealwax_bytes *out_bytes);

/**
 * Frees a context that `sealwax_context_new` or `sealwax_header_context` made. Null is fine.
 */
SEALWAX_API
void sealwax_context_free(struct sealwax_context *context);

/**
 * Makes options that ask for nothing. Free them with `sealwax_encrypt_options_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_options_new(struct sealwax_encrypt_options **out_options);

/**
 * Public pairs that are stored, authenticated and passed to the KMS; copied.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_options_set_context(struct sealwax_encrypt_options *options,
                                                 const struct sealwax_context *context);

/**
 * Bytes that the reader must present again; copied, authenticated, never stored.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_options_set_associated_data(struct sealwax_encrypt_options *options,
                                                         const uint8_t *data,
                                                         size_t data_len);

/**
 * Up to 16 KiB that travel encrypted in the header; copied, and wiped with the options.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_options_set_metadata(struct sealwax_encrypt_options *options,
                                                  const uint8_t *metadata,
                                                  size_t metadata_len);

/**
 * How long the header is made: one of `sealwax_padding`. `header_len` is the whole header's
 * length for `SEALWAX_PADDING_EXACT`, and is 0 for all others.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_options_set_padding(struct sealwax_encrypt_options *options,
                                                 uint32_t padding,
                                                 size_t header_len);

/**
 * Frees options. Null is fine.
 */
SEALWAX_API
void sealwax_encrypt_options_free(struct sealwax_encrypt_options *options);

/**
 * Makes options that ask for nothing. Free them with `sealwax_decrypt_options_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_options_new(struct sealwax_decrypt_options **out_options);

/**
 * Pairs that the envelope's context must have; copied. They are checked before any KMS is asked;
 * without them the call fails with `SEALWAX_ERR_CONTEXT_MISMATCH`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_options_set_required_context(struct sealwax_decrypt_options *options,
                                                          const struct sealwax_context *context);

/**
 * The associated data that the message was encrypted with; copied.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_options_set_associated_data(struct sealwax_decrypt_options *options,
                                                         const uint8_t *data,
                                                         size_t data_len);

/**
 * Frees options. Null is fine.
 */
SEALWAX_API
void sealwax_decrypt_options_free(struct sealwax_decrypt_options *options);

/**
 * A provider that holds a key encryption key itself; its provider id is "local".
 *
 * `kek_len` is `SEALWAX_KEY_LEN`; the key must be uniformly random, is copied, and is wiped with
 * the provider. `key_id` is the public name that headers carry. Free it with
 * `sealwax_provider_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_provider_local(const uint8_t *kek,
                                    size_t kek_len,
                                    const char *key_id,
                                    size_t key_id_len,
                                    struct sealwax_provider **out_provider);

/**
 * As `sealwax_provider_local`, with the key as a key file or a secret store holds it: 32 raw
 * bytes, 64 hexadecimal digits, or base64; white space around the text is ignored.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_provider_local_text(const uint8_t *content,
                                         size_t content_len,
                                         const char *key_id,
                                         size_t key_id_len,
                                         struct sealwax_provider **out_provider);

/**
 * As `sealwax_provider_local_text`, with the content of a file.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_provider_local_file(const char *path,
                                         const char *key_id,
                                         size_t key_id_len,
                                         struct sealwax_provider **out_provider);

/**
 * A provider that asks the host: a KMS, an HSM, anything that can keep a key.
 *
 * `provider_id` names the kind of provider in headers, such as "pkcs11"; `key_id` names the key
 * that it was configured with. The callbacks and the ids are copied. `user_data` belongs to the
 * provider from now on: `destroy` is called once with it, when the provider and every cache of
 * it are freed and no call uses them any more. If this call fails, `destroy` is not called.
 *
 * Free it with `sealwax_provider_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_provider_new(const struct sealwax_provider_callbacks *callbacks,
                                  void *user_data,
                                  const char *provider_id,
                                  size_t provider_id_len,
                                  const char *key_id,
                                  size_t key_id_len,
                                  struct sealwax_provider **out_provider);

/**
 * Frees a provider, also in one of its callbacks. What was made with it keeps working. Null is
 * fine.
 */
SEALWAX_API
void sealwax_provider_free(struct sealwax_provider *provider);

/**
 * Says why a callback fails: a number of the host's own and a text, of which 64 KiB are kept; both
 * are copied. They become `sealwax_last_error_cause` and a part of `sealwax_last_error_message`
 * of the call that needed the provider. Put no secret into the text.
 */
SEALWAX_API
sealwax_code sealwax_failure_set(struct sealwax_failure *failure,
                                 int64_t code,
                                 const char *message,
                                 size_t message_len);

/**
 * Says that a callback of a provider fails because the KMS refuses the permission: the outcome of
 * the key event. The call that needed the provider fails as with any other failure.
 */
SEALWAX_API
sealwax_code sealwax_failure_set_denied(struct sealwax_failure *failure);

/**
 * Gives an object of the host's along with the failure: an exception, an error of its own. The
 * call that needed the callback has it in `sealwax_last_error_attachment`, if it fails because
 * of it.
 *
 * `object` belongs to the library from now on: `destroy`, which is not null, is called once with
 * it, when no error holds it any more, in any thread. If this call fails it stays the caller's.
 */
SEALWAX_API
sealwax_code sealwax_failure_attach(struct sealwax_failure *failure,
                                    void *object,
                                    sealwax_destroy_fn destroy);

/**
 * Says under which id the KMS has logged the request of a provider's callback, whether it fails
 * or not: `request_id` of the key event. It is copied.
 */
SEALWAX_API
sealwax_code sealwax_failure_set_request_id(struct sealwax_failure *failure,
                                            const char *request_id,
                                            size_t request_id_len);

/**
 * Makes a cache in front of `provider`, which can be freed. Each direction keeps at most
 * `capacity` DEKs, each for at most `max_age_ms` milliseconds, `max_messages` messages and
 * `max_bytes` bytes of plaintext; 0 for the last two means 65,536 messages and 64 GiB. Free it
 * with `sealwax_dek_cache_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_dek_cache_new(const struct sealwax_provider *provider,
                                   size_t capacity,
                                   uint64_t max_age_ms,
                                   uint64_t max_messages,
                                   uint64_t max_bytes,
                                   struct sealwax_dek_cache **out_cache);

/**
 * The cache as a provider, for every call that takes providers: only as the first of several
 * does it save calls when encrypting. It keeps the cache alive. Free it with
 * `sealwax_provider_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_dek_cache_provider(const struct sealwax_dek_cache *cache,
                                        struct sealwax_provider **out_provider);

/**
 * What became of the requests.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_dek_cache_stats(const struct sealwax_dek_cache *cache,
                                     struct sealwax_cache_stats *out_stats);

/**
 * Wipes all DEKs.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_dek_cache_clear(const struct sealwax_dek_cache *cache);

/**
 * Wipes the DEKs that are too old; worth a timer where the cache may lie idle.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_dek_cache_remove_expired(const struct sealwax_dek_cache *cache);

/**
 * Frees a cache. Providers of it go on, and wipe the DEKs when the last of them is freed. Null
 * is fine.
 */
SEALWAX_API
void sealwax_dek_cache_free(struct sealwax_dek_cache *cache);

/**
 * A provider that does what `provider` does, which can be freed, and tells each use of its key.
 *
 * A cache in front of it tells its hits in the same way. `user_data` belongs to the new provider:
 * `destroy`, which can be null, is called once with it, when that provider and every cache of it
 * are freed. If this call fails, `destroy` is not called.
 *
 * Free it with `sealwax_provider_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_provider_with_key_events(const struct sealwax_provider *provider,
                                              sealwax_key_event_fn on_event,
                                              void *user_data,
                                              sealwax_destroy_fn destroy,
                                              struct sealwax_provider **out_provider);

/**
 * Names the object that this thread encrypts or decrypts from now on: `object_name` of the events
 * of its calls. It is copied, and stored nowhere else. A length of 0 ends it.
 */
SEALWAX_API
sealwax_code sealwax_object_name_set(const char *name, size_t name_len);

/**
 * Stable name of an operation for logs, such as `unwrap`; never null, valid for ever.
 */
SEALWAX_API
const char *sealwax_key_operation_name(uint32_t operation);

/**
 * Stable name of an outcome for logs, such as `denied`; never null, valid for ever.
 */
SEALWAX_API
const char *sealwax_key_outcome_name(uint32_t outcome);

/**
 * Encrypts a message under a fresh DEK that every provider wraps.
 *
 * How long the envelope gets depends on the wrapped keys. `sealwax_sealed_len` with
 * `SEALWAX_MAX_HEADER_LEN` is always enough; `sealwax_encrypt_handle_new` wraps first and then
 * knows the exact length. If `capacity` is too small, `sealwax_last_error_needed` says how much
 * these wrapped keys need. `output` must not overlap `plaintext`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt(const struct sealwax_provider *const *providers,
                             size_t provider_count,
                             const struct sealwax_encrypt_options *options,
                             const uint8_t *plaintext,
                             size_t plaintext_len,
                             uint8_t *output,
                             size_t capacity,
                             size_t *out_len);

/**
 * Length of the plaintext in an envelope, exactly, without a key. It is not authenticated: only
 * `sealwax_decrypt` shows that the envelope is whole.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypted_len(const uint8_t *envelope, size_t envelope_len, size_t *out_len);

/**
 * Decrypts an envelope with whichever provider can unwrap its DEK.
 *
 * `sealwax_decrypted_len` says how much room it needs. After a failure `output` holds nothing
 * of the plaintext. `output` must not overlap `envelope`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt(const struct sealwax_provider *const *providers,
                             size_t provider_count,
                             const struct sealwax_decrypt_options *options,
                             const uint8_t *envelope,
                             size_t envelope_len,
                             uint8_t *output,
                             size_t capacity,
                             size_t *out_len);

/**
 * Starts a message under a fresh DEK that every provider wraps. Free it with
 * `sealwax_encryptor_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encryptor_new(const struct sealwax_provider *const *providers,
                                   size_t provider_count,
                                   const struct sealwax_encrypt_options *options,
                                   struct sealwax_encryptor **out_encryptor);

/**
 * Starts a message under a DEK of the host's, for hosts that talk to their KMS themselves.
 *
 * `dek` has `SEALWAX_KEY_LEN` bytes, from `sealwax_generate_dek` or the KMS; it is copied. At
 * least one `sealwax_encryptor_add_wrapped_key` must follow; until then `process` returns
 * `SEALWAX_NEED_KEY`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encryptor_new_with_dek(const uint8_t *dek,
                                            size_t dek_len,
                                            const struct sealwax_encrypt_options *options,
                                            struct sealwax_encryptor **out_encryptor);

/**
 * Adds the DEK as some KMS wrapped it; copied. `SEALWAX_ERR_INVALID_STATE` once bytes flow.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encryptor_add_wrapped_key(struct sealwax_encryptor *encryptor,
                                               const struct sealwax_wrapped_key *key);

/**
 * Finishes the header and takes it out of the output, to be stored elsewhere; the body alone
 * flows then. `SEALWAX_MAX_HEADER_LEN` bytes are always enough. A call with too little room
 * can be repeated with more; so can one that succeeded.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encryptor_detach_header(struct sealwax_encryptor *encryptor,
                                             uint8_t *output,
                                             size_t capacity,
                                             size_t *out_len);

/**
 * Reads plaintext and writes the envelope as far as both buffers allow.
 *
 * Any split of the input and of the output gives the same bytes. Errors are sticky: after one
 * the message is lost, and all of `output` is zeroed. `output` must not overlap `input`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encryptor_process(struct sealwax_encryptor *encryptor,
                                       const uint8_t *input,
                                       size_t input_len,
                                       uint8_t *output,
                                       size_t capacity,
                                       struct sealwax_progress *out_progress);

/**
 * Says that no more plaintext follows. `process` is then called until it is done.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encryptor_end_input(struct sealwax_encryptor *encryptor);

/**
 * Ends the message: `SEALWAX_ERR_TRUNCATED` unless `process` was done. Whatever it returns, the
 * encryptor can only be freed then.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encryptor_finish(struct sealwax_encryptor *encryptor);

/**
 * Frees an encryptor, in any state. Null is fine.
 */
SEALWAX_API
void sealwax_encryptor_free(struct sealwax_encryptor *encryptor);

/**
 * Starts an envelope. Free it with `sealwax_decryptor_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_new(const struct sealwax_decrypt_options *options,
                                   struct sealwax_decryptor **out_decryptor);

/**
 * Starts a body whose header was stored elsewhere.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_new_detached(const uint8_t *header,
                                            size_t header_len,
                                            const struct sealwax_decrypt_options *options,
                                            struct sealwax_decryptor **out_decryptor);

/**
 * Reads the envelope and writes plaintext as far as both buffers allow.
 *
 * At `SEALWAX_NEED_KEY` the host calls `sealwax_decryptor_unwrap`, or looks at
 * `sealwax_decryptor_header`, asks its KMS in its own time and calls
 * `sealwax_decryptor_provide_dek`. Any split of the input and of the output gives the same
 * bytes. Errors are sticky, and all of `output` is zeroed. `output` must not overlap `input`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_process(struct sealwax_decryptor *decryptor,
                                       const uint8_t *input,
                                       size_t input_len,
                                       uint8_t *output,
                                       size_t capacity,
                                       struct sealwax_progress *out_progress);

/**
 * Copies the header, once `process` has it: for its context and its wrapped keys. It is
 * authentic only after the DEK was accepted. Free it with `sealwax_header_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_header(const struct sealwax_decryptor *decryptor,
                                      struct sealwax_header **out_header);

/**
 * Gives the DEK that the host unwrapped; copied. If it does not fit the header the call fails
 * with `SEALWAX_ERR_HEADER_AUTHENTICATION`, and another wrapped key can be tried.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_provide_dek(struct sealwax_decryptor *decryptor,
                                           const uint8_t *dek,
                                           size_t dek_len);

/**
 * Has the providers unwrap the DEK, in their order, until one's DEK fits. After a failure other
 * providers can be tried.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_unwrap(struct sealwax_decryptor *decryptor,
                                      const struct sealwax_provider *const *providers,
                                      size_t provider_count);

/**
 * Copies the metadata, once the DEK was accepted. Metadata that is not there is 0 bytes long
 * and `out_present` is false. `out_present` can be null.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_metadata(const struct sealwax_decryptor *decryptor,
                                        uint8_t *output,
                                        size_t capacity,
                                        size_t *out_len,
                                        bool *out_present);

/**
 * Says that no more input follows: only then is a short chunk known to be the last.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_end_input(struct sealwax_decryptor *decryptor);

/**
 * Ends the envelope: `SEALWAX_ERR_TRUNCATED` unless `process` was done. Whatever it returns, the
 * decryptor can only be freed then. What was decrypted is whole only if this succeeds.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_finish(struct sealwax_decryptor *decryptor);

/**
 * Frees a decryptor, in any state. Null is fine.
 */
SEALWAX_API
void sealwax_decryptor_free(struct sealwax_decryptor *decryptor);

/**
 * Makes a DEK, has every provider wrap it, and fixes the header. The options' associated data
 * does not matter here: it goes with each message. Free it with `sealwax_encrypt_handle_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_new(const struct sealwax_provider *const *providers,
                                        size_t provider_count,
                                        const struct sealwax_encrypt_options *options,
                                        struct sealwax_encrypt_handle **out_handle);

/**
 * As `sealwax_encrypt_handle_new`, with a DEK and wrapped keys of the host's; both are copied.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_new_with_dek(const uint8_t *dek,
                                                 size_t dek_len,
                                                 const struct sealwax_wrapped_key *keys,
                                                 size_t key_count,
                                                 const struct sealwax_encrypt_options *options,
                                                 struct sealwax_encrypt_handle **out_handle);

/**
 * The header that every message carries, MAC included; it belongs to `handle`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_header(const struct sealwax_encrypt_handle *handle,
                                           struct sealwax_bytes *out_bytes);

/**
 * Length of the envelope of a message, exactly, in bytes.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_sealed_len(const struct sealwax_encrypt_handle *handle,
                                               uint64_t plaintext_len,
                                               uint64_t *out_len);

/**
 * Encrypts a message; `output` must not overlap the inputs.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_encrypt(const struct sealwax_encrypt_handle *handle,
                                            const uint8_t *associated_data,
                                            size_t associated_data_len,
                                            const uint8_t *plaintext,
                                            size_t plaintext_len,
                                            uint8_t *output,
                                            size_t capacity,
                                            size_t *out_len);

/**
 * As `sealwax_encrypt_handle_encrypt`, without the header, which is stored elsewhere.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_encrypt_body(const struct sealwax_encrypt_handle *handle,
                                                 const uint8_t *associated_data,
                                                 size_t associated_data_len,
                                                 const uint8_t *plaintext,
                                                 size_t plaintext_len,
                                                 uint8_t *output,
                                                 size_t capacity,
                                                 size_t *out_len);

/**
 * A state machine for one message. Free it with `sealwax_encryptor_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_encryptor(const struct sealwax_encrypt_handle *handle,
                                              const uint8_t *associated_data,
                                              size_t associated_data_len,
                                              struct sealwax_encryptor **out_encryptor);

/**
 * Frees a handle and wipes its DEK. Null is fine.
 */
SEALWAX_API
void sealwax_encrypt_handle_free(struct sealwax_encrypt_handle *handle);

/**
 * Has the providers unwrap the DEK of a header, in their order, until one's DEK fits. The
 * options' associated data does not matter here. Free it with `sealwax_decrypt_handle_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_open(const uint8_t *header,
                                         size_t header_len,
                                         const struct sealwax_provider *const *providers,
                                         size_t provider_count,
                                         const struct sealwax_decrypt_options *options,
                                         struct sealwax_decrypt_handle **out_handle);

/**
 * Verifies a header under the DEK that the host unwrapped; both are copied.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_open_with_dek(const uint8_t *header,
                                                  size_t header_len,
                                                  const uint8_t *dek,
                                                  size_t dek_len,
                                                  struct sealwax_decrypt_handle **out_handle);

/**
 * The verified header, as stored; it belongs to `handle`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_header(const struct sealwax_decrypt_handle *handle,
                                           struct sealwax_bytes *out_bytes);

/**
 * Copies the metadata. Metadata that is not there is 0 bytes long and `out_present` is false.
 * `out_present` can be null.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_metadata(const struct sealwax_decrypt_handle *handle,
                                             uint8_t *output,
                                             size_t capacity,
                                             size_t *out_len,
                                             bool *out_present);

/**
 * Decrypts an envelope that carries this very header; another one is
 * `SEALWAX_ERR_INVALID_ARGUMENT`. After a failure `output` holds nothing of the plaintext.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_decrypt(const struct sealwax_decrypt_handle *handle,
                                            const uint8_t *associated_data,
                                            size_t associated_data_len,
                                            const uint8_t *envelope,
                                            size_t envelope_len,
                                            uint8_t *output,
                                            size_t capacity,
                                            size_t *out_len);

/**
 * As `sealwax_decrypt_handle_decrypt`, for a body without a header in front of it.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_decrypt_body(const struct sealwax_decrypt_handle *handle,
                                                 const uint8_t *associated_data,
                                                 size_t associated_data_len,
                                                 const uint8_t *body,
                                                 size_t body_len,
                                                 uint8_t *output,
                                                 size_t capacity,
                                                 size_t *out_len);

/**
 * Makes the header anew, wrapped by these providers; context and metadata stay. `mode` is one of
 * `sealwax_rewrap_mode`.
 *
 * The new header is as long as the old one if the keys fit, else it grows;
 * `SEALWAX_MAX_HEADER_LEN` bytes are always enough. `handle` stays as it is.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_rewrap(const struct sealwax_decrypt_handle *handle,
                                           const struct sealwax_provider *const *providers,
                                           size_t provider_count,
                                           uint32_t mode,
                                           uint8_t *output,
                                           size_t capacity,
                                           size_t *out_len);

/**
 * As `sealwax_decrypt_handle_rewrap`, with exactly these wrapped keys of the host's.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_rewrap_with_keys(const struct sealwax_decrypt_handle *handle,
                                                     const struct sealwax_wrapped_key *keys,
                                                     size_t key_count,
                                                     uint8_t *output,
                                                     size_t capacity,
                                                     size_t *out_len);

/**
 * Frees a handle and wipes its DEK. Null is fine.
 */
SEALWAX_API
void sealwax_decrypt_handle_free(struct sealwax_decrypt_handle *handle);

/**
 * As `sealwax_encrypt_handle_encrypt`, on `threads` threads, 0 for every core. The bytes do not
 * depend on their number.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_encrypt_parallel(const struct sealwax_encrypt_handle *handle,
                                                     size_t threads,
                                                     const uint8_t *associated_data,
                                                     size_t associated_data_len,
                                                     const uint8_t *plaintext,
                                                     size_t plaintext_len,
                                                     uint8_t *output,
                                                     size_t capacity,
                                                     size_t *out_len);

/**
 * As `sealwax_decrypt_handle_decrypt`, on `threads` threads, 0 for every core.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_decrypt_parallel(const struct sealwax_decrypt_handle *handle,
                                                     size_t threads,
                                                     const uint8_t *associated_data,
                                                     size_t associated_data_len,
                                                     const uint8_t *envelope,
                                                     size_t envelope_len,
                                                     uint8_t *output,
                                                     size_t capacity,
                                                     size_t *out_len);

/**
 * As `sealwax_decrypt_handle_decrypt_body`, on `threads` threads, 0 for every core.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_decrypt_body_parallel(const struct sealwax_decrypt_handle *handle,
                                                          size_t threads,
                                                          const uint8_t *associated_data,
                                                          size_t associated_data_len,
                                                          const uint8_t *body,
                                                          size_t body_len,
                                                          uint8_t *output,
                                                          size_t capacity,
                                                          size_t *out_len);

/**
 * Makes file options. Free them with `sealwax_file_options_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_new(struct sealwax_file_options **out_options);

/**
 * Whether an existing target is replaced. If not, it is `SEALWAX_ERR_ALREADY_EXISTS`. Pipes and
 * devices are not replaced but written to.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_set_overwrite(struct sealwax_file_options *options,
                                                bool overwrite);

/**
 * Permissions of the target, such as 0640, whatever the umask. Without them it gets those of the
 * file that it replaces; a new envelope gets what any new file gets there, a new plaintext 0600.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_set_mode(struct sealwax_file_options *options, uint32_t mode);

/**
 * Whether a call returns only when its result would survive a power failure: the default. Else the
 * result may be lost or empty after one, and so may the file that it replaced; but many small files
 * are written several times as fast.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_set_durable(struct sealwax_file_options *options, bool durable);

/**
 * Whether runs of zeros in a plaintext become holes: one of `sealwax_sparse`. Of an envelope that
 * is read from a pipe none do.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_set_sparse(struct sealwax_file_options *options, uint32_t sparse);

/**
 * Has the name of each target made durable together with those of others, when
 * `sealwax_file_batch_finish` is called; null for each at once. The batch can be freed.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_set_batch(struct sealwax_file_options *options,
                                            const struct sealwax_file_batch *batch);

/**
 * Number of threads; 0 for every core. The bytes do not depend on it.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_set_threads(struct sealwax_file_options *options, size_t threads);

/**
 * Who is told how far it is; null for nobody. `user_data` stays the host's and must be valid
 * while the options are used.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_set_progress(struct sealwax_file_options *options,
                                               sealwax_progress_fn progress,
                                               void *user_data);

/**
 * Frees options. Null is fine.
 */
SEALWAX_API
void sealwax_file_options_free(struct sealwax_file_options *options);

/**
 * Makes a batch without files. Free it with `sealwax_file_batch_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_batch_new(struct sealwax_file_batch **out_batch);

/**
 * Makes the names of all files durable that were written with this batch, once for each directory.
 * After a failure the files are complete and have their names: `sealwax_last_error_committed`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_batch_finish(const struct sealwax_file_batch *batch);

/**
 * Frees a batch. What was written with it and not finished has its name, which may not survive a
 * power failure. Null is fine.
 */
SEALWAX_API
void sealwax_file_batch_free(struct sealwax_file_batch *batch);

/**
 * Encrypts a file into another one; `out_len`, which can be null, is the length of the envelope.
 *
 * The target gets its name only when it is complete and durable: after an error it is as it was
 * before, unless `sealwax_last_error_committed` says otherwise. Memory is constant. Both may be
 * pipes or devices; such a target is written to as it is.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_file(const char *source,
                                  const char *target,
                                  const struct sealwax_provider *const *providers,
                                  size_t provider_count,
                                  const struct sealwax_encrypt_options *options,
                                  const struct sealwax_file_options *file_options,
                                  uint64_t *out_len);

/**
 * Decrypts a file into another one; `out_len`, which can be null, is the length of the
 * plaintext. As for `sealwax_encrypt_file`, the target appears whole or not at all.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_file(const char *source,
                                  const char *target,
                                  const struct sealwax_provider *const *providers,
                                  size_t provider_count,
                                  const struct sealwax_decrypt_options *options,
                                  const struct sealwax_file_options *file_options,
                                  uint64_t *out_len);

/**
 * Replaces or adds the wrapped keys of an encrypted file; its body's bytes do not change. `mode`
 * is one of `sealwax_rewrap_mode`; `out_outcome`, which can be null, says how it was done.
 *
 * A crash at any time leaves a file that opens with the old keys or the new ones: a journal
 * beside it, `<name>.sealwax-journal`, is removed by the next call that opens the file.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_rewrap_file(const char *path,
                                 const struct sealwax_provider *const *old_providers,
                                 size_t old_count,
                                 const struct sealwax_provider *const *new_providers,
                                 size_t new_count,
                                 uint32_t mode,
                                 sealwax_rewrap_outcome *out_outcome);

/**
 * Reads the header of an encrypted file; no key is needed. Free it with `sealwax_header_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_header_of_file(const char *path, struct sealwax_header **out_header);

/**
 * Opens an encrypted file for reading at any offset. Free it with `sealwax_reader_free`.
 *
 * `detached_header` is null, unless the file holds a body alone. Reads of more than 4 MiB use
 * `threads` threads, 0 for every core. The length is authenticated here.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_reader_open_file(const char *path,
                                      const uint8_t *detached_header,
                                      size_t detached_header_len,
                                      const struct sealwax_provider *const *providers,
                                      size_t provider_count,
                                      const struct sealwax_decrypt_options *options,
                                      size_t threads,
                                      struct sealwax_reader **out_reader);

/**
 * As `sealwax_reader_open_file`, for an object that the host reads: of an object store, of a
 * database.
 *
 * The callbacks are copied. `user_data` belongs to the reader from now on: `destroy` is called
 * once with it, when the reader is freed. If this call fails, `destroy` is not called.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_reader_open(const struct sealwax_read_callbacks *callbacks,
                                 void *user_data,
                                 const uint8_t *detached_header,
                                 size_t detached_header_len,
                                 const struct sealwax_provider *const *providers,
                                 size_t provider_count,
                                 const struct sealwax_decrypt_options *options,
                                 size_t threads,
                                 struct sealwax_reader **out_reader);

/**
 * Reads the plaintext at `offset` into `output`: as much as fits, less only at the end, where
 * `out_read` is less or 0. After a failure all of `output` is zeroed.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_reader_read_at(const struct sealwax_reader *reader,
                                    uint8_t *output,
                                    size_t output_len,
                                    uint64_t offset,
                                    size_t *out_read);

/**
 * Length of the plaintext, authenticated.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_reader_len(const struct sealwax_reader *reader, uint64_t *out_len);

/**
 * Copies the verified header. Free it with `sealwax_header_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_reader_header(const struct sealwax_reader *reader,
                                   struct sealwax_header **out_header);

/**
 * Copies the metadata. Metadata that is not there is 0 bytes long and `out_present` is false.
 * `out_present` can be null.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_reader_metadata(const struct sealwax_reader *reader,
                                     uint8_t *output,
                                     size_t capacity,
                                     size_t *out_len,
                                     bool *out_present);

/**
 * Frees a reader. Null is fine.
 */
SEALWAX_API
void sealwax_reader_free(struct sealwax_reader *reader);

/**
 * Length of the whole header whose first bytes these are, so that a host knows how much to
 * read; 0 while fewer than 12 are there.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_header_announced_len(const uint8_t *start, size_t start_len, size_t *out_len);

/**
 * Parses the header at the front of an envelope; copied. Free it with `sealwax_header_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_header_of_envelope(const uint8_t *envelope,
                                        size_t envelope_len,
                                        struct sealwax_header **out_header);

/**
 * Parses a header that stands alone; copied. Bytes behind it are `SEALWAX_ERR_TRAILING_DATA`.
 * Free it with `sealwax_header_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_header_parse(const uint8_t *bytes,
                                  size_t bytes_len,
                                  struct sealwax_header **out_header);

/**
 * The header as stored, MAC included; it belongs to `header`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_header_bytes(const struct sealwax_header *header,
                                  struct sealwax_bytes *out_bytes);

/**
 * Length of the whole header, in bytes: where the body starts. 0 for null.
 */
SEALWAX_API
size_t sealwax_header_len(const struct sealwax_header *header);

/**
 * Zero bytes in front of the MAC: room to rewrap in place. 0 for null.
 */
SEALWAX_API
size_t sealwax_header_padding_len(const struct sealwax_header *header);

/**
 * Length of the sealed metadata, in bytes; 0 if there is none, and for null.
 */
SEALWAX_API
size_t sealwax_header_sealed_metadata_len(const struct sealwax_header *header);

/**
 * Copies the encryption context. Free it with `sealwax_context_free`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_header_context(const struct sealwax_header *header,
                                    struct sealwax_context **out_context);

/**
 * Number of wrapped keys; 0 for null.
 */
SEALWAX_API
size_t sealwax_header_wrapped_key_count(const struct sealwax_header *header);

/**
 * The wrapped key at `index`; its parts belong to `header`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_header_wrapped_key_at(const struct sealwax_header *header,
                                           size_t index,
                                           struct sealwax_wrapped_key *out_key);

/**
 * Frees a header. Null is fine.
 */
SEALWAX_API
void sealwax_header_free(struct sealwax_header *header);

/**
 * Length of the plaintext in a body of `body_len` bytes; not authenticated.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_plaintext_len(uint64_t body_len, uint64_t *out_len);

/**
 * Index of the chunk that holds the plaintext byte at `offset`, and the byte's offset in it.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_chunk_of(uint64_t offset, uint64_t *out_index, size_t *out_offset);

/**
 * The bytes of a body that hold the plaintext from `start` to `end`: whole chunks, cut at the
 * end of the message. An empty range needs no bytes.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_body_range(uint64_t start,
                                uint64_t end,
                                uint64_t body_len,
                                struct sealwax_range *out_range);

/**
 * The two ranges of a body to fetch for `sealwax_range_opener_new`: its prefix and its last
 * chunk.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_range_opener_ranges(uint64_t body_len,
                                         struct sealwax_range *out_prefix,
                                         struct sealwax_range *out_last_chunk);

/**
 * Checks the commitment and authenticates the length by opening the last chunk. Free it with
 * `sealwax_range_opener_free`; it does not need `handle` to live on.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_range_opener_new(const struct sealwax_decrypt_handle *handle,
                                      const uint8_t *associated_data,
                                      size_t associated_data_len,
                                      uint64_t body_len,
                                      const uint8_t *prefix,
                                      size_t prefix_len,
                                      const uint8_t *last_chunk,
                                      size_t last_chunk_len,
                                      struct sealwax_range_opener **out_opener);

/**
 * Length of the plaintext, authenticated.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_range_opener_len(const struct sealwax_range_opener *opener, uint64_t *out_len);

/**
 * Opens what was fetched for the plaintext that starts at `offset`, and fills all of `output`.
 *
 * `sealed` holds the bytes of `sealwax_body_range` from `offset` to `offset + output_len`. A
 * range that ends behind the message is `SEALWAX_ERR_INVALID_ARGUMENT`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_range_opener_open(const struct sealwax_range_opener *opener,
                                       uint64_t offset,
                                       const uint8_t *sealed,
                                       size_t sealed_len,
                                       uint8_t *output,
                                       size_t output_len);

/**
 * Frees an opener. Null is fine.
 */
SEALWAX_API
void sealwax_range_opener_free(struct sealwax_range_opener *opener);

/**
 * Rewraps a whole envelope in memory: unwraps with the old providers, wraps with the new ones.
 * `mode` is one of `sealwax_rewrap_mode`.
 *
 * The body stays as it is, byte for byte. `envelope_len + SEALWAX_MAX_HEADER_LEN` bytes are
 * always enough; fewer than `envelope_len` never are. `output` must not overlap `envelope`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_rewrap(const uint8_t *envelope,
                            size_t envelope_len,
                            const struct sealwax_provider *const *old_providers,
                            size_t old_count,
                            const struct sealwax_provider *const *new_providers,
                            size_t new_count,
                            uint32_t mode,
                            uint8_t *output,
                            size_t capacity,
                            size_t *out_len);

/**
 * Length of the text form of `len` bytes, without a zero byte at its end.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_text_len(size_t len, size_t *out_len);

/**
 * Writes the text form of an envelope or a header, and a zero byte behind it.
 *
 * `capacity` is one more than `sealwax_text_len`; `out_len` does not count the zero byte.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_to_text(const uint8_t *bytes,
                             size_t bytes_len,
                             char *text,
                             size_t capacity,
                             size_t *out_len);

/**
 * Reads the text form back into bytes. No more than `text_len` bytes are ever needed.
 *
 * Anything that `sealwax_to_text` does not write is `SEALWAX_ERR_BAD_MAGIC` or
 * `SEALWAX_ERR_MALFORMED`.
 */
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_from_text(const char *text,
                               size_t text_len,
                               uint8_t *output,
                               size_t capacity,
                               size_t *out_len);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SEALWAX_H */

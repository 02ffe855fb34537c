/**
 * Sealwax: envelope encryption. https://github.com/sealwax/sealwax
 *
 * These rules hold for every function:
 *
 * - A function that can fail returns SEALWAX_OK (0) or an error code. It writes its results
 *   (`out_...`) only on success. `sealwax_last_error_message` explains the newest error of the
 *   thread.
 * - Null is SEALWAX_ERR_NULL_POINTER where an object, a struct or a result is needed. Null with a
 *   length of 0 is an empty buffer. Impossible lengths, outputs that overlap inputs, and text that
 *   is not UTF-8 are SEALWAX_ERR_INVALID_ARGUMENT.
 * - The caller owns all buffers. A buffer that is too small is SEALWAX_ERR_BUFFER_TOO_SMALL, and
 *   `sealwax_last_error_needed` returns the length that the call needs.
 * - A call does not modify what a pointer to const points to. It reads its inputs until it returns.
 *   An object copies what it keeps.
 * - Structs that can grow begin with `struct_size`. The program sets it to the size of the struct,
 *   by `SEALWAX_..._INIT`, also where a call writes the rest. An older program works with a newer
 *   library. An older library refuses members that it does not know with
 *   SEALWAX_ERR_INVALID_ARGUMENT unless they are zero, and writes zero to them. The structs
 *   `sealwax_bytes`, `sealwax_context_pair` and `sealwax_range` never grow.
 * - A function that writes `**out` makes an object. The `_free` function of its type frees it, once.
 *   Freeing null does nothing; freeing twice is undefined. Objects can be freed in any order. Views
 *   (`sealwax_bytes`, `sealwax_context_pair`, `sealwax_wrapped_key`) are owned by the object that
 *   was asked. A callback can free any object, including those of the running call.
 * - Calls that take an object as a pointer to const can run at the same time in several threads.
 *   Any other call needs the object for itself. Objects can move between threads.
 * - After a fork, the child can use every object that no other thread was using at that moment,
 *   except encryptors and decryptors of its parent. Both processes would use the same key and
 *   nonces, so their calls are SEALWAX_ERR_INVALID_STATE. They can be freed.
 * - SEALWAX_ERR_NO_MEMORY means that there is no memory for a length that the program gave. If the
 *   library lacks memory for itself, the program ends.
 * - No panic leaves the library. `pthread_cancel` takes effect after the call. Callbacks must
 *   return: a C++ exception or `pthread_exit` that leaves one ends the program (SIGABRT), and a
 *   longjmp out of one is undefined.
 */


#ifndef SEALWAX_H
#define SEALWAX_H

/* Made by cbindgen from the sources of bindings-c; do not edit. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Version of this header. `sealwax_version` returns that of the library.
#define SEALWAX_VERSION "0.1.0"
#define SEALWAX_VERSION_MAJOR 0
#define SEALWAX_VERSION_MINOR 1
#define SEALWAX_VERSION_PATCH 0

/// Length of a DEK and of a local key encryption key, in bytes.
#define SEALWAX_KEY_LEN 32

/// Length of the largest header, in bytes.
#define SEALWAX_MAX_HEADER_LEN 65536

/// Room for the longest text form of a public or secret key, with its zero byte.
#define SEALWAX_KEY_TEXT_LEN 2048

/// Marks the functions of the library. A program can define it, or SEALWAX_DLL to use the DLL of
/// Windows.
#ifndef SEALWAX_API
#if defined(_WIN32) && defined(SEALWAX_DLL)
#define SEALWAX_API __declspec(dllimport)
#elif !defined(_WIN32) && defined(__GNUC__)
#define SEALWAX_API __attribute__((visibility("default")))
#else
#define SEALWAX_API
#endif
#endif

/// Makes the compiler warn where a program ignores the result of a call. A program can define it.
#ifndef SEALWAX_MUST_USE
#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define SEALWAX_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define SEALWAX_MUST_USE __attribute__((warn_unused_result))
#else
#define SEALWAX_MUST_USE
#endif
#endif

/// `sealwax_wrapped_key key = SEALWAX_WRAPPED_KEY_INIT;`
#define SEALWAX_WRAPPED_KEY_INIT {sizeof(sealwax_wrapped_key), NULL, 0, NULL, 0, NULL, 0}
/// `sealwax_progress progress = SEALWAX_PROGRESS_INIT;`
#define SEALWAX_PROGRESS_INIT {sizeof(sealwax_progress), 0, 0, SEALWAX_NEED_INPUT}
/// `sealwax_cache_stats stats = SEALWAX_CACHE_STATS_INIT;`
#define SEALWAX_CACHE_STATS_INIT {sizeof(sealwax_cache_stats), 0, 0, 0, 0, 0}
/// `sealwax_provider_callbacks callbacks = SEALWAX_PROVIDER_CALLBACKS_INIT;`
#define SEALWAX_PROVIDER_CALLBACKS_INIT \
  {sizeof(sealwax_provider_callbacks), NULL, NULL, NULL, NULL, NULL}
/// `sealwax_read_callbacks callbacks = SEALWAX_READ_CALLBACKS_INIT;`
#define SEALWAX_READ_CALLBACKS_INIT {sizeof(sealwax_read_callbacks), NULL, NULL, NULL}

/// The result of a call. The numbers never change: 1-19 misuse, 20-39 format, 40-59 key,
/// 60-79 body, 80-99 host. Later versions may add codes.
enum sealwax_code
#ifdef __cplusplus
  : uint32_t
#endif // __cplusplus
 {
  /// Success.
  SEALWAX_OK = 0,
  /// An argument is outside of what the call accepts.
  SEALWAX_ERR_INVALID_ARGUMENT = 1,
  /// The call does not fit the state of the object.
  SEALWAX_ERR_INVALID_STATE = 2,
  /// The caller's buffer is too small; the error says the size needed.
  SEALWAX_ERR_BUFFER_TOO_SMALL = 3,
  /// A pointer that must not be null is null (C binding).
  SEALWAX_ERR_NULL_POINTER = 4,
  /// A bug in Sealwax, caught at the boundary of a binding.
  SEALWAX_ERR_PANIC = 5,
  /// The input is not a Sealwax envelope.
  SEALWAX_ERR_BAD_MAGIC = 20,
  /// The envelope has a format version that this library does not know.
  SEALWAX_ERR_UNSUPPORTED_VERSION = 21,
  /// The envelope names a cipher suite that this library does not know.
  SEALWAX_ERR_UNSUPPORTED_SUITE = 22,
  /// The header breaks a rule of the format.
  SEALWAX_ERR_MALFORMED = 23,
  /// A count or a length is over its limit.
  SEALWAX_ERR_LIMIT_EXCEEDED = 24,
  /// No configured provider may unwrap any of the wrapped keys.
  SEALWAX_ERR_NO_MATCHING_KEY = 40,
  /// The host's provider failed: unreachable, denied, out of time.
  SEALWAX_ERR_PROVIDER_FAILED = 41,
  /// A wrapped key did not open under the key that it names.
  SEALWAX_ERR_KEY_UNWRAP = 42,
  /// The key commitment of a body does not fit the DEK, the header or the associated data.
  SEALWAX_ERR_COMMITMENT_MISMATCH = 43,
  /// The encryption context lacks a pair that the reader requires.
  SEALWAX_ERR_CONTEXT_MISMATCH = 44,
  /// The header MAC does not fit: a wrong DEK or a modified header.
  SEALWAX_ERR_HEADER_AUTHENTICATION = 45,
  /// A chunk is not authentic.
  SEALWAX_ERR_AUTHENTICATION = 60,
  /// The input ends before the message does.
  SEALWAX_ERR_TRUNCATED = 61,
  /// Bytes follow where nothing may follow.
  SEALWAX_ERR_TRAILING_DATA = 62,
  /// Reading or writing failed.
  SEALWAX_ERR_IO = 80,
  /// The host cancelled the operation.
  SEALWAX_ERR_CANCELLED = 81,
  /// The target exists and may not be overwritten.
  SEALWAX_ERR_ALREADY_EXISTS = 82,
  /// The source of randomness failed.
  SEALWAX_ERR_RANDOMNESS = 83,
  /// The memory for a length that the caller asked for could not be had.
  SEALWAX_ERR_NO_MEMORY = 84,
};
#ifndef __cplusplus
typedef uint32_t sealwax_code;
#endif // __cplusplus


/// What a state machine needs next.
enum sealwax_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// More input, or the end of the input.
  SEALWAX_NEED_INPUT = 0,
  /// Room for output.
  SEALWAX_NEED_OUTPUT = 1,
  /// A key: a wrapped key for an encryptor, the unwrapped DEK for a decryptor.
  SEALWAX_NEED_KEY = 2,
  /// Nothing. The message is complete.
  SEALWAX_DONE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sealwax_status sealwax_status;
#else
typedef uint32_t sealwax_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// How the new header was written to a file.
enum sealwax_rewrap_outcome
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// It fits into the place of the old one: a few kilobytes were written, for any size of file.
  SEALWAX_REWRAPPED_IN_PLACE = 0,
  /// It does not fit: the file was copied, with the same body.
  SEALWAX_REWRAPPED_BY_COPY = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sealwax_rewrap_outcome sealwax_rewrap_outcome;
#else
typedef uint32_t sealwax_rewrap_outcome;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// The operation of a key event. Later versions may add operations.
enum sealwax_key_operation
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// A DEK was made and wrapped in one call of the KMS.
  SEALWAX_KEY_GENERATE = 1,
  /// A DEK was wrapped.
  SEALWAX_KEY_WRAP = 2,
  /// A DEK was unwrapped.
  SEALWAX_KEY_UNWRAP = 3,
  /// A cache had the DEK, and no KMS was asked.
  SEALWAX_KEY_CACHE_HIT = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sealwax_key_operation sealwax_key_operation;
#else
typedef uint32_t sealwax_key_operation;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// The outcome of a key event. Later versions may add outcomes.
enum sealwax_key_outcome
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// The key was used.
  SEALWAX_KEY_OK = 1,
  /// The wrapped key did not open: it was modified, or belongs to another key or context.
  SEALWAX_KEY_REJECTED = 2,
  /// The KMS refused the permission; see `sealwax_failure_set_denied`.
  SEALWAX_KEY_DENIED = 3,
  /// Any other failure: the KMS was not reached, the key is disabled, a callback returned
  /// nonsense.
  SEALWAX_KEY_FAILED = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sealwax_key_outcome sealwax_key_outcome;
#else
typedef uint32_t sealwax_key_outcome;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// Length of a header, which decides whether it can later be rewrapped in place.
enum sealwax_padding
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// A multiple of 4,096 bytes for messages of unknown length or of 1 MiB and more, else no
  /// padding.
  SEALWAX_PADDING_AUTO = 0,
  /// No padding.
  SEALWAX_PADDING_NONE = 1,
  /// A multiple of 4,096 bytes.
  SEALWAX_PADDING_PAGE = 2,
  /// The length that the call gives.
  SEALWAX_PADDING_EXACT = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sealwax_padding sealwax_padding;
#else
typedef uint32_t sealwax_padding;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// Which wrapped keys a rewrapped header holds.
enum sealwax_rewrap_mode
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// Only those of the new providers.
  SEALWAX_REWRAP_REPLACE = 0,
  /// The old ones and those of the new providers.
  SEALWAX_REWRAP_ADD = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sealwax_rewrap_mode sealwax_rewrap_mode;
#else
typedef uint32_t sealwax_rewrap_mode;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// Whether runs of zeros in a plaintext become holes in its file, which take no disk space.
enum sealwax_sparse
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// Runs of 64 KiB and more, so that a sparse file stays sparse.
  SEALWAX_SPARSE_AUTO = 0,
  /// No holes. The whole file takes disk space.
  SEALWAX_SPARSE_NEVER = 1,
  /// Every block of 4 KiB.
  SEALWAX_SPARSE_ALWAYS = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sealwax_sparse sealwax_sparse;
#else
typedef uint32_t sealwax_sparse;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// Public pairs of text that are stored in the header, authenticated, and passed to the KMS.
///
/// They are not secret. A call that adds a pair needs the context for itself; all others can run at
/// the same time.
typedef struct sealwax_context sealwax_context;

/// A verified header and its DEK, ready to decrypt every message that carries it, and to be
/// rewrapped. Any number of threads can use it.
typedef struct sealwax_decrypt_handle sealwax_decrypt_handle;

/// How to decrypt: associated data, and pairs that the context must have. Null means no options, as
/// for `sealwax_encrypt_options`.
typedef struct sealwax_decrypt_options sealwax_decrypt_options;

/// Decrypts one envelope of any length, piece by piece: envelope in, plaintext out.
///
/// All plaintext that it writes is authentic, but only `sealwax_decryptor_finish` shows that the
/// envelope is complete. Threads, callbacks and forks: as for `sealwax_encryptor`.
typedef struct sealwax_decryptor sealwax_decryptor;

/// Keeps DEKs in front of a provider, so that not every message costs a call of the KMS.
///
/// Encryption: messages with equal contexts share a DEK within the limits. Decryption: unwrapped
/// DEKs are kept. If many threads miss at once, the KMS is called once. A leaked DEK opens all
/// messages that share it. A key that was revoked in the KMS still works until the maximum age
/// is reached. Any number of threads can use a cache.
typedef struct sealwax_dek_cache sealwax_dek_cache;

/// A DEK with its finished header, ready to encrypt any number of messages. The KMS was asked
/// once. Any number of threads can use it.
///
/// Each message has its own random salt and so its own key. All carry the same header: a reader
/// that can unwrap the DEK can read all of them.
typedef struct sealwax_encrypt_handle sealwax_encrypt_handle;

/// How to encrypt: context, associated data, metadata, padding.
///
/// Null means no options, wherever a call takes them. An object that is made with options copies
/// them. A call that sets an option needs the options for itself; all others can run at the same
/// time.
typedef struct sealwax_encrypt_options sealwax_encrypt_options;

/// Encrypts one message of any length, piece by piece: plaintext in, envelope out.
///
/// Any thread can use it, one at a time. A second thread gets `SEALWAX_ERR_INVALID_STATE`, and so
/// does a callback that uses the encryptor of its own call. After a fork only the process that made
/// it can use it: every call of the other one is `SEALWAX_ERR_INVALID_STATE`, except
/// `sealwax_encryptor_free`.
typedef struct sealwax_encryptor sealwax_encryptor;

/// The reason why a callback fails; see `sealwax_failure_set`.
typedef struct sealwax_failure sealwax_failure;

/// Many files whose names become durable together, which saves most of the time for small ones. Any
/// number of threads can use a batch.
typedef struct sealwax_file_batch sealwax_file_batch;

/// How a file is written: overwriting, permissions, durability, holes, threads, progress.
///
/// Null means the defaults, wherever a call takes these options: an existing target is an error,
/// the result is durable, every core is used, no progress is reported.
typedef struct sealwax_file_options sealwax_file_options;

/// A parsed header. Its structure is checked, but it is not authenticated: until a decryption
/// succeeds, every field may come from an attacker. Any number of threads can use it.
typedef struct sealwax_header sealwax_header;

/// Wraps and unwraps DEKs: with a local key, through the host's callbacks, or through a cache.
///
/// Any number of threads can use a provider at the same time. Calls take several of them as an
/// array of pointers and a count. Encryption wraps the DEK with each of them. Decryption asks them
/// in their order, each at most once, and only for a wrapped key with its provider id and a key id
/// that it accepts.
typedef struct sealwax_provider sealwax_provider;

/// Decrypts ranges of one body. The host fetches the bytes itself, for example from an object
/// store. Any number of threads can use an opener.
typedef struct sealwax_range_opener sealwax_range_opener;

/// Reads plaintext at any offset of an encrypted object.
///
/// A read fetches the chunks that it needs and no others. Any number of threads can use a reader at
/// the same time; it holds no lock while it reads or decrypts.
typedef struct sealwax_reader sealwax_reader;

/// Releases a `user_data`. It is called once, in any thread.
typedef void (*sealwax_destroy_fn)(void *user_data);

/// A pair of an encryption context: UTF-8 without a zero byte at its end. The context owns the
/// text. It is valid until the context is changed or freed.
typedef struct sealwax_context_pair {
  /// The key.
  const char *key;
  /// Length of the key, in bytes.
  size_t key_len;
  /// The value.
  const char *value;
  /// Length of the value, in bytes.
  size_t value_len;
} sealwax_context_pair;

/// Bytes that an object owns. They are valid until it is changed or freed.
typedef struct sealwax_bytes {
  /// The first byte.
  const uint8_t *data;
  /// Their number.
  size_t len;
} sealwax_bytes;

/// Whether the provider was configured with this key; see `sealwax_provider_callbacks`.
typedef bool (*sealwax_accepts_fn)(void *user_data, const char *key_id, size_t key_id_len);

/// A buffer of the library that a callback fills. The callback writes at most `capacity` bytes to
/// `data` and sets `len`. The buffer is valid during the callback and wiped afterwards.
typedef struct sealwax_buffer {
  /// Size of the struct as the library knows it. Later versions may append members.
  size_t struct_size;
  /// Where to write.
  uint8_t *data;
  /// Room, in bytes.
  size_t capacity;
  /// Number of bytes written. More than `capacity` makes the call fail.
  size_t len;
} sealwax_buffer;

/// Wraps a DEK. Writes the wrapped DEK, and the key id if it is not the provider's own.
typedef sealwax_code (*sealwax_wrap_fn)(void *user_data,
                                        const uint8_t *dek,
                                        size_t dek_len,
                                        const struct sealwax_context *context,
                                        struct sealwax_buffer *key_id,
                                        struct sealwax_buffer *wrapped_dek,
                                        struct sealwax_failure *failure);

/// Unwraps a DEK. Writes `SEALWAX_KEY_LEN` bytes.
typedef sealwax_code (*sealwax_unwrap_fn)(void *user_data,
                                          const char *key_id,
                                          size_t key_id_len,
                                          const uint8_t *wrapped_dek,
                                          size_t wrapped_dek_len,
                                          const struct sealwax_context *context,
                                          struct sealwax_buffer *dek,
                                          struct sealwax_failure *failure);

/// Makes a DEK and wraps it. Writes both, and the key id if it is not the provider's own.
typedef sealwax_code (*sealwax_generate_fn)(void *user_data,
                                            const struct sealwax_context *context,
                                            struct sealwax_buffer *dek,
                                            struct sealwax_buffer *key_id,
                                            struct sealwax_buffer *wrapped_dek,
                                            struct sealwax_failure *failure);

/// The callbacks of a provider that the host brings.
///
/// They return `SEALWAX_OK`, or any other code after `sealwax_failure_set`. Every thread that uses
/// the provider calls them, also at the same time. They must return: a C++ exception or
/// `pthread_exit` that leaves one ends the program, and a longjmp out of one is undefined.
///
/// The library owns the arguments, which are valid during the call. The host owns what its
/// callbacks allocate. Callbacks can call the library and free any object, including their own
/// provider: the objects of a running call, and `user_data`, live until it returns.
typedef struct sealwax_provider_callbacks {
  /// `sizeof(sealwax_provider_callbacks)`. Later versions may append callbacks. One that an older
  /// library does not know is `SEALWAX_ERR_INVALID_ARGUMENT` unless it is null.
  size_t struct_size;
  /// Whether the provider was configured with this key. A wrapped key that is not accepted is
  /// never passed to `unwrap`. Null: only the provider's own key id is accepted.
  sealwax_accepts_fn accepts;
  /// Wraps a DEK of `SEALWAX_KEY_LEN` bytes and binds the context, if the KMS can. `key_id`
  /// already holds the provider's key id. Null: the provider only unwraps.
  sealwax_wrap_fn wrap;
  /// Unwraps a DEK. Returns `SEALWAX_ERR_KEY_UNWRAP` if the wrapped key does not open: it was
  /// modified, or belongs to another key or context. Null: the provider only wraps.
  sealwax_unwrap_fn unwrap;
  /// Makes a DEK and wraps it in one call, if the KMS can. Null: the library makes the DEK and
  /// calls `wrap`.
  sealwax_generate_fn generate;
  /// Releases `user_data`; called once. Null: nothing to release.
  sealwax_destroy_fn destroy;
} sealwax_provider_callbacks;

/// One use of a key. It holds no key, no data and no message of the host. It is valid during the
/// call of `sealwax_key_event_fn`. Text is UTF-8 without a zero byte at its end.
typedef struct sealwax_key_event {
  /// Size of the struct as the library knows it. Later versions append members. A program that
  /// may run with an older library checks this before it reads a new member.
  size_t struct_size;
  /// One of `sealwax_key_operation`.
  uint32_t operation;
  /// One of `sealwax_key_outcome`.
  uint32_t outcome;
  /// When it began, in nanoseconds since 1970-01-01 00:00 UTC.
  uint64_t time_ns;
  /// How long it took, in nanoseconds.
  uint64_t duration_ns;
  /// The kind of provider.
  const char *provider_id;
  /// Length of `provider_id`, in bytes.
  size_t provider_id_len;
  /// The key, as headers name it. Empty if the operation failed before a key was named.
  const char *key_id;
  /// Length of `key_id`, in bytes.
  size_t key_id_len;
  /// The encryption context. The KMS gets it too, so that both logs can be joined by it.
  const struct sealwax_context *context;
  /// The name that `sealwax_object_name_set` has set in this thread; null if none.
  const char *object_name;
  /// Length of `object_name`, in bytes.
  size_t object_name_len;
  /// The id that `sealwax_failure_set_request_id` has set; null if none.
  const char *request_id;
  /// Length of `request_id`, in bytes.
  size_t request_id_len;
  /// The number that the callback gave for its failure, else 0.
  int64_t cause;
} sealwax_key_event;

/// Receives each use of a key.
///
/// It is called in the thread that used the key, before the call continues, and from several threads
/// at the same time. It cannot fail. The rules of `sealwax_provider_callbacks` hold for it: it must
/// return, and can call the library.
typedef void (*sealwax_key_event_fn)(void *user_data, const struct sealwax_key_event *event);

/// Counters of a cache since it was made, for both directions together.
typedef struct sealwax_cache_stats {
  /// `sizeof(sealwax_cache_stats)`, set by the caller: `SEALWAX_CACHE_STATS_INIT`.
  size_t struct_size;
  /// Requests answered by a DEK in the cache, or by a call that was already running.
  uint64_t hits;
  /// Requests that called the provider and kept the DEK.
  uint64_t misses;
  /// Requests that called the provider and did not keep the DEK, such as messages of unknown
  /// length.
  uint64_t bypassed;
  /// DEKs that were removed because of a limit.
  uint64_t evictions;
  /// DEKs in the cache now.
  uint64_t entries;
} sealwax_cache_stats;

/// A DEK that a provider wrapped. Text is UTF-8 without a zero byte at its end.
///
/// A call that takes a wrapped key copies it. A call that writes one lets it point into the object
/// that was asked, which owns the parts.
typedef struct sealwax_wrapped_key {
  /// `sizeof(sealwax_wrapped_key)`, set by the caller, also where a call writes the rest:
  /// `SEALWAX_WRAPPED_KEY_INIT`.
  size_t struct_size;
  /// The provider that can unwrap it, such as "local" or "aws-kms".
  const char *provider_id;
  /// Length of the provider id, in bytes.
  size_t provider_id_len;
  /// The provider's name for the key that wraps it.
  const char *key_id;
  /// Length of the key id, in bytes.
  size_t key_id_len;
  /// The wrapped DEK. Only the provider can read it.
  const uint8_t *wrapped_dek;
  /// Length of the wrapped DEK, in bytes.
  size_t wrapped_dek_len;
} sealwax_wrapped_key;

/// What a call of `process` did, and what it needs next.
typedef struct sealwax_progress {
  /// `sizeof(sealwax_progress)`, set by the caller: `SEALWAX_PROGRESS_INIT`.
  size_t struct_size;
  /// Bytes read from the front of the input.
  size_t read;
  /// Bytes written to the front of the output.
  size_t written;
  /// What is needed next.
  sealwax_status status;
} sealwax_progress;

/// Reports progress: `done` of `total` bytes of plaintext; `total` is 0 while it is not known. It
/// is called in the thread that made the call. If it returns false, the call ends with
/// `SEALWAX_ERR_CANCELLED`.
///
/// While the call waits for the other end of a pipe or a device, a signal whose handler was installed
/// without `SA_RESTART` has it called again, with the same figures.
typedef bool (*sealwax_progress_fn)(void *user_data, uint64_t done, uint64_t total);

/// Reads at most `len` bytes at `offset` into `buffer` and writes their number to `out_read`. 0
/// means the end of the object.
typedef sealwax_code (*sealwax_read_at_fn)(void *user_data,
                                           uint8_t *buffer,
                                           size_t len,
                                           uint64_t offset,
                                           size_t *out_read,
                                           struct sealwax_failure *failure);

/// Writes the length of the object to `out_size`, in bytes.
typedef sealwax_code (*sealwax_size_fn)(void *user_data,
                                        uint64_t *out_size,
                                        struct sealwax_failure *failure);

/// The callbacks of an object that the host reads. The rules of `sealwax_provider_callbacks` hold
/// for them: results, threads, exceptions, and which objects they may use and free.
typedef struct sealwax_read_callbacks {
  /// `sizeof(sealwax_read_callbacks)`, as for `sealwax_provider_callbacks`.
  size_t struct_size;
  /// Reads at an offset.
  sealwax_read_at_fn read_at;
  /// The length of the object.
  sealwax_size_fn size;
  /// Releases `user_data`; called once. Null: nothing to release.
  sealwax_destroy_fn destroy;
} sealwax_read_callbacks;

/// Bytes from `start` inclusive to `end` exclusive.
typedef struct sealwax_range {
  /// Offset of the first byte.
  uint64_t start;
  /// Offset after the last byte.
  uint64_t end;
} sealwax_range;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/// Description of a code, a sentence. Never null, valid forever; it depends on the code alone.
SEALWAX_API
const char *sealwax_strerror(sealwax_code code);

/// Stable name of a code, such as `truncated`. Never null, valid forever.
SEALWAX_API
const char *sealwax_code_name(sealwax_code code);

/// Code of the newest error in this thread; `SEALWAX_OK` if no call has failed in it.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_last_error_code(void);

/// Text of the newest error in this thread, with the causes that the host's callbacks gave.
///
/// Never null; empty if no call has failed. Valid until the next call that fails in this thread
/// and until the thread ends. A call that succeeds leaves it as it is.
SEALWAX_API
const char *sealwax_last_error_message(void);

/// Size of buffer that would have been enough, in bytes, if the newest error in this thread is
/// `SEALWAX_ERR_BUFFER_TOO_SMALL`, else 0.
SEALWAX_API
size_t sealwax_last_error_needed(void);

/// Index of the chunk that was not authentic, from 0, if the newest error in this thread is
/// `SEALWAX_ERR_AUTHENTICATION`, else 0.
SEALWAX_API
uint64_t sealwax_last_error_chunk(void);

/// Number that a callback of the host gave for its failure, or `errno` of the operating system,
/// if the newest error in this thread has such a cause, else 0.
SEALWAX_API
int64_t sealwax_last_error_cause(void);

/// Whether the file that the newest failing call of this thread was writing is complete and has its
/// name. Then the call failed only to make sure that the file survives a power failure. If false,
/// the target is as it was before the call.
SEALWAX_API
bool sealwax_last_error_committed(void);

/// Object that a callback attached to the newest error of this thread by `sealwax_failure_attach`;
/// null if there is none, or if its `destroy` function is another one. So a part of a program never
/// takes the object of another part for its own.
///
/// The library owns the object. It is valid until the next call that fails in this thread and until
/// the thread ends.
SEALWAX_API
void *sealwax_last_error_attachment(sealwax_destroy_fn destroy);

/// Version of the running library, such as "1.2.3"; valid forever. `SEALWAX_VERSION` is the
/// version of the header.
SEALWAX_API
const char *sealwax_version(void);

/// Whether the library was built with a feature: "files", "threads", "dek-cache", "aws-lc". False
/// for unknown names.
SEALWAX_API
bool sealwax_has_feature(const char *name, size_t name_len);

/// Length of an envelope, or of a body when `header_len` is 0, for `plaintext_len` bytes.
///
/// With `SEALWAX_MAX_HEADER_LEN` it is the maximum for any envelope of this plaintext.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_sealed_len(size_t header_len, uint64_t plaintext_len, uint64_t *out_len);

/// Fills `dek` with a fresh data encryption key from the operating system's random source, for
/// hosts that call their KMS themselves. `dek_len` is `SEALWAX_KEY_LEN`. Wipe it afterwards.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_generate_dek(uint8_t *dek, size_t dek_len);

/// Overwrites a secret with zeros. No compiler removes this. Null is allowed.
SEALWAX_API
void sealwax_wipe(void *secret, size_t secret_len);

/// Makes a context without pairs. Free it with `sealwax_context_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_context_new(struct sealwax_context **out_context);

/// Adds a pair. The text is copied. An empty or a repeated key is `SEALWAX_ERR_INVALID_ARGUMENT`;
/// more than 64 pairs or 8,192 bytes are `SEALWAX_ERR_LIMIT_EXCEEDED`. A failure does not change
/// the context.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_context_add(struct sealwax_context *context,
                                 const char *key,
                                 size_t key_len,
                                 const char *value,
                                 size_t value_len);

/// Number of pairs; 0 for null.
SEALWAX_API
size_t sealwax_context_count(const struct sealwax_context *context);

/// The pair at `index`. Pairs are sorted by the bytes of their keys.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_context_pair_at(const struct sealwax_context *context,
                                     size_t index,
                                     struct sealwax_context_pair *out_pair);

/// The canonical bytes of the context, as the header stores them. Pass them to a KMS or an HSM that
/// takes additional authenticated data as bytes.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_context_bytes(const struct sealwax_context *context,
                                   struct sealwax_bytes *out_bytes);

/// Frees a context that `sealwax_context_new` or `sealwax_header_context` made. Null is allowed.
SEALWAX_API
void sealwax_context_free(struct sealwax_context *context);

/// Makes options with nothing set. Free them with `sealwax_encrypt_options_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_options_new(struct sealwax_encrypt_options **out_options);

/// Sets the public pairs that are stored, authenticated and passed to the KMS. They are copied.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_options_set_context(struct sealwax_encrypt_options *options,
                                                 const struct sealwax_context *context);

/// Sets bytes that are authenticated and not stored: the reader must give the same ones. They are
/// copied.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_options_set_associated_data(struct sealwax_encrypt_options *options,
                                                         const uint8_t *data,
                                                         size_t data_len);

/// Sets up to 16 KiB that the header holds encrypted. They are copied, and wiped with the options.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_options_set_metadata(struct sealwax_encrypt_options *options,
                                                  const uint8_t *metadata,
                                                  size_t metadata_len);

/// Sets the padding of the header: one of `sealwax_padding`. `header_len` is the length of the
/// whole header for `SEALWAX_PADDING_EXACT`, and 0 for all others.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_options_set_padding(struct sealwax_encrypt_options *options,
                                                 uint32_t padding,
                                                 size_t header_len);

/// Frees options. Null is allowed.
SEALWAX_API
void sealwax_encrypt_options_free(struct sealwax_encrypt_options *options);

/// Makes options with nothing set. Free them with `sealwax_decrypt_options_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_options_new(struct sealwax_decrypt_options **out_options);

/// Sets the pairs that the context of the envelope must have. They are copied, and checked before
/// the KMS is asked. A missing pair is `SEALWAX_ERR_CONTEXT_MISMATCH`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_options_set_required_context(struct sealwax_decrypt_options *options,
                                                          const struct sealwax_context *context);

/// Sets the associated data that the message was encrypted with. It is copied.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_options_set_associated_data(struct sealwax_decrypt_options *options,
                                                         const uint8_t *data,
                                                         size_t data_len);

/// Frees options. Null is allowed.
SEALWAX_API
void sealwax_decrypt_options_free(struct sealwax_decrypt_options *options);

/// Sets the reason why a callback fails: a number of the host and a text, of which 64 KiB are kept.
/// Both are copied. The call that made the callback reports them by `sealwax_last_error_cause` and
/// in `sealwax_last_error_message`. Put no secret into the text.
SEALWAX_API
sealwax_code sealwax_failure_set(struct sealwax_failure *failure,
                                 int64_t code,
                                 const char *message,
                                 size_t message_len);

/// Marks the failure of a provider's callback as a denied permission: the outcome of the key event
/// is `SEALWAX_KEY_DENIED`. The call fails as with any other failure.
SEALWAX_API
sealwax_code sealwax_failure_set_denied(struct sealwax_failure *failure);

/// Attaches an object of the host to the failure, such as an exception. If the call that made the
/// callback fails because of it, `sealwax_last_error_attachment` returns the object.
///
/// The library owns `object` once this call has succeeded. It calls `destroy`, which must not be
/// null, once, in any thread, when no error holds the object any more.
SEALWAX_API
sealwax_code sealwax_failure_attach(struct sealwax_failure *failure,
                                    void *object,
                                    sealwax_destroy_fn destroy);

/// Sets the id under which the KMS has logged the request of a provider's callback: `request_id` of
/// the key event. It is copied. A callback that succeeds can set it too.
SEALWAX_API
sealwax_code sealwax_failure_set_request_id(struct sealwax_failure *failure,
                                            const char *request_id,
                                            size_t request_id_len);

/// A provider that holds a key encryption key itself. Its provider id is "local".
///
/// `kek_len` is `SEALWAX_KEY_LEN`. The key must be uniformly random. It is copied, and wiped with
/// the provider. `key_id` is the public name that headers carry. Free it with
/// `sealwax_provider_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_provider_local(const uint8_t *kek,
                                    size_t kek_len,
                                    const char *key_id,
                                    size_t key_id_len,
                                    struct sealwax_provider **out_provider);

/// As `sealwax_provider_local`, with the content of a key file or a secret: 32 raw bytes, 64
/// hexadecimal digits, or base64. White space around the text is ignored.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_provider_local_text(const uint8_t *content,
                                         size_t content_len,
                                         const char *key_id,
                                         size_t key_id_len,
                                         struct sealwax_provider **out_provider);

/// As `sealwax_provider_local_text`, with the path of a key file.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_provider_local_file(const char *path,
                                         const char *key_id,
                                         size_t key_id_len,
                                         struct sealwax_provider **out_provider);

/// A provider made of the host's callbacks, for a KMS or an HSM.
///
/// `provider_id` names the kind of provider in headers, such as "pkcs11". `key_id` names the key
/// that it was configured with. The callbacks and the ids are copied. The provider owns `user_data`
/// once this call has succeeded. It calls `destroy` once, after the provider and every cache of it
/// were freed and no call uses them any more.
///
/// Free it with `sealwax_provider_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_provider_new(const struct sealwax_provider_callbacks *callbacks,
                                  void *user_data,
                                  const char *provider_id,
                                  size_t provider_id_len,
                                  const char *key_id,
                                  size_t key_id_len,
                                  struct sealwax_provider **out_provider);

/// Frees a provider. Objects made with it keep working. Its callbacks can call this. Null is
/// allowed.
SEALWAX_API
void sealwax_provider_free(struct sealwax_provider *provider);

/// A provider with a public key in text form, such as "sealwaxpub1.x-wing.AbC...". It encrypts
/// without a secret and without a call, and decrypts nothing. Its provider id is "hpke".
///
/// `key_id` is the name that headers carry; null is the fingerprint of the key. Free it with
/// `sealwax_provider_free`.
///
/// X-Wing resists quantum computers and is no weaker than X25519. The implementations of X-Wing and
/// ML-KEM underneath were not audited.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_provider_recipient(const char *text,
                                        size_t text_len,
                                        const char *key_id,
                                        size_t key_id_len,
                                        struct sealwax_provider **out_provider);

/// A provider with the secret key of a public one, which decrypts and encrypts.
///
/// `content` is the secret key in text form or the content of a file with it: one line, and comments
/// behind #. `key_id` is as for `sealwax_provider_recipient`, and must be the same. The key is
/// copied, and wiped with the provider. Free it with `sealwax_provider_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_provider_identity(const uint8_t *content,
                                       size_t content_len,
                                       const char *key_id,
                                       size_t key_id_len,
                                       struct sealwax_provider **out_provider);

/// As `sealwax_provider_identity`, with the path of a file.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_provider_identity_file(const char *path,
                                            const char *key_id,
                                            size_t key_id_len,
                                            struct sealwax_provider **out_provider);

/// Makes a fresh key pair of a KEM, "x25519" or "x-wing", and writes the secret key in text form and
/// a zero byte after it. `SEALWAX_KEY_TEXT_LEN` bytes are always enough; `out_len` does not count the
/// zero byte. The caller must wipe the text.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_identity_generate(const char *kem,
                                       size_t kem_len,
                                       char *text,
                                       size_t capacity,
                                       size_t *out_len);

/// Writes the public key of a secret one in text form, and a zero byte after it. `content` is that of
/// `sealwax_provider_identity`; `text` and `out_len` are those of `sealwax_identity_generate`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_identity_recipient(const uint8_t *content,
                                        size_t content_len,
                                        char *text,
                                        size_t capacity,
                                        size_t *out_len);

/// A provider that does the same as `provider` and reports each use of its key. `provider` can be
/// freed. A cache in front of the new provider reports its hits.
///
/// The new provider owns `user_data` once this call has succeeded. It calls `destroy`, which can be
/// null, once, after it and every cache of it were freed.
///
/// Free it with `sealwax_provider_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_provider_with_key_events(const struct sealwax_provider *provider,
                                              sealwax_key_event_fn on_event,
                                              void *user_data,
                                              sealwax_destroy_fn destroy,
                                              struct sealwax_provider **out_provider);

/// Sets the name of the object that this thread encrypts or decrypts: `object_name` of the events
/// of its calls. It is copied, and stored nowhere else. A length of 0 removes it.
SEALWAX_API
sealwax_code sealwax_object_name_set(const char *name, size_t name_len);

/// Stable name of an operation for logs, such as `unwrap`. Never null, valid forever.
SEALWAX_API
const char *sealwax_key_operation_name(uint32_t operation);

/// Stable name of an outcome for logs, such as `denied`. Never null, valid forever.
SEALWAX_API
const char *sealwax_key_outcome_name(uint32_t outcome);

/// Makes a cache in front of `provider`, which can be freed. Each direction keeps at most
/// `capacity` DEKs, each for at most `max_age_ms` milliseconds, `max_messages` messages and
/// `max_bytes` bytes of plaintext. 0 for the last two means 65,536 messages and 64 GiB. Free it
/// with `sealwax_dek_cache_free`.
///
/// A callback of `provider` that requests from the cache the DEK which the cache is requesting from
/// it fails with `SEALWAX_ERR_PROVIDER_FAILED`. It must not wait for another thread that does so:
/// the library cannot detect that, and both threads would wait for ever.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_dek_cache_new(const struct sealwax_provider *provider,
                                   size_t capacity,
                                   uint64_t max_age_ms,
                                   uint64_t max_messages,
                                   uint64_t max_bytes,
                                   struct sealwax_dek_cache **out_cache);

/// The cache as a provider, for every call that takes providers. When encrypting with several
/// providers, it saves calls only as the first one. It keeps the cache alive. Free it with
/// `sealwax_provider_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_dek_cache_provider(const struct sealwax_dek_cache *cache,
                                        struct sealwax_provider **out_provider);

/// Reads the counters.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_dek_cache_stats(const struct sealwax_dek_cache *cache,
                                     struct sealwax_cache_stats *out_stats);

/// Wipes all DEKs.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_dek_cache_clear(const struct sealwax_dek_cache *cache);

/// Wipes the DEKs that are too old. Call it by a timer where the cache may be idle.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_dek_cache_remove_expired(const struct sealwax_dek_cache *cache);

/// Frees a cache. Providers made of it keep working, and the last one wipes the DEKs when it is
/// freed. Null is allowed.
SEALWAX_API
void sealwax_dek_cache_free(struct sealwax_dek_cache *cache);

/// Length of the whole header that starts with these bytes, so that a host knows how much to read.
/// 0 for fewer than 12 bytes.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_header_announced_len(const uint8_t *start, size_t start_len, size_t *out_len);

/// Parses and copies the header at the front of an envelope. Free it with `sealwax_header_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_header_of_envelope(const uint8_t *envelope,
                                        size_t envelope_len,
                                        struct sealwax_header **out_header);

/// Parses and copies a detached header. Bytes after it are `SEALWAX_ERR_TRAILING_DATA`. Free it
/// with `sealwax_header_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_header_parse(const uint8_t *bytes,
                                  size_t bytes_len,
                                  struct sealwax_header **out_header);

/// The header as stored, with its MAC. `header` owns it.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_header_bytes(const struct sealwax_header *header,
                                  struct sealwax_bytes *out_bytes);

/// Length of the whole header, in bytes: the offset of the body. 0 for null.
SEALWAX_API
size_t sealwax_header_len(const struct sealwax_header *header);

/// Number of zero bytes before the MAC: room to rewrap in place. 0 for null.
SEALWAX_API
size_t sealwax_header_padding_len(const struct sealwax_header *header);

/// Length of the sealed metadata, in bytes. 0 if there is none, and for null.
SEALWAX_API
size_t sealwax_header_sealed_metadata_len(const struct sealwax_header *header);

/// Copies the encryption context. Free it with `sealwax_context_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_header_context(const struct sealwax_header *header,
                                    struct sealwax_context **out_context);

/// Number of wrapped keys; 0 for null.
SEALWAX_API
size_t sealwax_header_wrapped_key_count(const struct sealwax_header *header);

/// The wrapped key at `index`. `header` owns its parts.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_header_wrapped_key_at(const struct sealwax_header *header,
                                           size_t index,
                                           struct sealwax_wrapped_key *out_key);

/// Frees a header. Null is allowed.
SEALWAX_API
void sealwax_header_free(struct sealwax_header *header);

/// Rewraps a whole envelope in memory: unwraps with the old providers, wraps with the new ones.
/// `mode` is one of `sealwax_rewrap_mode`.
///
/// The body does not change. `envelope_len + SEALWAX_MAX_HEADER_LEN` bytes are always enough; fewer
/// than `envelope_len` never are. `output` must not overlap `envelope`.
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

/// Encrypts a message under a fresh DEK that every provider wraps.
///
/// The length of the envelope depends on the wrapped keys. `sealwax_sealed_len` with
/// `SEALWAX_MAX_HEADER_LEN` is always enough. If `capacity` is too small,
/// `sealwax_last_error_needed` says how much these wrapped keys need. `sealwax_encrypt_handle_new`
/// gives the exact length beforehand, and encrypts on several threads. `output` must not overlap
/// `plaintext`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt(const struct sealwax_provider *const *providers,
                             size_t provider_count,
                             const struct sealwax_encrypt_options *options,
                             const uint8_t *plaintext,
                             size_t plaintext_len,
                             uint8_t *output,
                             size_t capacity,
                             size_t *out_len);

/// Exact length of the plaintext in an envelope, without a key. It is not authenticated: only
/// `sealwax_decrypt` shows that the envelope is complete.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypted_len(const uint8_t *envelope, size_t envelope_len, size_t *out_len);

/// Decrypts an envelope. The providers are asked in their order for the DEK.
///
/// `sealwax_decrypted_len` gives the room that it needs. After a failure `output` holds no
/// plaintext. `output` must not overlap `envelope`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt(const struct sealwax_provider *const *providers,
                             size_t provider_count,
                             const struct sealwax_decrypt_options *options,
                             const uint8_t *envelope,
                             size_t envelope_len,
                             uint8_t *output,
                             size_t capacity,
                             size_t *out_len);

/// Starts a message under a fresh DEK that every provider wraps. Free it with
/// `sealwax_encryptor_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encryptor_new(const struct sealwax_provider *const *providers,
                                   size_t provider_count,
                                   const struct sealwax_encrypt_options *options,
                                   struct sealwax_encryptor **out_encryptor);

/// Starts a message under a DEK of the host, for hosts that call their KMS themselves.
///
/// `dek` has `SEALWAX_KEY_LEN` bytes, from `sealwax_generate_dek` or the KMS. It is copied. At
/// least one `sealwax_encryptor_add_wrapped_key` must follow; until then `process` returns
/// `SEALWAX_NEED_KEY`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encryptor_new_with_dek(const uint8_t *dek,
                                            size_t dek_len,
                                            const struct sealwax_encrypt_options *options,
                                            struct sealwax_encryptor **out_encryptor);

/// Adds a wrapped key, which is copied. `SEALWAX_ERR_INVALID_STATE` after the first output.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encryptor_add_wrapped_key(struct sealwax_encryptor *encryptor,
                                               const struct sealwax_wrapped_key *key);

/// Finishes the header and takes it out of the output, to be stored elsewhere. The output is then
/// the body alone. `SEALWAX_MAX_HEADER_LEN` bytes are always enough. The call can be repeated, also
/// after it failed for too little room.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encryptor_detach_header(struct sealwax_encryptor *encryptor,
                                             uint8_t *output,
                                             size_t capacity,
                                             size_t *out_len);

/// Reads plaintext and writes the envelope as far as both buffers allow.
///
/// The result does not depend on how input and output are split. Errors are sticky: after one the
/// message is lost, and all of `output` is zeroed. `output` must not overlap `input`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encryptor_process(struct sealwax_encryptor *encryptor,
                                       const uint8_t *input,
                                       size_t input_len,
                                       uint8_t *output,
                                       size_t capacity,
                                       struct sealwax_progress *out_progress);

/// Marks the end of the plaintext. Call `process` afterwards until it is done.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encryptor_end_input(struct sealwax_encryptor *encryptor);

/// Ends the message: `SEALWAX_ERR_TRUNCATED` unless `process` was done. Afterwards the encryptor
/// can only be freed, whatever this returned.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encryptor_finish(struct sealwax_encryptor *encryptor);

/// Frees an encryptor, in any state. Null is allowed.
SEALWAX_API
void sealwax_encryptor_free(struct sealwax_encryptor *encryptor);

/// Starts an envelope. Free it with `sealwax_decryptor_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_new(const struct sealwax_decrypt_options *options,
                                   struct sealwax_decryptor **out_decryptor);

/// Starts a body whose header is stored elsewhere.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_new_detached(const uint8_t *header,
                                            size_t header_len,
                                            const struct sealwax_decrypt_options *options,
                                            struct sealwax_decryptor **out_decryptor);

/// Reads the envelope and writes plaintext as far as both buffers allow.
///
/// At `SEALWAX_NEED_KEY` the host calls `sealwax_decryptor_unwrap`. Or it reads the wrapped keys of
/// `sealwax_decryptor_header`, asks its KMS, and calls `sealwax_decryptor_provide_dek`, at any
/// time.
///
/// The result does not depend on how input and output are split. Errors are sticky: after one the
/// message is lost, and all of `output` is zeroed. `output` must not overlap `input`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_process(struct sealwax_decryptor *decryptor,
                                       const uint8_t *input,
                                       size_t input_len,
                                       uint8_t *output,
                                       size_t capacity,
                                       struct sealwax_progress *out_progress);

/// Copies the header once `process` has read it. It is authentic only after the DEK was accepted.
/// Free it with `sealwax_header_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_header(const struct sealwax_decryptor *decryptor,
                                      struct sealwax_header **out_header);

/// Provides the DEK that the host unwrapped. It is copied. A DEK that does not fit the header is
/// `SEALWAX_ERR_HEADER_AUTHENTICATION`; the host can then try another wrapped key.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_provide_dek(struct sealwax_decryptor *decryptor,
                                           const uint8_t *dek,
                                           size_t dek_len);

/// Has the providers unwrap the DEK, in their order, until the DEK of one fits. After a failure the
/// host can try other providers.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_unwrap(struct sealwax_decryptor *decryptor,
                                      const struct sealwax_provider *const *providers,
                                      size_t provider_count);

/// Copies the metadata once the DEK was accepted. A message without metadata gives 0 bytes, and
/// `out_present` is false. `out_present` can be null.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_metadata(const struct sealwax_decryptor *decryptor,
                                        uint8_t *output,
                                        size_t capacity,
                                        size_t *out_len,
                                        bool *out_present);

/// Marks the end of the input. Only then is a short chunk known to be the last one.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_end_input(struct sealwax_decryptor *decryptor);

/// Ends the envelope: `SEALWAX_ERR_TRUNCATED` unless `process` was done. The plaintext is complete
/// only if this succeeds. Afterwards the decryptor can only be freed, whatever this returned.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decryptor_finish(struct sealwax_decryptor *decryptor);

/// Frees a decryptor, in any state. Null is allowed.
SEALWAX_API
void sealwax_decryptor_free(struct sealwax_decryptor *decryptor);

/// Has the providers unwrap the DEK of a header, in their order, until the DEK of one fits. The
/// associated data of the options is not used. Free it with `sealwax_decrypt_handle_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_open(const uint8_t *header,
                                         size_t header_len,
                                         const struct sealwax_provider *const *providers,
                                         size_t provider_count,
                                         const struct sealwax_decrypt_options *options,
                                         struct sealwax_decrypt_handle **out_handle);

/// Verifies a header under the DEK that the host unwrapped. Both are copied.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_open_with_dek(const uint8_t *header,
                                                  size_t header_len,
                                                  const uint8_t *dek,
                                                  size_t dek_len,
                                                  struct sealwax_decrypt_handle **out_handle);

/// The verified header as stored. `handle` owns it.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_header(const struct sealwax_decrypt_handle *handle,
                                           struct sealwax_bytes *out_bytes);

/// Copies the metadata. A message without metadata gives 0 bytes, and `out_present` is false.
/// `out_present` can be null.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_metadata(const struct sealwax_decrypt_handle *handle,
                                             uint8_t *output,
                                             size_t capacity,
                                             size_t *out_len,
                                             bool *out_present);

/// Decrypts an envelope that carries the header of `handle`, on `threads` threads, 0 for every
/// core. Another header is `SEALWAX_ERR_INVALID_ARGUMENT`. After a failure `output` holds no
/// plaintext. `output` must not overlap the inputs.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_decrypt(const struct sealwax_decrypt_handle *handle,
                                            size_t threads,
                                            const uint8_t *associated_data,
                                            size_t associated_data_len,
                                            const uint8_t *envelope,
                                            size_t envelope_len,
                                            uint8_t *output,
                                            size_t capacity,
                                            size_t *out_len);

/// As `sealwax_decrypt_handle_decrypt`, for a body without its header.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_decrypt_body(const struct sealwax_decrypt_handle *handle,
                                                 size_t threads,
                                                 const uint8_t *associated_data,
                                                 size_t associated_data_len,
                                                 const uint8_t *body,
                                                 size_t body_len,
                                                 uint8_t *output,
                                                 size_t capacity,
                                                 size_t *out_len);

/// Makes a new header with the DEK wrapped by these providers. Context and metadata stay. `mode`
/// is one of `sealwax_rewrap_mode`.
///
/// The new header has the length of the old one if the keys fit into it; otherwise it is longer.
/// `SEALWAX_MAX_HEADER_LEN` bytes are always enough. `handle` does not change.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_rewrap(const struct sealwax_decrypt_handle *handle,
                                           const struct sealwax_provider *const *providers,
                                           size_t provider_count,
                                           uint32_t mode,
                                           uint8_t *output,
                                           size_t capacity,
                                           size_t *out_len);

/// As `sealwax_decrypt_handle_rewrap`, with exactly these wrapped keys of the host.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_handle_rewrap_with_keys(const struct sealwax_decrypt_handle *handle,
                                                     const struct sealwax_wrapped_key *keys,
                                                     size_t key_count,
                                                     uint8_t *output,
                                                     size_t capacity,
                                                     size_t *out_len);

/// Frees a handle and wipes its DEK. Null is allowed.
SEALWAX_API
void sealwax_decrypt_handle_free(struct sealwax_decrypt_handle *handle);

/// Makes a DEK, has every provider wrap it, and makes the header. The associated data of the
/// options is not used: each message has its own. Free it with `sealwax_encrypt_handle_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_new(const struct sealwax_provider *const *providers,
                                        size_t provider_count,
                                        const struct sealwax_encrypt_options *options,
                                        struct sealwax_encrypt_handle **out_handle);

/// As `sealwax_encrypt_handle_new`, with a DEK and wrapped keys of the host. Both are copied.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_new_with_dek(const uint8_t *dek,
                                                 size_t dek_len,
                                                 const struct sealwax_wrapped_key *keys,
                                                 size_t key_count,
                                                 const struct sealwax_encrypt_options *options,
                                                 struct sealwax_encrypt_handle **out_handle);

/// The header that every message carries, with its MAC. `handle` owns it.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_header(const struct sealwax_encrypt_handle *handle,
                                           struct sealwax_bytes *out_bytes);

/// Exact length of the envelope of a message, in bytes.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_sealed_len(const struct sealwax_encrypt_handle *handle,
                                               uint64_t plaintext_len,
                                               uint64_t *out_len);

/// Encrypts a message on `threads` threads, 0 for every core. The result does not depend on their
/// number, and short messages use one. `output` must not overlap the inputs.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_encrypt(const struct sealwax_encrypt_handle *handle,
                                            size_t threads,
                                            const uint8_t *associated_data,
                                            size_t associated_data_len,
                                            const uint8_t *plaintext,
                                            size_t plaintext_len,
                                            uint8_t *output,
                                            size_t capacity,
                                            size_t *out_len);

/// As `sealwax_encrypt_handle_encrypt`, without the header, which is stored elsewhere.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_encrypt_body(const struct sealwax_encrypt_handle *handle,
                                                 size_t threads,
                                                 const uint8_t *associated_data,
                                                 size_t associated_data_len,
                                                 const uint8_t *plaintext,
                                                 size_t plaintext_len,
                                                 uint8_t *output,
                                                 size_t capacity,
                                                 size_t *out_len);

/// A state machine for one message. Free it with `sealwax_encryptor_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_handle_encryptor(const struct sealwax_encrypt_handle *handle,
                                              const uint8_t *associated_data,
                                              size_t associated_data_len,
                                              struct sealwax_encryptor **out_encryptor);

/// Frees a handle and wipes its DEK. Null is allowed.
SEALWAX_API
void sealwax_encrypt_handle_free(struct sealwax_encrypt_handle *handle);

/// Makes a batch without files. Free it with `sealwax_file_batch_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_batch_new(struct sealwax_file_batch **out_batch);

/// Makes the names of all files of this batch durable, with one sync for each directory. After a
/// failure the files are complete and have their names: `sealwax_last_error_committed` is true.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_batch_finish(const struct sealwax_file_batch *batch);

/// Frees a batch. Files of a batch that was not finished have their names, but those may not
/// survive a power failure. Null is allowed.
SEALWAX_API
void sealwax_file_batch_free(struct sealwax_file_batch *batch);

/// Makes file options. Free them with `sealwax_file_options_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_new(struct sealwax_file_options **out_options);

/// Sets whether an existing target is replaced. By default it is `SEALWAX_ERR_ALREADY_EXISTS`.
/// Pipes and devices are written to, never replaced.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_set_overwrite(struct sealwax_file_options *options,
                                                bool overwrite);

/// Sets the permissions of the target, such as 0640; the umask does not change them. By default the
/// target gets those of the file that it replaces. A new envelope gets those of any new file, a new
/// plaintext 0600.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_set_mode(struct sealwax_file_options *options, uint32_t mode);

/// Sets whether a call returns only when its result would survive a power failure, which is the
/// default. If false, the result and the file that it replaced may be lost or empty after a power
/// failure, but many small files are written several times as fast.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_set_durable(struct sealwax_file_options *options, bool durable);

/// Sets whether runs of zeros in a plaintext become holes: one of `sealwax_sparse`. An envelope
/// that is read from a pipe gives no holes.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_set_sparse(struct sealwax_file_options *options, uint32_t sparse);

/// Sets the batch that makes the name of each target durable, in `sealwax_file_batch_finish`. Null:
/// each call does it. The batch can be freed.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_set_batch(struct sealwax_file_options *options,
                                            const struct sealwax_file_batch *batch);

/// Sets the number of threads, 0 for every core. The result does not depend on it.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_set_threads(struct sealwax_file_options *options, size_t threads);

/// Sets the progress callback; null for none. The host owns `user_data`, which must be valid while
/// the options are used.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_file_options_set_progress(struct sealwax_file_options *options,
                                               sealwax_progress_fn progress,
                                               void *user_data);

/// Frees options. Null is allowed.
SEALWAX_API
void sealwax_file_options_free(struct sealwax_file_options *options);

/// Encrypts a file into another one. `out_len` is the length of the envelope and can be null.
///
/// The target gets its name only when it is complete and durable. After an error it is as it was
/// before, unless `sealwax_last_error_committed` is true. Memory is constant. Source and target can
/// be pipes or devices; such a target is written to directly.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_encrypt_file(const char *source,
                                  const char *target,
                                  const struct sealwax_provider *const *providers,
                                  size_t provider_count,
                                  const struct sealwax_encrypt_options *options,
                                  const struct sealwax_file_options *file_options,
                                  uint64_t *out_len);

/// Decrypts a file into another one. `out_len` is the length of the plaintext and can be null. The
/// target appears complete or not at all, as for `sealwax_encrypt_file`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_decrypt_file(const char *source,
                                  const char *target,
                                  const struct sealwax_provider *const *providers,
                                  size_t provider_count,
                                  const struct sealwax_decrypt_options *options,
                                  const struct sealwax_file_options *file_options,
                                  uint64_t *out_len);

/// Replaces or adds the wrapped keys of an encrypted file. Its body does not change. `mode` is one
/// of `sealwax_rewrap_mode`. `out_outcome` says how the header was written and can be null.
///
/// A crash at any time leaves a file that opens with the old keys or the new ones. It may leave a
/// journal, `<name>.sealwax-journal`, which the next call that opens the file removes.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_rewrap_file(const char *path,
                                 const struct sealwax_provider *const *old_providers,
                                 size_t old_count,
                                 const struct sealwax_provider *const *new_providers,
                                 size_t new_count,
                                 uint32_t mode,
                                 sealwax_rewrap_outcome *out_outcome);

/// Reads the header of an encrypted file, without a key. Free it with `sealwax_header_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_header_of_file(const char *path, struct sealwax_header **out_header);

/// Opens an encrypted file for reading at any offset. Free it with `sealwax_reader_free`.
///
/// `detached_header` is the header of a file that holds a body alone, else null. Reads of more than
/// 4 MiB use `threads` threads, 0 for every core. This call authenticates the length.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_reader_open_file(const char *path,
                                      const uint8_t *detached_header,
                                      size_t detached_header_len,
                                      const struct sealwax_provider *const *providers,
                                      size_t provider_count,
                                      const struct sealwax_decrypt_options *options,
                                      size_t threads,
                                      struct sealwax_reader **out_reader);

/// As `sealwax_reader_open_file`, for an object that the host reads, such as one of an object
/// store.
///
/// The callbacks are copied. The reader owns `user_data` once this call has succeeded, and calls
/// `destroy` once when it is freed.
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

/// Reads the plaintext at `offset` and fills `output`. `out_read` is less than its length only at
/// the end of the plaintext. After a failure all of `output` is zeroed.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_reader_read_at(const struct sealwax_reader *reader,
                                    uint8_t *output,
                                    size_t output_len,
                                    uint64_t offset,
                                    size_t *out_read);

/// Authenticated length of the plaintext.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_reader_len(const struct sealwax_reader *reader, uint64_t *out_len);

/// Copies the verified header. Free it with `sealwax_header_free`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_reader_header(const struct sealwax_reader *reader,
                                   struct sealwax_header **out_header);

/// Copies the metadata. A message without metadata gives 0 bytes, and `out_present` is false.
/// `out_present` can be null.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_reader_metadata(const struct sealwax_reader *reader,
                                     uint8_t *output,
                                     size_t capacity,
                                     size_t *out_len,
                                     bool *out_present);

/// Frees a reader. Null is allowed.
SEALWAX_API
void sealwax_reader_free(struct sealwax_reader *reader);

/// Length of the plaintext in a body of `body_len` bytes. It is not authenticated.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_plaintext_len(uint64_t body_len, uint64_t *out_len);

/// Index of the chunk that holds the plaintext byte at `offset`, and the byte's offset in it.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_chunk_of(uint64_t offset, uint64_t *out_index, size_t *out_offset);

/// The range of a body that holds the plaintext from `start` to `end`: whole chunks, up to the end
/// of the message. An empty range needs no bytes.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_body_range(uint64_t start,
                                uint64_t end,
                                uint64_t body_len,
                                struct sealwax_range *out_range);

/// The two ranges of a body that `sealwax_range_opener_new` needs: its prefix and its last chunk.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_range_opener_ranges(uint64_t body_len,
                                         struct sealwax_range *out_prefix,
                                         struct sealwax_range *out_last_chunk);

/// Checks the commitment, and authenticates the length by decrypting the last chunk. `handle` can
/// be freed afterwards. Free the opener with `sealwax_range_opener_free`.
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

/// Authenticated length of the plaintext.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_range_opener_len(const struct sealwax_range_opener *opener, uint64_t *out_len);

/// Decrypts the plaintext at `offset` and fills all of `output`.
///
/// `sealed` holds the bytes of `sealwax_body_range` from `offset` to `offset + output_len`. A range
/// that ends after the message is `SEALWAX_ERR_INVALID_ARGUMENT`.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_range_opener_open(const struct sealwax_range_opener *opener,
                                       uint64_t offset,
                                       const uint8_t *sealed,
                                       size_t sealed_len,
                                       uint8_t *output,
                                       size_t output_len);

/// Frees an opener. Null is allowed.
SEALWAX_API
void sealwax_range_opener_free(struct sealwax_range_opener *opener);

/// Length of the text form of `len` bytes, without the zero byte at its end.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_text_len(size_t len, size_t *out_len);

/// Writes the text form of an envelope or a header, and a zero byte after it.
///
/// `capacity` is one more than `sealwax_text_len`; `out_len` does not count the zero byte.
SEALWAX_MUST_USE SEALWAX_API
sealwax_code sealwax_to_text(const uint8_t *bytes,
                             size_t bytes_len,
                             char *text,
                             size_t capacity,
                             size_t *out_len);

/// Converts the text form back into bytes. `text_len` bytes are always enough.
///
/// Text that `sealwax_to_text` would not write is `SEALWAX_ERR_BAD_MAGIC` or
/// `SEALWAX_ERR_MALFORMED`.
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

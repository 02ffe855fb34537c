/// Files, reading at any offset, and the DEK cache.
#ifndef SEALWAX_FILE_HPP
#define SEALWAX_FILE_HPP

#include "header.hpp"
#include "message.hpp"
#include "provider.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sealwax {

/// Many files whose names become durable together, which saves most of the time for small ones.
class file_batch {
public:
  file_batch() : inner_(detail::own<owner>(sealwax_file_batch_new)) {}

  /// Makes the names of all files of this batch durable.
  void finish() const { detail::check(sealwax_file_batch_finish(inner_.get())); }

  const sealwax_file_batch *get() const noexcept { return inner_.get(); }

private:
  using owner = detail::owner<sealwax_file_batch, sealwax_file_batch_free>;
  owner inner_;
};

/// How a file is written.
struct file_options {
  /// Whether an existing target is replaced; if not, it is SEALWAX_ERR_ALREADY_EXISTS.
  bool overwrite = false;
  /// Permissions of the target; nothing for those of the file that it replaces, see
  /// `sealwax_file_options_set_mode`.
  std::optional<std::uint32_t> mode = std::nullopt;
  /// Whether a call returns only when its result would survive a power failure.
  bool durable = true;
  /// Whether runs of zeros in a plaintext become holes.
  sealwax_sparse sparse = SEALWAX_SPARSE_AUTO;
  /// The batch that makes its name durable; null for none.
  const file_batch *batch = nullptr;
  /// Number of threads; 0 for every core.
  std::size_t threads = 0;
  /// Reports progress; returns false to cancel. The call rethrows what it throws.
  std::function<bool(std::uint64_t done, std::uint64_t total)> progress;
};

namespace detail {

/// Runs a call with the C API's form of the options.
template <class Call> void with_file_options(const file_options &options, Call call) {
  using owner = detail::owner<sealwax_file_options, sealwax_file_options_free>;
  struct state {
    const file_options &options;
    std::exception_ptr thrown;
  } state{options, nullptr};
  const auto made = own<owner>(sealwax_file_options_new);
  check(sealwax_file_options_set_overwrite(made.get(), options.overwrite));
  check(sealwax_file_options_set_durable(made.get(), options.durable));
  check(sealwax_file_options_set_sparse(made.get(), options.sparse));
  check(sealwax_file_options_set_batch(made.get(),
                                       options.batch == nullptr ? nullptr : options.batch->get()));
  if (options.mode.has_value()) {
    check(sealwax_file_options_set_mode(made.get(), *options.mode));
  }
  check(sealwax_file_options_set_threads(made.get(), options.threads));
  if (options.progress) {
    const auto report = [](void *user_data, std::uint64_t done, std::uint64_t total) noexcept {
      auto &self = *static_cast<struct state *>(user_data);
      try {
        return self.options.progress(done, total);
      } catch (...) {
        self.thrown = std::current_exception();
        return false;
      }
    };
    check(sealwax_file_options_set_progress(made.get(), report, &state));
  }
  const sealwax_code code = call(made.get());
  if (state.thrown) {
    std::rethrow_exception(state.thrown);
  }
  check(code);
}

} // namespace detail

/// Encrypts a file into another one; returns the length of the envelope. The target appears whole
/// or not at all.
inline std::uint64_t encrypt_file(const std::string &source, const std::string &target,
                                  const providers &providers, const encrypt_options &options = {},
                                  const file_options &file = {}) {
  std::uint64_t len = 0;
  detail::with_file_options(file, [&](const sealwax_file_options *file_options) {
    return sealwax_encrypt_file(detail::path(source), detail::path(target), providers.data(),
                                providers.size(), options.get(), file_options, &len);
  });
  return len;
}

/// Decrypts a file into another one; returns the length of the plaintext. The target appears
/// whole or not at all.
inline std::uint64_t decrypt_file(const std::string &source, const std::string &target,
                                  const providers &providers, const decrypt_options &options = {},
                                  const file_options &file = {}) {
  std::uint64_t len = 0;
  detail::with_file_options(file, [&](const sealwax_file_options *file_options) {
    return sealwax_decrypt_file(detail::path(source), detail::path(target), providers.data(),
                                providers.size(), options.get(), file_options, &len);
  });
  return len;
}

/// Replaces or adds the wrapped keys of an encrypted file; its body does not change.
inline sealwax_rewrap_outcome rewrap_file(const std::string &path, const providers &old_providers,
                                          const providers &new_providers,
                                          sealwax_rewrap_mode mode = SEALWAX_REWRAP_REPLACE) {
  sealwax_rewrap_outcome outcome = SEALWAX_REWRAPPED_IN_PLACE;
  detail::check(sealwax_rewrap_file(detail::path(path), old_providers.data(), old_providers.size(),
                                    new_providers.data(), new_providers.size(), mode, &outcome));
  return outcome;
}

/// The header of an encrypted file.
inline header inspect_file(const std::string &path) {
  return header(detail::own<header::owner>(
      [&](sealwax_header **out) { return sealwax_header_of_file(detail::path(path), out); }));
}

/// An object that the host reads, such as one of an object store. Several threads call its
/// functions at the same time. An exception becomes SEALWAX_ERR_IO.
struct read_functions {
  /// Reads some bytes at an offset and returns how many; 0 at the end only.
  std::function<std::size_t(writable_bytes buffer, std::uint64_t offset)> read_at;
  std::function<std::uint64_t()> size;
};

namespace detail {

struct read_trampoline {
  static sealwax_code read_at(void *user_data, std::uint8_t *buffer, std::size_t len,
                              std::uint64_t offset, std::size_t *out_read,
                              sealwax_failure *failure) noexcept {
    return guard(failure, [=] {
      const auto &self = *static_cast<const read_functions *>(user_data);
      *out_read = self.read_at(writable_bytes(buffer, len), offset);
      return SEALWAX_OK;
    });
  }

  static sealwax_code size(void *user_data, std::uint64_t *out_size,
                           sealwax_failure *failure) noexcept {
    return guard(failure, [=] {
      *out_size = static_cast<const read_functions *>(user_data)->size();
      return SEALWAX_OK;
    });
  }

  static void destroy(void *user_data) noexcept { delete static_cast<read_functions *>(user_data); }
};

} // namespace detail

/// Reads plaintext at any offset. Any number of threads can use it at the same time.
class reader {
public:
  /// A file; `detached_header` if it holds a body alone.
  reader(const std::string &path, const providers &providers, const decrypt_options &options = {},
         std::size_t threads = 1, bytes_view detached_header = {})
      : inner_(detail::own<owner>([&](sealwax_reader **out) {
          return sealwax_reader_open_file(detail::path(path), detached_header.data(),
                                          detached_header.size(), providers.data(),
                                          providers.size(), options.get(), threads, out);
        })) {}

  /// An object of the host.
  reader(read_functions functions, const providers &providers, const decrypt_options &options = {},
         std::size_t threads = 1, bytes_view detached_header = {}) {
    sealwax_read_callbacks callbacks = SEALWAX_READ_CALLBACKS_INIT;
    callbacks.read_at = functions.read_at ? detail::read_trampoline::read_at : nullptr;
    callbacks.size = functions.size ? detail::read_trampoline::size : nullptr;
    callbacks.destroy = detail::read_trampoline::destroy;
    auto user_data = std::make_unique<read_functions>(std::move(functions));
    inner_ = detail::own<owner>([&](sealwax_reader **out) {
      return sealwax_reader_open(&callbacks, user_data.get(), detached_header.data(),
                                 detached_header.size(), providers.data(), providers.size(),
                                 options.get(), threads, out);
    });
    user_data.release(); // The reader owns it only now that nothing failed.
  }

  /// Authenticated length of the plaintext.
  std::uint64_t size() const {
    std::uint64_t len = 0;
    detail::check(sealwax_reader_len(inner_.get(), &len));
    return len;
  }

  /// Reads at `offset` as much as fits; returns how much, less only at the end.
  std::size_t read_at(writable_bytes output, std::uint64_t offset) const {
    std::size_t read = 0;
    detail::check(
        sealwax_reader_read_at(inner_.get(), output.data(), output.size(), offset, &read));
    return read;
  }

  /// The plaintext at `offset`, at most `count` bytes.
  bytes read(std::uint64_t offset, std::size_t count) const {
    bytes output(count);
    output.resize(read_at(output, offset));
    return output;
  }

  /// A copy of the verified header.
  sealwax::header header() const {
    return sealwax::header(detail::own<sealwax::header::owner>(
        [&](sealwax_header **out) { return sealwax_reader_header(inner_.get(), out); }));
  }

private:
  using owner = detail::owner<sealwax_reader, sealwax_reader_free>;
  owner inner_;
};

/// When a cached DEK is removed: at the first limit that is reached.
struct cache_limits {
  std::size_t capacity;
  std::chrono::milliseconds max_age;
  std::uint64_t max_messages = 0; ///< 0 for 65,536.
  std::uint64_t max_bytes = 0;    ///< 0 for 64 GiB.
};

/// A cache of DEKs in front of a provider.
class dek_cache {
public:
  dek_cache(const sealwax::provider &provider, const cache_limits &limits)
      : inner_(detail::own<owner>([&](sealwax_dek_cache **out) {
          return sealwax_dek_cache_new(provider.get(), limits.capacity,
                                       static_cast<std::uint64_t>(limits.max_age.count()),
                                       limits.max_messages, limits.max_bytes, out);
        })) {}

  /// The cache as a provider.
  sealwax::provider provider() const {
    return sealwax::provider(
        [this](sealwax_provider **out) { return sealwax_dek_cache_provider(inner_.get(), out); });
  }

  sealwax_cache_stats stats() const {
    sealwax_cache_stats stats = SEALWAX_CACHE_STATS_INIT;
    detail::check(sealwax_dek_cache_stats(inner_.get(), &stats));
    return stats;
  }

  void clear() const { detail::check(sealwax_dek_cache_clear(inner_.get())); }
  void remove_expired() const { detail::check(sealwax_dek_cache_remove_expired(inner_.get())); }

private:
  using owner = detail::owner<sealwax_dek_cache, sealwax_dek_cache_free>;
  owner inner_;
};

} // namespace sealwax

#endif

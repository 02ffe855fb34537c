/// Failures as exceptions, and what owns the objects of the C API.
#ifndef SEALWAX_ERROR_HPP
#define SEALWAX_ERROR_HPP

#include "../sealwax.h"

#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace sealwax {

namespace detail {

/// Releases the exception attached to a failure.
inline void forget_exception(void *exception) noexcept {
  delete static_cast<std::exception_ptr *>(exception);
}

/// The exception of a callback that caused the newest error of this thread, if any.
inline std::exception_ptr attached_exception() noexcept {
  const auto *found =
      static_cast<std::exception_ptr *>(sealwax_last_error_attachment(forget_exception));
  return found == nullptr ? nullptr : *found;
}

} // namespace detail

/// Thrown by a call that fails. `what()` is the text of `sealwax_last_error_message`.
class error : public std::runtime_error {
public:
  /// The newest error of this thread.
  static error of_thread(sealwax_code code) { return error(code); }
  /// Of an argument that the C API cannot even be given.
  static error invalid_argument(const std::string &what) {
    return error(SEALWAX_ERR_INVALID_ARGUMENT, "invalid argument: " + what);
  }

  /// The code; never SEALWAX_OK.
  sealwax_code code() const noexcept { return code_; }
  /// The stable name of the code, such as "truncated".
  const char *name() const noexcept { return sealwax_code_name(code_); }
  /// Size of buffer that would have been enough, for SEALWAX_ERR_BUFFER_TOO_SMALL.
  std::size_t needed() const noexcept { return needed_; }
  /// Index of the chunk, for SEALWAX_ERR_AUTHENTICATION.
  std::uint64_t chunk() const noexcept { return chunk_; }
  /// Number that a callback gave, or errno of the operating system.
  std::int64_t cause_code() const noexcept { return cause_code_; }
  /// Whether the target file is complete and has its name; see `sealwax_last_error_committed`.
  bool committed() const noexcept { return committed_; }
  /// The exception of a callback that caused this error, if any.
  const std::exception_ptr &cause() const noexcept { return cause_; }

private:
  explicit error(sealwax_code code)
      : std::runtime_error(sealwax_last_error_message()), code_(code),
        needed_(sealwax_last_error_needed()), chunk_(sealwax_last_error_chunk()),
        cause_code_(sealwax_last_error_cause()), committed_(sealwax_last_error_committed()),
        cause_(detail::attached_exception()) {}

  error(sealwax_code code, const std::string &what) : std::runtime_error(what), code_(code) {}

  sealwax_code code_;
  std::size_t needed_ = 0;
  std::uint64_t chunk_ = 0;
  std::int64_t cause_code_ = 0;
  bool committed_ = false;
  std::exception_ptr cause_;
};

/// Thrown by a function of a provider if the KMS refuses the permission. The error is
/// SEALWAX_ERR_PROVIDER_FAILED, and the outcome of the key event is `denied`.
class key_denied : public std::runtime_error {
public:
  explicit key_denied(const std::string &what = "the KMS refuses the use of the key")
      : std::runtime_error(what) {}
};

namespace detail {

/// Throws if a call failed.
inline void check(sealwax_code code) {
  if (code != SEALWAX_OK) {
    throw error::of_thread(code);
  }
}

/// A path for the C API, where it ends with its first zero byte: one that holds more would name
/// another file.
inline const char *path(const std::string &text) {
  if (text.find('\0') != std::string::npos) {
    throw error::invalid_argument("a path has no zero byte in it");
  }
  return text.c_str();
}

/// Frees an object of the C API with the function of its type.
template <auto Free> struct deleter {
  template <class T> void operator()(T *object) const noexcept { Free(object); }
};

/// Owns an object of the C API.
template <class T, auto Free> using owner = std::unique_ptr<T, deleter<Free>>;

/// Owns the object that `make` writes to its argument.
template <class Owner, class Make> Owner own(Make make) {
  typename Owner::pointer object = nullptr;
  check(make(&object));
  return Owner(object);
}

/// The failure object of the callback that runs in this thread.
inline sealwax_failure *&current_failure() noexcept {
  static thread_local sealwax_failure *failure = nullptr;
  return failure;
}

/// Sets `current_failure` for a scope.
class failure_scope {
public:
  explicit failure_scope(sealwax_failure *failure) noexcept
      : outer_(std::exchange(current_failure(), failure)) {}
  ~failure_scope() { current_failure() = outer_; }
  failure_scope(const failure_scope &) = delete;
  failure_scope &operator=(const failure_scope &) = delete;

private:
  sealwax_failure *outer_;
};

/// Attaches the exception that is being caught, and its text, to a failure.
inline void tell(sealwax_failure *failure, std::string_view text) noexcept {
  sealwax_failure_set(failure, 0, text.data(), text.size());
  auto *exception = new (std::nothrow) std::exception_ptr(std::current_exception());
  if (exception != nullptr &&
      sealwax_failure_attach(failure, exception, forget_exception) != SEALWAX_OK) {
    forget_exception(exception);
  }
}

/// Runs a function of the host. An exception becomes a failure, with the exception attached.
template <class Body> sealwax_code guard(sealwax_failure *failure, Body body) noexcept {
  const failure_scope scope(failure);
  try {
    return body();
  } catch (const key_denied &exception) {
    sealwax_failure_set_denied(failure);
    tell(failure, exception.what());
  } catch (const std::exception &exception) {
    tell(failure, exception.what());
  } catch (...) {
    tell(failure, "the host's function threw something that is no std::exception");
  }
  return SEALWAX_ERR_PROVIDER_FAILED;
}

} // namespace detail
} // namespace sealwax

#endif

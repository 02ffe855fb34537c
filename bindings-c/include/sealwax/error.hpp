/// Failures as exceptions, and what owns the objects of the C API.
#ifndef SEALWAX_ERROR_HPP
#define SEALWAX_ERROR_HPP

#include "../sealwax.h"

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace sealwax {

/// What a call that failed throws. `what()` is the text of `sealwax_last_error_message`.
class error : public std::runtime_error {
public:
  /// Takes over the newest error of this thread.
  static error of_thread(sealwax_code code, std::exception_ptr cause = nullptr) {
    return error(code, std::move(cause));
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
  /// The exception of the host's own function that led here, if there was one in this thread.
  const std::exception_ptr &cause() const noexcept { return cause_; }

private:
  error(sealwax_code code, std::exception_ptr cause)
      : std::runtime_error(sealwax_last_error_message()), code_(code),
        needed_(sealwax_last_error_needed()), chunk_(sealwax_last_error_chunk()),
        cause_code_(sealwax_last_error_cause()), cause_(std::move(cause)) {}

  sealwax_code code_;
  std::size_t needed_;
  std::uint64_t chunk_;
  std::int64_t cause_code_;
  std::exception_ptr cause_;
};

/// What a function of a provider throws if the KMS refuses the permission: the error is
/// SEALWAX_ERR_PROVIDER_FAILED, and the outcome of the key event is `denied`.
class key_denied : public std::runtime_error {
public:
  explicit key_denied(const std::string &what = "the KMS refuses the use of the key")
      : std::runtime_error(what) {}
};

namespace detail {

/// The newest exception that a function of the host threw in this thread.
inline std::exception_ptr &pending() noexcept {
  static thread_local std::exception_ptr exception;
  return exception;
}

/// Throws if a call failed.
inline void check(sealwax_code code) {
  if (code != SEALWAX_OK) {
    throw error::of_thread(code, std::exchange(pending(), nullptr));
  }
}

/// Frees an object of the C API with the function of its type.
template <auto Free> struct deleter {
  template <class T> void operator()(T *object) const noexcept { Free(object); }
};

/// Owns an object of the C API.
template <class T, auto Free> using owner = std::unique_ptr<T, deleter<Free>>;

/// Owns what `make` writes to its argument.
template <class Owner, class Make> Owner own(Make make) {
  typename Owner::pointer object = nullptr;
  check(make(&object));
  return Owner(object);
}

/// Where the function of the host that runs in this thread says more about its request.
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

/// Runs a function of the host: no exception passes, but it is kept, and its text goes on.
template <class Body> sealwax_code guard(sealwax_failure *failure, Body body) noexcept {
  const failure_scope scope(failure);
  const auto tell = [failure](const char *text) noexcept {
    pending() = std::current_exception();
    const std::string_view view(text);
    sealwax_failure_set(failure, 0, view.data(), view.size());
  };
  try {
    pending() = nullptr;
    return body();
  } catch (const key_denied &exception) {
    sealwax_failure_set_denied(failure);
    tell(exception.what());
  } catch (const std::exception &exception) {
    tell(exception.what());
  } catch (...) {
    tell("the host's function threw something that is no std::exception");
  }
  return SEALWAX_ERR_PROVIDER_FAILED;
}

} // namespace detail
} // namespace sealwax

#endif

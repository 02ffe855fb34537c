/// Messages of any length, piece by piece.
#ifndef SEALWAX_STREAM_HPP
#define SEALWAX_STREAM_HPP

#include "header.hpp"
#include "provider.hpp"

#include <optional>
#include <type_traits>

namespace sealwax {

/// What a call of `process` did, and what it needs next.
using progress = sealwax_progress;

namespace detail {

/// Bytes that `update` hands to its sink at once.
inline constexpr std::size_t piece_len = std::size_t{1} << 18;

/// Passes a piece to a sink. A sink that returned how many bytes it took would lose the others.
template <class Sink> void hand(Sink &sink, bytes_view piece) {
  static_assert(std::is_void_v<decltype(sink(piece))>,
                "a sink takes all that it is given and returns nothing; if it cannot, it throws");
  if (!piece.empty()) {
    sink(piece);
  }
}

/// Calls `process` until it needs something of the caller, removes what it reads from `input`, and
/// passes the output to `sink`. If the sink throws, a piece is lost: the machine is ended, so that
/// no piece can follow.
template <class Machine, class Sink>
sealwax_status pump(Machine &machine, bytes_view &input, bytes &buffer, Sink &sink) {
  buffer.resize(piece_len);
  for (;;) {
    const progress step = machine.process(input, buffer);
    input = input.sub(step.read);
    try {
      hand(sink, bytes_view(buffer.data(), step.written));
    } catch (...) {
      machine.abandon();
      throw;
    }
    if (step.status != SEALWAX_NEED_OUTPUT &&
        (step.status != SEALWAX_NEED_INPUT || input.empty())) {
      return step.status;
    }
  }
}

} // namespace detail

/// Encrypts one message: plaintext in, envelope out.
class encryptor {
public:
  /// A fresh DEK that every provider wraps.
  explicit encryptor(const providers &providers, const encrypt_options &options = {})
      : inner_(detail::own<owner>([&](sealwax_encryptor **out) {
          return sealwax_encryptor_new(providers.data(), providers.size(), options.get(), out);
        })) {}

  /// A DEK of the host; `add_wrapped_key` must follow.
  explicit encryptor(bytes_view dek, const encrypt_options &options = {})
      : inner_(detail::own<owner>([&](sealwax_encryptor **out) {
          return sealwax_encryptor_new_with_dek(dek.data(), dek.size(), options.get(), out);
        })) {}

  void add_wrapped_key(const wrapped_key &key) {
    const sealwax_wrapped_key view = key.view();
    detail::check(sealwax_encryptor_add_wrapped_key(inner_.get(), &view));
  }

  /// Takes the header out of the output, which is then the body alone.
  bytes detach_header() {
    bytes header(SEALWAX_MAX_HEADER_LEN);
    std::size_t len = 0;
    detail::check(
        sealwax_encryptor_detach_header(inner_.get(), header.data(), header.size(), &len));
    header.resize(len);
    return header;
  }

  sealwax::progress process(bytes_view input, writable_bytes output) {
    sealwax::progress step = SEALWAX_PROGRESS_INIT;
    detail::check(sealwax_encryptor_process(inner_.get(), input.data(), input.size(), output.data(),
                                            output.size(), &step));
    return step;
  }

  void end_input() { detail::check(sealwax_encryptor_end_input(inner_.get())); }
  void finish() { detail::check(sealwax_encryptor_finish(inner_.get())); }

  /// Encrypts `input` and passes the output to `sink(bytes_view)`, which takes all of it or throws.
  /// If it throws, the message cannot be continued.
  template <class Sink> void update(bytes_view input, Sink &&sink) {
    detail::pump(*this, input, buffer_, sink);
  }

  /// Ends the message and passes the rest to `sink(bytes_view)`.
  template <class Sink> void finish(Sink &&sink) {
    bytes_view none;
    end_input();
    detail::pump(*this, none, buffer_, sink);
    finish();
  }

  /// Gives the message up: every later call is SEALWAX_ERR_INVALID_STATE.
  void abandon() noexcept {
    const sealwax_code code = sealwax_encryptor_finish(inner_.get());
    static_cast<void>(code);
  }

private:
  friend class encrypt_handle;
  using owner = detail::owner<sealwax_encryptor, sealwax_encryptor_free>;
  explicit encryptor(owner inner) noexcept : inner_(std::move(inner)) {}
  owner inner_;
  bytes buffer_;
};

/// Decrypts one envelope: envelope in, plaintext out.
///
/// All output is authentic, but it is complete only when `finish` has returned.
class decryptor {
public:
  explicit decryptor(const decrypt_options &options = {})
      : inner_(detail::own<owner>(
            [&](sealwax_decryptor **out) { return sealwax_decryptor_new(options.get(), out); })) {}

  /// A body whose header is stored elsewhere.
  static decryptor detached(bytes_view header, const decrypt_options &options = {}) {
    return decryptor(detail::own<owner>([&](sealwax_decryptor **out) {
      return sealwax_decryptor_new_detached(header.data(), header.size(), options.get(), out);
    }));
  }

  sealwax::progress process(bytes_view input, writable_bytes output) {
    sealwax::progress step = SEALWAX_PROGRESS_INIT;
    detail::check(sealwax_decryptor_process(inner_.get(), input.data(), input.size(), output.data(),
                                            output.size(), &step));
    return step;
  }

  /// A copy of the header, once `process` has it.
  sealwax::header header() const {
    return sealwax::header(detail::own<sealwax::header::owner>(
        [&](sealwax_header **out) { return sealwax_decryptor_header(inner_.get(), out); }));
  }

  void provide_dek(bytes_view dek) {
    detail::check(sealwax_decryptor_provide_dek(inner_.get(), dek.data(), dek.size()));
  }
  void unwrap(const providers &providers) {
    detail::check(sealwax_decryptor_unwrap(inner_.get(), providers.data(), providers.size()));
  }

  /// The metadata, once the DEK was accepted; nothing if there is none.
  std::optional<bytes> metadata() const {
    bytes metadata(SEALWAX_MAX_HEADER_LEN);
    std::size_t len = 0;
    bool present = false;
    detail::check(
        sealwax_decryptor_metadata(inner_.get(), metadata.data(), metadata.size(), &len, &present));
    metadata.resize(len);
    return present ? std::optional<bytes>(std::move(metadata)) : std::nullopt;
  }

  void end_input() { detail::check(sealwax_decryptor_end_input(inner_.get())); }
  void finish() { detail::check(sealwax_decryptor_finish(inner_.get())); }

  /// Decrypts `input` and passes the output to `sink(bytes_view)`. The providers unwrap the key.
  template <class Sink> void update(bytes_view input, const providers &providers, Sink &&sink) {
    while (detail::pump(*this, input, buffer_, sink) == SEALWAX_NEED_KEY) {
      unwrap(providers);
    }
  }

  /// Ends the envelope and passes the rest to `sink(bytes_view)`. The envelope is complete only if
  /// this returns.
  template <class Sink> void finish(Sink &&sink) {
    bytes_view none;
    end_input();
    detail::pump(*this, none, buffer_, sink);
    finish();
  }

  /// Gives the envelope up: every later call is SEALWAX_ERR_INVALID_STATE.
  void abandon() noexcept {
    const sealwax_code code = sealwax_decryptor_finish(inner_.get());
    static_cast<void>(code);
  }

private:
  using owner = detail::owner<sealwax_decryptor, sealwax_decryptor_free>;
  explicit decryptor(owner inner) noexcept : inner_(std::move(inner)) {}
  owner inner_;
  bytes buffer_;
};

} // namespace sealwax

#endif

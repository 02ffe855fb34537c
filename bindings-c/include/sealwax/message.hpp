/// Whole messages in memory: at once, many under one DEK, text form, rewrap.
#ifndef SEALWAX_MESSAGE_HPP
#define SEALWAX_MESSAGE_HPP

#include "header.hpp"
#include "provider.hpp"
#include "stream.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sealwax {

/// Length of an envelope, or of a body when `header_len` is 0.
inline std::uint64_t sealed_len(std::size_t header_len, std::uint64_t plaintext_len) {
  std::uint64_t len = 0;
  detail::check(sealwax_sealed_len(header_len, plaintext_len, &len));
  return len;
}

namespace detail {

/// A buffer for what `write(data, capacity, &len)` writes, cut to what it wrote.
template <class Write> bytes filled(std::uint64_t capacity, Write write) {
  bytes buffer(static_cast<std::size_t>(capacity));
  std::size_t len = 0;
  check(write(buffer.data(), buffer.size(), &len));
  buffer.resize(len);
  return buffer;
}

inline std::vector<sealwax_wrapped_key> views(const std::vector<wrapped_key> &keys) {
  std::vector<sealwax_wrapped_key> all;
  all.reserve(keys.size());
  for (const wrapped_key &key : keys) {
    all.push_back(key.view());
  }
  return all;
}

} // namespace detail

/// A DEK with its finished header, ready to encrypt any number of messages.
class encrypt_handle {
public:
  /// Makes a DEK and has every provider wrap it.
  explicit encrypt_handle(const providers &providers, const encrypt_options &options = {})
      : inner_(detail::own<owner>([&](sealwax_encrypt_handle **out) {
          return sealwax_encrypt_handle_new(providers.data(), providers.size(), options.get(), out);
        })) {}

  /// A DEK and wrapped keys of the host.
  encrypt_handle(bytes_view dek, const std::vector<wrapped_key> &keys,
                 const encrypt_options &options = {})
      : inner_(detail::own<owner>([&](sealwax_encrypt_handle **out) {
          const auto views = detail::views(keys);
          return sealwax_encrypt_handle_new_with_dek(dek.data(), dek.size(), views.data(),
                                                     views.size(), options.get(), out);
        })) {}

  /// The header that every message carries; it belongs to this object.
  bytes_view header() const {
    sealwax_bytes view = {};
    detail::check(sealwax_encrypt_handle_header(inner_.get(), &view));
    return view;
  }

  /// Length of the envelope of a message, exactly.
  std::uint64_t sealed_len(std::uint64_t plaintext_len) const {
    std::uint64_t len = 0;
    detail::check(sealwax_encrypt_handle_sealed_len(inner_.get(), plaintext_len, &len));
    return len;
  }

  /// Encrypts into the caller's buffer on `threads` threads, 0 for every core; returns the length
  /// of the envelope.
  std::size_t encrypt_into(bytes_view plaintext, writable_bytes output,
                           bytes_view associated_data = {}, std::size_t threads = 1) const {
    std::size_t len = 0;
    detail::check(sealwax_encrypt_handle_encrypt(
        inner_.get(), threads, associated_data.data(), associated_data.size(), plaintext.data(),
        plaintext.size(), output.data(), output.size(), &len));
    return len;
  }

  /// As `encrypt_into`, into a new buffer.
  bytes encrypt(bytes_view plaintext, bytes_view associated_data = {},
                std::size_t threads = 1) const {
    bytes envelope(static_cast<std::size_t>(sealed_len(plaintext.size())));
    encrypt_into(plaintext, envelope, associated_data, threads);
    return envelope;
  }

  /// As `encrypt`, without the header, which is stored elsewhere.
  bytes encrypt_body(bytes_view plaintext, bytes_view associated_data = {},
                     std::size_t threads = 1) const {
    return detail::filled(sealwax::sealed_len(0, plaintext.size()),
                          [&](std::uint8_t *data, std::size_t capacity, std::size_t *len) {
                            return sealwax_encrypt_handle_encrypt_body(
                                inner_.get(), threads, associated_data.data(),
                                associated_data.size(), plaintext.data(), plaintext.size(), data,
                                capacity, len);
                          });
  }

  /// A state machine for one message.
  sealwax::encryptor encryptor(bytes_view associated_data = {}) const {
    return sealwax::encryptor(detail::own<sealwax::encryptor::owner>([&](sealwax_encryptor **out) {
      return sealwax_encrypt_handle_encryptor(inner_.get(), associated_data.data(),
                                              associated_data.size(), out);
    }));
  }

  const sealwax_encrypt_handle *get() const noexcept { return inner_.get(); }

private:
  using owner = detail::owner<sealwax_encrypt_handle, sealwax_encrypt_handle_free>;
  owner inner_;
};

/// A verified header and its DEK.
class decrypt_handle {
public:
  decrypt_handle(bytes_view header, const providers &providers, const decrypt_options &options = {})
      : inner_(detail::own<owner>([&](sealwax_decrypt_handle **out) {
          return sealwax_decrypt_handle_open(header.data(), header.size(), providers.data(),
                                             providers.size(), options.get(), out);
        })) {}

  /// A DEK that the host unwrapped.
  decrypt_handle(bytes_view header, bytes_view dek)
      : inner_(detail::own<owner>([&](sealwax_decrypt_handle **out) {
          return sealwax_decrypt_handle_open_with_dek(header.data(), header.size(), dek.data(),
                                                      dek.size(), out);
        })) {}

  /// The verified header; it belongs to this object.
  bytes_view header() const {
    sealwax_bytes view = {};
    detail::check(sealwax_decrypt_handle_header(inner_.get(), &view));
    return view;
  }

  /// The metadata; nothing if there is none.
  std::optional<bytes> metadata() const {
    bool present = false;
    bytes metadata = detail::filled(
        header().size(), [&](std::uint8_t *data, std::size_t capacity, std::size_t *len) {
          return sealwax_decrypt_handle_metadata(inner_.get(), data, capacity, len, &present);
        });
    return present ? std::optional<bytes>(std::move(metadata)) : std::nullopt;
  }

  /// Decrypts an envelope that carries this header into the caller's buffer, on `threads` threads,
  /// 0 for every core; returns the length of the plaintext.
  std::size_t decrypt_into(bytes_view envelope, writable_bytes output,
                           bytes_view associated_data = {}, std::size_t threads = 1) const {
    std::size_t len = 0;
    detail::check(sealwax_decrypt_handle_decrypt(
        inner_.get(), threads, associated_data.data(), associated_data.size(), envelope.data(),
        envelope.size(), output.data(), output.size(), &len));
    return len;
  }

  /// As `decrypt_into`, into a new buffer.
  bytes decrypt(bytes_view envelope, bytes_view associated_data = {},
                std::size_t threads = 1) const {
    bytes output(envelope.size());
    output.resize(decrypt_into(envelope, output, associated_data, threads));
    return output;
  }

  /// As `decrypt`, for a body without its header.
  bytes decrypt_body(bytes_view body, bytes_view associated_data = {},
                     std::size_t threads = 1) const {
    return detail::filled(
        body.size(), [&](std::uint8_t *data, std::size_t capacity, std::size_t *len) {
          return sealwax_decrypt_handle_decrypt_body(inner_.get(), threads, associated_data.data(),
                                                     associated_data.size(), body.data(),
                                                     body.size(), data, capacity, len);
        });
  }

  /// A new header with the DEK wrapped by these providers.
  bytes rewrap(const providers &providers,
               sealwax_rewrap_mode mode = SEALWAX_REWRAP_REPLACE) const {
    return detail::filled(
        SEALWAX_MAX_HEADER_LEN, [&](std::uint8_t *data, std::size_t capacity, std::size_t *len) {
          return sealwax_decrypt_handle_rewrap(inner_.get(), providers.data(), providers.size(),
                                               mode, data, capacity, len);
        });
  }

  /// A new header with exactly these wrapped keys.
  bytes rewrap(const std::vector<wrapped_key> &keys) const {
    const auto views = detail::views(keys);
    return detail::filled(SEALWAX_MAX_HEADER_LEN,
                          [&](std::uint8_t *data, std::size_t capacity, std::size_t *len) {
                            return sealwax_decrypt_handle_rewrap_with_keys(
                                inner_.get(), views.data(), views.size(), data, capacity, len);
                          });
  }

  const sealwax_decrypt_handle *get() const noexcept { return inner_.get(); }

private:
  using owner = detail::owner<sealwax_decrypt_handle, sealwax_decrypt_handle_free>;
  owner inner_;
};

/// Encrypts a message under a fresh DEK that every provider wraps.
inline bytes encrypt(bytes_view plaintext, const providers &providers,
                     const encrypt_options &options = {}) {
  return detail::filled(sealed_len(SEALWAX_MAX_HEADER_LEN, plaintext.size()),
                        [&](std::uint8_t *data, std::size_t capacity, std::size_t *len) {
                          return sealwax_encrypt(providers.data(), providers.size(), options.get(),
                                                 plaintext.data(), plaintext.size(), data, capacity,
                                                 len);
                        });
}

/// Decrypts an envelope. The providers are asked in their order for the DEK.
inline bytes decrypt(bytes_view envelope, const providers &providers,
                     const decrypt_options &options = {}) {
  std::size_t plaintext_len = 0;
  detail::check(sealwax_decrypted_len(envelope.data(), envelope.size(), &plaintext_len));
  return detail::filled(
      plaintext_len, [&](std::uint8_t *data, std::size_t capacity, std::size_t *len) {
        return sealwax_decrypt(providers.data(), providers.size(), options.get(), envelope.data(),
                               envelope.size(), data, capacity, len);
      });
}

/// Rewraps a whole envelope: unwraps with the old providers, wraps with the new ones.
inline bytes rewrap(bytes_view envelope, const providers &old_providers,
                    const providers &new_providers,
                    sealwax_rewrap_mode mode = SEALWAX_REWRAP_REPLACE) {
  return detail::filled(envelope.size() + SEALWAX_MAX_HEADER_LEN,
                        [&](std::uint8_t *data, std::size_t capacity, std::size_t *len) {
                          return sealwax_rewrap(envelope.data(), envelope.size(),
                                                old_providers.data(), old_providers.size(),
                                                new_providers.data(), new_providers.size(), mode,
                                                data, capacity, len);
                        });
}

/// The text form of an envelope or a header.
inline std::string to_text(bytes_view binary) {
  std::size_t len = 0;
  detail::check(sealwax_text_len(binary.size(), &len));
  std::string text(len + 1, '\0');
  detail::check(sealwax_to_text(binary.data(), binary.size(), text.data(), text.size(), &len));
  text.resize(len);
  return text;
}

/// The bytes of a text form.
inline bytes from_text(std::string_view text) {
  return detail::filled(text.size(),
                        [&](std::uint8_t *data, std::size_t capacity, std::size_t *len) {
                          return sealwax_from_text(text.data(), text.size(), data, capacity, len);
                        });
}

/// A fresh DEK, for hosts that call their KMS themselves.
inline bytes generate_dek() {
  bytes dek(SEALWAX_KEY_LEN);
  detail::check(sealwax_generate_dek(dek.data(), dek.size()));
  return dek;
}

} // namespace sealwax

#endif

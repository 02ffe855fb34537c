/// Reads headers.
#ifndef SEALWAX_HEADER_HPP
#define SEALWAX_HEADER_HPP

#include "options.hpp"

#include <string>
#include <vector>

namespace sealwax {

/// A DEK that a provider wrapped.
struct wrapped_key {
  std::string provider_id;
  std::string key_id;
  bytes wrapped;

  /// The form of the C API; valid as long as this is not changed.
  sealwax_wrapped_key view() const noexcept {
    sealwax_wrapped_key view = SEALWAX_WRAPPED_KEY_INIT;
    view.provider_id = provider_id.data();
    view.provider_id_len = provider_id.size();
    view.key_id = key_id.data();
    view.key_id_len = key_id.size();
    view.wrapped_dek = wrapped.data();
    view.wrapped_dek_len = wrapped.size();
    return view;
  }
};

/// A parsed header. Until a decryption succeeds, every field may come from an attacker.
class header {
public:
  /// The header at the front of an envelope.
  static header of_envelope(bytes_view envelope) {
    return header(detail::own<owner>([&](sealwax_header **out) {
      return sealwax_header_of_envelope(envelope.data(), envelope.size(), out);
    }));
  }

  /// A detached header.
  static header parse(bytes_view alone) {
    return header(detail::own<owner>([&](sealwax_header **out) {
      return sealwax_header_parse(alone.data(), alone.size(), out);
    }));
  }

  /// Length of the header that starts with these bytes; 0 for fewer than 12.
  static std::size_t announced_len(bytes_view start) {
    std::size_t len = 0;
    detail::check(sealwax_header_announced_len(start.data(), start.size(), &len));
    return len;
  }

  /// The header as stored; it belongs to this object.
  bytes_view view() const {
    sealwax_bytes view = {};
    detail::check(sealwax_header_bytes(inner_.get(), &view));
    return view;
  }

  std::size_t size() const noexcept { return sealwax_header_len(inner_.get()); }
  std::size_t padding_len() const noexcept { return sealwax_header_padding_len(inner_.get()); }
  std::size_t sealed_metadata_len() const noexcept {
    return sealwax_header_sealed_metadata_len(inner_.get());
  }

  /// A copy of the encryption context.
  sealwax::context context() const {
    return sealwax::context(detail::own<sealwax::context::owner>(
        [&](sealwax_context **out) { return sealwax_header_context(inner_.get(), out); }));
  }

  /// Copies of the wrapped keys.
  std::vector<wrapped_key> wrapped_keys() const {
    std::vector<wrapped_key> all(sealwax_header_wrapped_key_count(inner_.get()));
    for (std::size_t index = 0; index < all.size(); index++) {
      sealwax_wrapped_key key = SEALWAX_WRAPPED_KEY_INIT;
      detail::check(sealwax_header_wrapped_key_at(inner_.get(), index, &key));
      all[index] = {std::string(key.provider_id, key.provider_id_len),
                    std::string(key.key_id, key.key_id_len),
                    bytes(key.wrapped_dek, key.wrapped_dek + key.wrapped_dek_len)};
    }
    return all;
  }

private:
  friend class decryptor;
  friend class reader;
  friend header inspect_file(const std::string &path);
  using owner = detail::owner<sealwax_header, sealwax_header_free>;
  explicit header(owner inner) noexcept : inner_(std::move(inner)) {}
  owner inner_;
};

} // namespace sealwax

#endif

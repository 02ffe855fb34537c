/// Encryption contexts and options.
#ifndef SEALWAX_OPTIONS_HPP
#define SEALWAX_OPTIONS_HPP

#include "error.hpp"
#include "view.hpp"

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace sealwax {

/// A view of an encryption context, as the functions of a provider get it.
class context_view {
public:
  explicit context_view(const sealwax_context *context) noexcept : context_(context) {}

  /// Number of pairs.
  std::size_t size() const noexcept { return sealwax_context_count(context_); }

  /// The pairs, sorted by the bytes of their keys; copied.
  std::vector<std::pair<std::string, std::string>> pairs() const {
    std::vector<std::pair<std::string, std::string>> all;
    for (std::size_t index = 0; index < size(); index++) {
      sealwax_context_pair pair = {};
      detail::check(sealwax_context_pair_at(context_, index, &pair));
      all.emplace_back(std::string(pair.key, pair.key_len),
                       std::string(pair.value, pair.value_len));
    }
    return all;
  }

  /// The canonical bytes, for a KMS that takes additional authenticated data as bytes.
  bytes_view canonical() const {
    sealwax_bytes view = {};
    detail::check(sealwax_context_bytes(context_, &view));
    return view;
  }

  const sealwax_context *get() const noexcept { return context_; }

private:
  const sealwax_context *context_;
};

/// Public pairs of text that are stored, authenticated and passed to the KMS.
class context {
public:
  context() : inner_(detail::own<owner>(sealwax_context_new)) {}
  context(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) : context() {
    for (const auto &pair : pairs) {
      add(pair.first, pair.second);
    }
  }

  /// Adds a pair; the text is copied.
  context &add(std::string_view key, std::string_view value) {
    detail::check(
        sealwax_context_add(inner_.get(), key.data(), key.size(), value.data(), value.size()));
    return *this;
  }

  context_view view() const noexcept { return context_view(inner_.get()); }
  operator context_view() const noexcept { return view(); }

private:
  friend class header;
  using owner = detail::owner<sealwax_context, sealwax_context_free>;
  explicit context(owner inner) noexcept : inner_(std::move(inner)) {}
  owner inner_;
};

/// How to encrypt. Nothing is set at first.
class encrypt_options {
public:
  encrypt_options &context(context_view pairs) {
    detail::check(sealwax_encrypt_options_set_context(made(), pairs.get()));
    return *this;
  }
  encrypt_options &associated_data(bytes_view data) {
    detail::check(sealwax_encrypt_options_set_associated_data(made(), data.data(), data.size()));
    return *this;
  }
  encrypt_options &metadata(bytes_view metadata) {
    detail::check(sealwax_encrypt_options_set_metadata(made(), metadata.data(), metadata.size()));
    return *this;
  }
  encrypt_options &padding(sealwax_padding padding, std::size_t header_len = 0) {
    detail::check(sealwax_encrypt_options_set_padding(made(), padding, header_len));
    return *this;
  }

  /// Null while nothing is set.
  const sealwax_encrypt_options *get() const noexcept { return inner_.get(); }

private:
  using owner = detail::owner<sealwax_encrypt_options, sealwax_encrypt_options_free>;
  sealwax_encrypt_options *made() {
    if (!inner_) {
      inner_ = detail::own<owner>(sealwax_encrypt_options_new);
    }
    return inner_.get();
  }
  owner inner_;
};

/// How to decrypt. Nothing is set at first.
class decrypt_options {
public:
  decrypt_options &required_context(context_view pairs) {
    detail::check(sealwax_decrypt_options_set_required_context(made(), pairs.get()));
    return *this;
  }
  decrypt_options &associated_data(bytes_view data) {
    detail::check(sealwax_decrypt_options_set_associated_data(made(), data.data(), data.size()));
    return *this;
  }

  /// Null while nothing is set.
  const sealwax_decrypt_options *get() const noexcept { return inner_.get(); }

private:
  using owner = detail::owner<sealwax_decrypt_options, sealwax_decrypt_options_free>;
  sealwax_decrypt_options *made() {
    if (!inner_) {
      inner_ = detail::own<owner>(sealwax_decrypt_options_new);
    }
    return inner_.get();
  }
  owner inner_;
};

} // namespace sealwax

#endif

/// Key providers: local keys, and functions of the host.
#ifndef SEALWAX_PROVIDER_HPP
#define SEALWAX_PROVIDER_HPP

#include "key_event.hpp"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>

namespace sealwax {

/// A DEK that a function of the host wrapped. An empty key id is the provider's own.
struct wrapped_dek {
  bytes wrapped;
  std::string key_id;
};

/// A DEK that a function of the host made and wrapped; the library wipes `dek`.
struct generated_dek {
  bytes dek;
  wrapped_dek key;
};

/// Thrown by `unwrap` if a wrapped key does not open: the error is SEALWAX_ERR_KEY_UNWRAP. Any
/// other exception is SEALWAX_ERR_PROVIDER_FAILED, also `key_denied`.
class key_rejected : public std::runtime_error {
public:
  explicit key_rejected(const std::string &what = "the wrapped key was rejected")
      : std::runtime_error(what) {}
};

/// The functions of a provider that the host brings; see `sealwax_provider_callbacks`. Several
/// threads call them at the same time. A function that is not set is not offered. An `accepts` that
/// throws means no.
struct provider_functions {
  std::function<bool(std::string_view key_id)> accepts;
  std::function<wrapped_dek(bytes_view dek, context_view context)> wrap;
  std::function<bytes(std::string_view key_id, bytes_view wrapped, context_view context)> unwrap;
  std::function<generated_dek(context_view context)> generate;
};

namespace detail {

/// Copies what a function of the host returned. More than there is room for makes the call fail.
inline void put(sealwax_buffer *buffer, bytes_view from) noexcept {
  std::copy_n(from.begin(), std::min(from.size(), buffer->capacity), buffer->data);
  buffer->len = from.size();
}

/// The C API's callbacks for a `provider_functions`.
struct trampoline {
  static const provider_functions &of(void *user_data) noexcept {
    return *static_cast<const provider_functions *>(user_data);
  }

  static bool accepts(void *user_data, const char *key_id, std::size_t key_id_len) noexcept {
    try {
      return of(user_data).accepts(text_of(key_id, key_id_len));
    } catch (...) {
      return false;
    }
  }

  static void put_key(const wrapped_dek &key, sealwax_buffer *key_id, sealwax_buffer *wrapped) {
    if (!key.key_id.empty()) {
      put(key_id, view_of(key.key_id));
    }
    put(wrapped, key.wrapped);
  }

  static sealwax_code wrap(void *user_data, const std::uint8_t *dek, std::size_t dek_len,
                           const sealwax_context *context, sealwax_buffer *key_id,
                           sealwax_buffer *wrapped, sealwax_failure *failure) noexcept {
    return guard(failure, [=] {
      put_key(of(user_data).wrap(bytes_view(dek, dek_len), context_view(context)), key_id, wrapped);
      return SEALWAX_OK;
    });
  }

  static sealwax_code unwrap(void *user_data, const char *key_id, std::size_t key_id_len,
                             const std::uint8_t *wrapped, std::size_t wrapped_len,
                             const sealwax_context *context, sealwax_buffer *out,
                             sealwax_failure *failure) noexcept {
    return guard(failure, [=] {
      try {
        bytes dek = of(user_data).unwrap(text_of(key_id, key_id_len),
                                         bytes_view(wrapped, wrapped_len), context_view(context));
        put(out, dek);
        wipe(dek);
        return SEALWAX_OK;
      } catch (const key_rejected &exception) {
        tell(failure, exception.what());
        return SEALWAX_ERR_KEY_UNWRAP;
      }
    });
  }

  static sealwax_code generate(void *user_data, const sealwax_context *context, sealwax_buffer *out,
                               sealwax_buffer *key_id, sealwax_buffer *wrapped,
                               sealwax_failure *failure) noexcept {
    return guard(failure, [=] {
      generated_dek made = of(user_data).generate(context_view(context));
      put(out, made.dek);
      wipe(made.dek);
      put_key(made.key, key_id, wrapped);
      return SEALWAX_OK;
    });
  }

  static void destroy(void *user_data) noexcept {
    delete static_cast<provider_functions *>(user_data);
  }
};

} // namespace detail

/// Wraps and unwraps DEKs. Any number of threads can use it at the same time.
class provider {
public:
  /// A key encryption key of SEALWAX_KEY_LEN random bytes that this process holds; copied.
  static provider local(bytes_view kek, std::string_view key_id) {
    return provider([&](sealwax_provider **out) {
      return sealwax_provider_local(kek.data(), kek.size(), key_id.data(), key_id.size(), out);
    });
  }

  /// The same, as a key file or a secret store holds it: raw, hexadecimal or base64.
  static provider local_text(bytes_view content, std::string_view key_id) {
    return provider([&](sealwax_provider **out) {
      return sealwax_provider_local_text(content.data(), content.size(), key_id.data(),
                                         key_id.size(), out);
    });
  }

  /// The same, with the content of a file.
  static provider local_file(const std::string &path, std::string_view key_id) {
    return provider([&](sealwax_provider **out) {
      return sealwax_provider_local_file(detail::path(path), key_id.data(), key_id.size(), out);
    });
  }

  /// A public key in text form, which encrypts without a secret and decrypts nothing. Without
  /// `key_id`, headers carry its fingerprint.
  static provider recipient(std::string_view text, std::string_view key_id = {}) {
    return provider([&](sealwax_provider **out) {
      return sealwax_provider_recipient(text.data(), text.size(), key_id.data(), key_id.size(),
                                        out);
    });
  }

  /// The secret key of a public one, which decrypts: its text form, or a file's content with it.
  static provider identity(bytes_view content, std::string_view key_id = {}) {
    return provider([&](sealwax_provider **out) {
      return sealwax_provider_identity(content.data(), content.size(), key_id.data(), key_id.size(),
                                       out);
    });
  }

  /// The same, with the content of a file.
  static provider identity_file(const std::string &path, std::string_view key_id = {}) {
    return provider([&](sealwax_provider **out) {
      return sealwax_provider_identity_file(detail::path(path), key_id.data(), key_id.size(), out);
    });
  }

  /// A provider made of functions of the host, with these ids in headers.
  static provider of(provider_functions functions, std::string_view provider_id,
                     std::string_view key_id) {
    sealwax_provider_callbacks callbacks = SEALWAX_PROVIDER_CALLBACKS_INIT;
    callbacks.accepts = functions.accepts ? detail::trampoline::accepts : nullptr;
    callbacks.wrap = functions.wrap ? detail::trampoline::wrap : nullptr;
    callbacks.unwrap = functions.unwrap ? detail::trampoline::unwrap : nullptr;
    callbacks.generate = functions.generate ? detail::trampoline::generate : nullptr;
    callbacks.destroy = detail::trampoline::destroy;
    auto user_data = std::make_unique<provider_functions>(std::move(functions));
    provider made([&](sealwax_provider **out) {
      return sealwax_provider_new(&callbacks, user_data.get(), provider_id.data(),
                                  provider_id.size(), key_id.data(), key_id.size(), out);
    });
    user_data.release(); // The provider owns it only now that nothing failed.
    return made;
  }

  /// A provider that does the same and reports each use of its key to `listener`. A cache in front
  /// of it reports its hits.
  provider with_key_events(key_listener listener) const {
    if (!listener) {
      throw std::invalid_argument("a listener is a function");
    }
    auto user_data = std::make_unique<key_listener>(std::move(listener));
    provider made([&](sealwax_provider **out) {
      return sealwax_provider_with_key_events(get(), detail::listener_trampoline::tell,
                                              user_data.get(), detail::listener_trampoline::destroy,
                                              out);
    });
    user_data.release(); // The provider owns it only now that nothing failed.
    return made;
  }

  const sealwax_provider *get() const noexcept { return inner_.get(); }

private:
  friend class dek_cache;
  using owner = detail::owner<sealwax_provider, sealwax_provider_free>;
  template <class Make> explicit provider(Make make) : inner_(detail::own<owner>(make)) {}
  owner inner_;
};

namespace detail {

/// The text form of a key that `write` writes.
template <class Write> std::string key_text(Write write) {
  std::string text(SEALWAX_KEY_TEXT_LEN, '\0');
  std::size_t len = 0;
  check(write(text.data(), text.size(), &len));
  text.resize(len);
  return text;
}

} // namespace detail

/// A fresh secret key of "x25519" or "x-wing" in text form, which the caller must wipe.
inline std::string generate_identity(std::string_view kem) {
  return detail::key_text([&](char *text, std::size_t capacity, std::size_t *len) {
    return sealwax_identity_generate(kem.data(), kem.size(), text, capacity, len);
  });
}

/// The public key of a secret one, in text form.
inline std::string recipient_of(bytes_view identity) {
  return detail::key_text([&](char *text, std::size_t capacity, std::size_t *len) {
    return sealwax_identity_recipient(identity.data(), identity.size(), text, capacity, len);
  });
}

/// The providers of a call, in their order; they must outlive it.
class providers {
public:
  /// One of several.
  struct reference {
    reference(const sealwax::provider &one) noexcept : provider(one.get()) {}
    const sealwax_provider *provider;
  };

  providers(const provider &one) : all_{one.get()} {}
  providers(std::initializer_list<reference> some) {
    for (const reference &each : some) {
      all_.push_back(each.provider);
    }
  }

  const sealwax_provider *const *data() const noexcept { return all_.data(); }
  std::size_t size() const noexcept { return all_.size(); }

private:
  std::vector<const sealwax_provider *> all_;
};

} // namespace sealwax

#endif

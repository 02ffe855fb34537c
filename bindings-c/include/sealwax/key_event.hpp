/// Uses of keys, for audit logs.
#ifndef SEALWAX_KEY_EVENT_HPP
#define SEALWAX_KEY_EVENT_HPP

#include "options.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sealwax {

/// One use of a key; see `sealwax_key_event`. It and its texts are valid during the call of the
/// listener.
class key_event {
public:
  explicit key_event(const sealwax_key_event *event) noexcept : event_(event) {}

  /// One of `sealwax_key_operation`.
  std::uint32_t operation() const noexcept { return event_->operation; }
  /// `generate`, `wrap`, `unwrap` or `cache_hit`.
  const char *operation_name() const noexcept { return sealwax_key_operation_name(operation()); }
  /// One of `sealwax_key_outcome`.
  std::uint32_t outcome() const noexcept { return event_->outcome; }
  /// `ok`, `rejected`, `denied` or `failed`.
  const char *outcome_name() const noexcept { return sealwax_key_outcome_name(outcome()); }
  /// When it began.
  std::chrono::system_clock::time_point time() const noexcept {
    const std::chrono::nanoseconds since(static_cast<std::int64_t>(event_->time_ns));
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(since));
  }
  /// How long it took.
  std::chrono::nanoseconds duration() const noexcept {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(event_->duration_ns));
  }
  std::string_view provider_id() const noexcept {
    return detail::text_of(event_->provider_id, event_->provider_id_len);
  }
  /// Empty where nobody has named a key before it failed.
  std::string_view key_id() const noexcept {
    return detail::text_of(event_->key_id, event_->key_id_len);
  }
  context_view context() const noexcept { return context_view(event_->context); }
  /// What `object_name` said.
  std::optional<std::string_view> object_name() const noexcept {
    return optional_text(event_->object_name, event_->object_name_len);
  }
  /// What `report_request_id` said.
  std::optional<std::string_view> request_id() const noexcept {
    return optional_text(event_->request_id, event_->request_id_len);
  }
  /// The number that a callback of the C API gave for its failure, else 0.
  std::int64_t cause() const noexcept { return event_->cause; }

  const sealwax_key_event *get() const noexcept { return event_; }

private:
  static std::optional<std::string_view> optional_text(const char *text, std::size_t len) noexcept {
    return text == nullptr ? std::nullopt : std::optional(detail::text_of(text, len));
  }

  const sealwax_key_event *event_;
};

/// Receives each use of a key, from several threads at the same time. What it throws is lost, and
/// the call goes on.
using key_listener = std::function<void(const key_event &event)>;

/// Names the object that this thread encrypts or decrypts, while it lives. An inner name hides an
/// outer one.
class object_name {
public:
  explicit object_name(std::string_view name) : outer_(current()) {
    detail::check(sealwax_object_name_set(name.data(), name.size()));
    current() = std::string(name);
  }
  ~object_name() {
    current() = std::move(outer_);
    sealwax_object_name_set(current().data(), current().size());
  }
  object_name(const object_name &) = delete;
  object_name &operator=(const object_name &) = delete;

private:
  static std::string &current() noexcept {
    static thread_local std::string name;
    return name;
  }

  std::string outer_;
};

/// Sets, in a function of a provider, the id under which the KMS has logged its request.
inline void report_request_id(std::string_view id) {
  detail::check(sealwax_failure_set_request_id(detail::current_failure(), id.data(), id.size()));
}

namespace detail {

/// The C API's functions for a `key_listener`.
struct listener_trampoline {
  static void tell(void *user_data, const sealwax_key_event *event) noexcept {
    try {
      (*static_cast<const key_listener *>(user_data))(key_event(event));
    } catch (...) {
    }
  }

  static void destroy(void *user_data) noexcept { delete static_cast<key_listener *>(user_data); }
};

} // namespace detail
} // namespace sealwax

#endif

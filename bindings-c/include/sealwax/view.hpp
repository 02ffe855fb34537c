/// Views of bytes: pointer and length, as std::span.
#ifndef SEALWAX_VIEW_HPP
#define SEALWAX_VIEW_HPP

#include "../sealwax.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace sealwax {

/// Bytes that the caller owns.
using bytes = std::vector<std::uint8_t>;

namespace detail {

template <class T>
inline constexpr bool is_byte =
    std::is_same_v<std::remove_cv_t<T>, char> || std::is_same_v<std::remove_cv_t<T>, signed char> ||
    std::is_same_v<std::remove_cv_t<T>, unsigned char> ||
    std::is_same_v<std::remove_cv_t<T>, std::byte>;

/// The elements of an array that is a buffer: any bytes but const char.
template <class T> inline constexpr bool is_buffer = is_byte<T> && !std::is_same_v<T, const char>;

template <class T>
inline constexpr bool is_char_pointer =
    std::is_same_v<T, char *> || std::is_same_v<T, const char *>;

template <class Container>
using element = std::remove_pointer_t<decltype(std::data(std::declval<Container &>()))>;

} // namespace detail

/// Bytes to read: made of any container or array of char, unsigned char or std::byte, whole.
///
/// An array is a buffer, including its zero bytes. A pointer to char does not convert: use
/// `c_string` or std::string_view for a C string. An array of const char, such as a literal,
/// converts only by an explicit `bytes_view(array)`.
class bytes_view {
public:
  constexpr bytes_view() noexcept = default;
  constexpr bytes_view(const std::uint8_t *data, std::size_t size) noexcept
      : data_(data), size_(size) {}
  bytes_view(const void *data, std::size_t size) noexcept
      : data_(static_cast<const std::uint8_t *>(data)), size_(size) {}
  bytes_view(std::string_view text) noexcept : bytes_view(text.data(), text.size()) {}
  /// All of an array.
  template <class Byte, std::size_t N, std::enable_if_t<detail::is_buffer<Byte>, int> = 0>
  bytes_view(Byte (&array)[N]) noexcept : bytes_view(static_cast<const void *>(array), N) {}
  /// All of an array of const char; of a literal, with its zero byte.
  template <class Char, std::size_t N, std::enable_if_t<std::is_same_v<Char, const char>, int> = 0>
  explicit bytes_view(Char (&array)[N]) noexcept
      : bytes_view(static_cast<const void *>(array), N) {}
  /// A pointer has no length: use `c_string(text)`, or give the length.
  template <class Pointer, std::enable_if_t<detail::is_char_pointer<Pointer>, int> = 0>
  bytes_view(Pointer text) = delete;
  bytes_view(std::nullptr_t) = delete;
  template <class Container,
            class = std::enable_if_t<detail::is_byte<detail::element<const Container>> &&
                                     !std::is_array_v<Container>>>
  bytes_view(const Container &container) noexcept
      : bytes_view(static_cast<const void *>(std::data(container)), std::size(container)) {}
  bytes_view(sealwax_bytes view) noexcept : bytes_view(view.data, view.len) {}

  constexpr const std::uint8_t *data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr const std::uint8_t *begin() const noexcept { return data_; }
  constexpr const std::uint8_t *end() const noexcept { return data_ + size_; }
  constexpr std::uint8_t operator[](std::size_t index) const noexcept { return data_[index]; }

  /// The bytes from `offset` on, at most `count` of them; none behind the end.
  constexpr bytes_view sub(std::size_t offset,
                           std::size_t count = static_cast<std::size_t>(-1)) const noexcept {
    const std::size_t start = offset < size_ ? offset : size_;
    const std::size_t rest = size_ - start;
    return bytes_view(data_ + start, count < rest ? count : rest);
  }

  /// A copy.
  bytes to_bytes() const { return bytes(begin(), end()); }

private:
  const std::uint8_t *data_ = nullptr;
  std::size_t size_ = 0;
};

/// The bytes of a C string, without its zero byte.
inline bytes_view c_string(const char *text) noexcept { return std::string_view(text); }

/// Bytes to write.
class writable_bytes {
public:
  constexpr writable_bytes() noexcept = default;
  constexpr writable_bytes(std::uint8_t *data, std::size_t size) noexcept
      : data_(data), size_(size) {}
  writable_bytes(void *data, std::size_t size) noexcept
      : data_(static_cast<std::uint8_t *>(data)), size_(size) {}
  template <class Container, class = std::enable_if_t<detail::is_byte<detail::element<Container>> &&
                                                      !std::is_const_v<detail::element<Container>>>>
  writable_bytes(Container &container) noexcept
      : writable_bytes(static_cast<void *>(std::data(container)), std::size(container)) {}

  constexpr std::uint8_t *data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }

private:
  std::uint8_t *data_ = nullptr;
  std::size_t size_ = 0;
};

/// Overwrites a secret with zeros. No compiler removes this.
inline void wipe(writable_bytes secret) noexcept { sealwax_wipe(secret.data(), secret.size()); }

namespace detail {

inline bytes_view view_of(std::string_view text) noexcept { return bytes_view(text); }

inline std::string_view text_of(const char *text, std::size_t len) noexcept {
  return std::string_view(text, len);
}

} // namespace detail
} // namespace sealwax

#endif

// Where the C++ header meets the program: buffers and texts, sinks, exceptions of its functions.
#include <sealwax.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <sys/resource.h>
#include <sys/wait.h>
#include <type_traits>
#include <unistd.h>

using namespace std::string_view_literals;

#define CHECK(condition) ((condition) ? (void)0 : failed(__FILE__, __LINE__, #condition))

[[noreturn]] static void failed(const char *file, int line, const char *what) {
  std::fprintf(stderr, "%s:%d: %s\n", file, line, what);
  std::exit(1);
}

// Runs `call` and gives the error that it must throw.
template <class Call> static sealwax::error error_of(Call call) {
  try {
    call();
  } catch (const sealwax::error &error) {
    return error;
  }
  failed(__FILE__, __LINE__, "nothing was thrown");
}

using sealwax::bytes_view;

// No pointer to char and no literal becomes bytes by itself; arrays and containers do.
static_assert(!std::is_constructible_v<bytes_view, const char *>);
static_assert(!std::is_constructible_v<bytes_view, char *>);
static_assert(!std::is_constructible_v<bytes_view, std::nullptr_t>);
static_assert(!std::is_convertible_v<const char (&)[4], bytes_view>);
static_assert(std::is_constructible_v<bytes_view, const char (&)[4]>);
static_assert(std::is_convertible_v<char (&)[4], bytes_view>);
static_assert(std::is_convertible_v<std::uint8_t (&)[4], bytes_view>);
static_assert(std::is_convertible_v<const std::uint8_t (&)[4], bytes_view>);
static_assert(std::is_convertible_v<const std::byte (&)[4], bytes_view>);
static_assert(!std::is_convertible_v<int (&)[4], bytes_view>);
static_assert(std::is_convertible_v<std::string_view, bytes_view>);

static sealwax::provider local() {
  return sealwax::provider::local(sealwax::bytes(SEALWAX_KEY_LEN, 1), "kek");
}

static bool same(bytes_view a, bytes_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// A buffer with zero bytes is sealed whole, whatever its type.
static void buffers() {
  const auto provider = local();
  char chars[5] = {'a', 0, 'b', 0, 0};
  const char constant[5] = {'a', 0, 'b', 0, 0};
  const std::uint8_t numbers[5] = {'a', 0, 'b', 0, 0};
  const std::array<char, 5> array = {'a', 0, 'b', 0, 0};
  CHECK(same(sealwax::decrypt(sealwax::encrypt(chars, provider), provider), numbers));
  CHECK(
      same(sealwax::decrypt(sealwax::encrypt(bytes_view(constant), provider), provider), numbers));
  CHECK(same(sealwax::decrypt(sealwax::encrypt(numbers, provider), provider), numbers));
  CHECK(same(sealwax::decrypt(sealwax::encrypt(array, provider), provider), numbers));
  CHECK(bytes_view("abc"sv).size() == 3 && sealwax::c_string("abc").size() == 3);
  CHECK(sealwax::c_string(chars).size() == 1 && bytes_view("abc").size() == 4);
  CHECK(bytes_view(chars, 2).size() == 2 && sealwax::writable_bytes(chars).size() == 5);
}

struct offline : std::runtime_error {
  using std::runtime_error::runtime_error;
};

static bool is_offline(const std::exception_ptr &exception, std::string_view what) {
  try {
    std::rethrow_exception(exception);
  } catch (const offline &found) {
    return found.what() == what;
  } catch (...) {
    return false;
  }
}

static sealwax::provider failing(const char *what) {
  sealwax::provider_functions functions;
  functions.wrap = [](bytes_view dek, sealwax::context_view) {
    return sealwax::wrapped_dek{dek.to_bytes(), ""};
  };
  functions.unwrap = [what](std::string_view, bytes_view wrapped,
                            sealwax::context_view) -> sealwax::bytes {
    if (what == nullptr) {
      return wrapped.to_bytes();
    }
    throw offline(what);
  };
  return sealwax::provider::of(functions, "host", "kek");
}

// The cause of an error is the exception that led to it, and no other one.
static void causes() {
  const auto good = failing(nullptr), bad = failing("no route"), worse = failing("no power");
  const auto envelope = sealwax::encrypt("tide"sv, good);
  // One provider throws, the next one has the key: the call succeeds.
  CHECK(same(sealwax::decrypt(envelope, {bad, good}), "tide"sv));
  const auto later = error_of([&] { sealwax::decrypt("PK"sv, good); });
  CHECK(later.code() == SEALWAX_ERR_TRUNCATED || later.code() == SEALWAX_ERR_BAD_MAGIC);
  CHECK(later.cause() == nullptr);
  // Both throw: the first is the cause, as with the number and the text.
  const auto both = error_of([&] { sealwax::decrypt(envelope, {bad, worse}); });
  CHECK(is_offline(both.cause(), "no route"));
  const auto again = error_of([&] { sealwax::decrypt(envelope, worse); });
  CHECK(is_offline(again.cause(), "no power"));
  // A function that meets an error of another call throws it itself.
  sealwax::provider_functions functions;
  functions.unwrap = [&](std::string_view, bytes_view, sealwax::context_view) {
    return sealwax::decrypt(envelope, bad);
  };
  const auto outer = error_of(
      [&] { sealwax::decrypt(envelope, sealwax::provider::of(functions, "host", "kek")); });
  CHECK(outer.code() == SEALWAX_ERR_PROVIDER_FAILED);
  try {
    std::rethrow_exception(outer.cause());
  } catch (const sealwax::error &inner) {
    CHECK(inner.code() == SEALWAX_ERR_PROVIDER_FAILED && is_offline(inner.cause(), "no route"));
  }
  // A DEK of another length is the function's failure, and has no exception.
  for (const std::size_t len :
       {std::size_t{0}, std::size_t{16}, std::size_t{31}, std::size_t{33}}) {
    functions.unwrap = [len](std::string_view, bytes_view, sealwax::context_view) {
      return sealwax::bytes(len, 1);
    };
    const auto wrong = error_of(
        [&] { sealwax::decrypt(envelope, sealwax::provider::of(functions, "host", "kek")); });
    CHECK(wrong.code() == SEALWAX_ERR_PROVIDER_FAILED && wrong.cause() == nullptr);
  }
}

// An exception that leaves a function of the C API ends the program: no frame of the library is
// left half done.
static sealwax_code throwing(void *, const std::uint8_t *, std::size_t, const sealwax_context *,
                             sealwax_buffer *, sealwax_buffer *, sealwax_failure *) {
  throw offline("no route");
}

static void exception_in_c() {
  std::fflush(nullptr);
  const pid_t process = fork();
  CHECK(process >= 0);
  if (process == 0) {
    const rlimit no_core = {0, 0};
    sealwax_provider_callbacks callbacks = SEALWAX_PROVIDER_CALLBACKS_INIT;
    sealwax_provider *provider = nullptr;
    std::uint8_t out[500];
    std::size_t len = 0;
    callbacks.wrap = throwing;
    if (setrlimit(RLIMIT_CORE, &no_core) != 0 ||
        std::freopen("/dev/null", "w", stderr) == nullptr ||
        sealwax_provider_new(&callbacks, nullptr, "p", 1, "k", 1, &provider) != SEALWAX_OK) {
      _exit(2);
    }
    try {
      const sealwax_code code =
          sealwax_encrypt(&provider, 1, nullptr, nullptr, 0, out, sizeof out, &len);
      _exit(code == SEALWAX_OK ? 3 : 4);
    } catch (...) {
      _exit(5); // It has passed through the library.
    }
  }
  int status = -1;
  CHECK(waitpid(process, &status, 0) == process);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

// A stream that began before a fork belongs to the process that began it.
static void forked() {
  const auto provider = local();
  sealwax::bytes sealed;
  const auto sink = [&](bytes_view piece) {
    sealed.insert(sealed.end(), piece.begin(), piece.end());
  };
  sealwax::encryptor encryptor(provider);
  encryptor.update("high "sv, sink);
  std::fflush(nullptr);
  const pid_t process = fork();
  CHECK(process >= 0);
  if (process == 0) {
    const auto update = error_of([&] { encryptor.update("tide"sv, sink); });
    const auto finish = error_of([&] { encryptor.finish(sink); });
    _exit(update.code() == SEALWAX_ERR_INVALID_STATE && finish.code() == SEALWAX_ERR_INVALID_STATE
              ? 0
              : 1);
  }
  int status = -1;
  CHECK(waitpid(process, &status, 0) == process && status == 0);
  encryptor.update("water"sv, sink);
  encryptor.finish(sink);
  CHECK(same(sealwax::decrypt(sealed, provider), "high water"sv));
}

// A sink that throws has lost a piece: the message cannot go on without it.
static void sinks() {
  const auto provider = local();
  sealwax::encryptor encryptor(provider);
  const sealwax::bytes input(1000000, 7);
  int calls = 0;
  try {
    encryptor.update(input, [&](bytes_view) {
      calls++;
      throw offline("disk full");
    });
    CHECK(false);
  } catch (const offline &thrown) {
    CHECK(thrown.what() == "disk full"sv && calls == 1);
  }
  const auto after = error_of([&] { encryptor.update(input, [](bytes_view) {}); });
  CHECK(after.code() == SEALWAX_ERR_INVALID_STATE);
}

int main() {
  buffers();
  causes();
  exception_in_c();
  forked();
  sinks();
  std::puts("hosts: ok");
}

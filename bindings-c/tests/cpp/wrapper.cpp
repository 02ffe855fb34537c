// The C++ header: the tests of the C API, repeated for the C++ layer.
#include <sealwax.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <type_traits>

using namespace std::string_view_literals;

#define CHECK(condition) ((condition) ? (void)0 : failed(__FILE__, __LINE__, #condition))

[[noreturn]] static void failed(const char *file, int line, const char *what) {
  std::fprintf(stderr, "%s:%d: %s\n", file, line, what);
  std::exit(1);
}

// Runs `call` and gives the error that it must throw.
template <class Call> static sealwax::error error_of(const Call &call) {
  try {
    call();
  } catch (const sealwax::error &error) {
    return error;
  }
  failed(__FILE__, __LINE__, "nothing was thrown");
}

static sealwax::bytes pattern(std::size_t len) {
  sealwax::bytes bytes(len);
  for (std::size_t i = 0; i < len; i++) {
    bytes[i] = static_cast<std::uint8_t>(i % 251);
  }
  return bytes;
}

static sealwax::provider local(std::uint8_t byte) {
  return sealwax::provider::local(sealwax::bytes(SEALWAX_KEY_LEN, byte), std::to_string(byte));
}

static bool same(sealwax::bytes_view a, sealwax::bytes_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

static_assert(!std::is_copy_constructible_v<sealwax::encryptor>);
static_assert(std::is_nothrow_move_constructible_v<sealwax::decryptor>);
static_assert(std::is_convertible_v<std::array<std::byte, 3>, sealwax::bytes_view>);
static_assert(!std::is_convertible_v<std::vector<int>, sealwax::bytes_view>);
static_assert(!std::is_convertible_v<const std::vector<char> &, sealwax::writable_bytes>);

static void views() {
  const std::string text("a\0b", 3);
  CHECK(sealwax::bytes_view(text).size() == 3);
  CHECK(sealwax::bytes_view("abc"sv).size() == 3);
  const sealwax::bytes_view view("abcdef"sv);
  CHECK(view.sub(2).size() == 4 && view.sub(2, 3)[0] == 'c' && view.sub(9).empty());
  CHECK(same(view.sub(1, 100), "bcdef"sv) && same(view.sub(0, 2).to_bytes(), "ab"sv));
}

static void messages() {
  const auto provider = local(1);
  const sealwax::context context{{"tenant", "blue"}, {"purpose", "test"}};
  sealwax::encrypt_options options;
  options.context(context)
      .associated_data("object 7"sv)
      .metadata("name"sv)
      .padding(SEALWAX_PADDING_NONE);
  const auto envelope = sealwax::encrypt(pattern(50000), provider, options);
  sealwax::decrypt_options expected;
  expected.associated_data("object 7"sv).required_context(context);
  CHECK(same(sealwax::decrypt(envelope, provider, expected), pattern(50000)));
  const auto wrong = error_of([&] { sealwax::decrypt(envelope, provider); });
  CHECK(wrong.code() == SEALWAX_ERR_COMMITMENT_MISMATCH);
  CHECK(wrong.name() == std::string_view("commitment_mismatch") && *wrong.what() != '\0');
  CHECK(same(sealwax::from_text(sealwax::to_text(envelope)), envelope));
  const auto header = sealwax::header::of_envelope(envelope);
  CHECK(header.size() == sealwax::header::announced_len(envelope));
  CHECK(header.context().view().pairs()[0].first == "purpose");
  CHECK(header.wrapped_keys().at(0).provider_id == "local" && header.sealed_metadata_len() == 76);
  const auto other = local(2);
  const auto rewrapped = sealwax::rewrap(envelope, provider, other, SEALWAX_REWRAP_ADD);
  CHECK(sealwax::header::of_envelope(rewrapped).wrapped_keys().size() == 2);
  CHECK(same(sealwax::decrypt(rewrapped, other, expected), pattern(50000)));
  auto broken = envelope;
  broken.back() ^= 1;
  const auto damaged = error_of([&] { sealwax::decrypt(broken, provider, expected); });
  CHECK(damaged.code() == SEALWAX_ERR_AUTHENTICATION && damaged.chunk() == 3);
}

static void handles() {
  const auto provider = local(3);
  const sealwax::encrypt_handle encrypt(provider, sealwax::encrypt_options().metadata("m"sv));
  const sealwax::decrypt_handle decrypt(encrypt.header(), provider);
  CHECK(same(decrypt.metadata().value(), "m"sv));
  CHECK(same(decrypt.decrypt(encrypt.encrypt(pattern(1000), "a"sv), "a"sv), pattern(1000)));
  CHECK(same(decrypt.decrypt_body(encrypt.encrypt_body(pattern(1000))), pattern(1000)));
  std::array<std::uint8_t, 10> small = {};
  const auto error = error_of([&] { encrypt.encrypt_into("text"sv, small); });
  CHECK(error.code() == SEALWAX_ERR_BUFFER_TOO_SMALL && error.needed() == encrypt.sealed_len(4));
  const auto next = local(4);
  const sealwax::decrypt_handle again(decrypt.rewrap(next), next);
  CHECK(again.header().size() == decrypt.header().size());
}

static void streams() {
  const auto provider = local(5);
  sealwax::encryptor encryptor(provider);
  sealwax::bytes envelope, plaintext;
  const auto into = [](sealwax::bytes &all) {
    return [&all](sealwax::bytes_view piece) { all.insert(all.end(), piece.begin(), piece.end()); };
  };
  const auto input = pattern(700000);
  for (std::size_t at = 0; at < input.size(); at += 99999) {
    encryptor.update(sealwax::bytes_view(input).sub(at, 99999), into(envelope));
  }
  encryptor.finish(into(envelope));
  auto moved = sealwax::decryptor();
  sealwax::decryptor decryptor = std::move(moved);
  for (std::size_t at = 0; at < envelope.size(); at += 55555) {
    decryptor.update(sealwax::bytes_view(envelope).sub(at, 55555), provider, into(plaintext));
  }
  CHECK(!decryptor.metadata().has_value() && decryptor.header().size() == 4096);
  decryptor.finish(into(plaintext));
  CHECK(same(plaintext, input));
  sealwax::decryptor cut;
  cut.update(sealwax::bytes_view(envelope).sub(0, envelope.size() - 40000), provider,
             [](sealwax::bytes_view) {});
  const auto error = error_of([&] { cut.finish([](sealwax::bytes_view) {}); });
  CHECK(error.code() == SEALWAX_ERR_AUTHENTICATION);
}

// The host's own functions, their exceptions, and their end.
struct offline : std::runtime_error {
  using std::runtime_error::runtime_error;
};

static sealwax::provider_functions functions(const std::shared_ptr<int> &calls) {
  sealwax::provider_functions all;
  all.wrap = [calls](sealwax::bytes_view dek, sealwax::context_view context) {
    ++*calls;
    CHECK(context.size() == 0 && context.canonical().size() == 2);
    return sealwax::wrapped_dek{dek.to_bytes(), "kek/7"};
  };
  all.unwrap = [calls](std::string_view key_id, sealwax::bytes_view wrapped,
                       sealwax::context_view) {
    ++*calls;
    CHECK(key_id == "kek/7");
    return wrapped.to_bytes();
  };
  all.accepts = [](std::string_view key_id) { return key_id.substr(0, 4) == "kek/"; };
  return all;
}

static void providers() {
  auto calls = std::make_shared<int>(0);
  {
    const auto host = sealwax::provider::of(functions(calls), "host", "kek");
    const auto both = sealwax::encrypt("text"sv, {host, local(6)});
    CHECK(same(sealwax::decrypt(both, host), "text"sv) && *calls == 2);
    CHECK(same(sealwax::decrypt(both, {local(6), host}), "text"sv) && *calls == 2);
    auto failing = functions(calls);
    failing.unwrap = [](std::string_view, sealwax::bytes_view,
                        sealwax::context_view) -> sealwax::bytes { throw offline("no route"); };
    const auto bad = sealwax::provider::of(failing, "host", "kek");
    const auto error = error_of([&] { sealwax::decrypt(both, bad); });
    CHECK(error.code() == SEALWAX_ERR_PROVIDER_FAILED);
    CHECK(std::string(error.what()).find("no route") != std::string::npos);
    try {
      std::rethrow_exception(error.cause());
    } catch (const offline &cause) {
      CHECK(cause.what() == std::string_view("no route"));
    }
    failing.unwrap = [](std::string_view, sealwax::bytes_view,
                        sealwax::context_view) -> sealwax::bytes { throw sealwax::key_rejected(); };
    const auto refusing = sealwax::provider::of(failing, "host", "kek");
    CHECK(error_of([&] { sealwax::decrypt(both, refusing); }).code() == SEALWAX_ERR_KEY_UNWRAP);
    failing.wrap = [](sealwax::bytes_view, sealwax::context_view) -> sealwax::wrapped_dek {
      throw 7;
    };
    const auto odd = sealwax::provider::of(failing, "host", "kek");
    CHECK(error_of([&] { sealwax::encrypt("x"sv, odd); }).code() == SEALWAX_ERR_PROVIDER_FAILED);
    failing.generate = [](sealwax::context_view) {
      return sealwax::generated_dek{sealwax::generate_dek(), {sealwax::bytes(9999), "kek/8"}};
    };
    const auto lying = sealwax::provider::of(failing, "host", "kek");
    const auto garbage = error_of([&] { sealwax::encrypt("x"sv, lying); });
    CHECK(garbage.code() == SEALWAX_ERR_PROVIDER_FAILED && garbage.cause() == nullptr);
  }
  CHECK(calls.use_count() == 1);
  const auto refused = error_of([&] { sealwax::provider::of(functions(calls), "", "kek"); });
  CHECK(refused.code() == SEALWAX_ERR_INVALID_ARGUMENT && calls.use_count() == 1);
}

static void manual() {
  auto dek = sealwax::generate_dek();
  const sealwax::wrapped_key key{"async-kms", "kek", sealwax::bytes(40, 7)};
  sealwax::encryptor encryptor(dek, sealwax::encrypt_options().padding(SEALWAX_PADDING_NONE));
  encryptor.add_wrapped_key(key);
  const auto header = encryptor.detach_header();
  sealwax::bytes body;
  const auto sink = [&](sealwax::bytes_view piece) {
    body.insert(body.end(), piece.begin(), piece.end());
  };
  encryptor.update("text"sv, sink);
  encryptor.finish(sink);
  auto decryptor = sealwax::decryptor::detached(header);
  CHECK(decryptor.header().wrapped_keys().at(0).wrapped == key.wrapped);
  decryptor.provide_dek(dek);
  const sealwax::decrypt_handle handle(header, dek);
  CHECK(same(handle.decrypt_body(body), "text"sv));
  const sealwax::wrapped_key next{"async-kms", "kek-2", sealwax::bytes(40, 8)};
  CHECK(sealwax::header::parse(handle.rewrap({key, next})).wrapped_keys().size() == 2);
  const auto twice = error_of([&] { handle.rewrap({key, key}); });
  CHECK(twice.code() == SEALWAX_ERR_INVALID_ARGUMENT);
  const sealwax::encrypt_handle encrypt(dek, {key});
  CHECK(
      same(sealwax::decrypt_handle(encrypt.header(), dek).decrypt(encrypt.encrypt("t"sv)), "t"sv));
  sealwax::wipe(dek);
  CHECK(std::accumulate(dek.begin(), dek.end(), 0) == 0);
}

static void files(const std::string &folder) {
  const auto path = [&](const char *name) { return folder + "/" + name; };
  std::FILE *file = std::fopen(path("plain").c_str(), "wb");
  const auto input = pattern(3000000);
  CHECK(std::fwrite(input.data(), 1, input.size(), file) == input.size());
  CHECK(std::fclose(file) == 0);
  const auto provider = local(7), next = local(8);
  std::uint64_t last = 0;
  sealwax::file_options watched;
  watched.progress = [&](std::uint64_t done, std::uint64_t total) {
    CHECK(total == 3000000 && done >= last);
    last = done;
    return true;
  };
  const auto len = sealwax::encrypt_file(path("plain"), path("sealed"), provider, {}, watched);
  CHECK(len == sealwax::sealed_len(4096, 3000000) && last == 3000000);
  const auto exists = error_of([&] { sealwax::encrypt_file(path("plain"), path("sealed"), next); });
  CHECK(exists.code() == SEALWAX_ERR_ALREADY_EXISTS);
  const sealwax::file_batch batch;
  sealwax::file_options batched;
  batched.overwrite = true;
  batched.mode = 0640;
  batched.sparse = SEALWAX_SPARSE_NEVER;
  batched.batch = &batch;
  sealwax::encrypt_file(path("plain"), path("batched"), provider, {}, batched);
  batched.durable = false;
  sealwax::encrypt_file(path("plain"), path("batched"), provider, {}, batched);
  batch.finish();
  sealwax::file_options stopped;
  stopped.overwrite = true;
  stopped.progress = [](std::uint64_t, std::uint64_t) { return false; };
  const auto cancelled = error_of(
      [&] { sealwax::encrypt_file(path("plain"), path("sealed"), provider, {}, stopped); });
  CHECK(cancelled.code() == SEALWAX_ERR_CANCELLED);
  stopped.progress = [](std::uint64_t, std::uint64_t) -> bool { throw offline("window closed"); };
  try {
    sealwax::encrypt_file(path("plain"), path("sealed"), provider, {}, stopped);
    CHECK(false);
  } catch (const offline &thrown) {
    CHECK(thrown.what() == std::string_view("window closed"));
  }
  CHECK(sealwax::rewrap_file(path("sealed"), provider, next) == SEALWAX_REWRAPPED_IN_PLACE);
  CHECK(sealwax::inspect_file(path("sealed")).wrapped_keys().at(0).key_id == "8");
  const sealwax::reader reader(path("sealed"), next, {}, 2);
  CHECK(reader.size() == 3000000 && reader.header().size() == 4096);
  CHECK(same(reader.read(2999990, 100), sealwax::bytes_view(input).sub(2999990)));
  stopped.progress = nullptr;
  CHECK(sealwax::decrypt_file(path("sealed"), path("plain"), next, {}, stopped) == 3000000);
  const auto missing = error_of([&] { sealwax::inspect_file(path("nowhere")); });
  CHECK(missing.code() == SEALWAX_ERR_IO && missing.cause_code() == 2);
}

// A path up to its zero byte would be another file, here one that is there.
static void zero_bytes(const std::string &folder) {
  const auto good = folder + "/sealed", cut = good + std::string("\0tail", 5);
  const auto provider = local(8);
  sealwax::file_options file;
  file.overwrite = true;
  const std::function<void()> calls[] = {
      [&] { sealwax::encrypt_file(cut, folder + "/new", provider); },
      [&] { sealwax::encrypt_file(folder + "/plain", cut, provider, {}, file); },
      [&] { sealwax::decrypt_file(cut, folder + "/new", provider); },
      [&] { sealwax::decrypt_file(good, cut, provider, {}, file); },
      [&] { sealwax::rewrap_file(cut, provider, provider); },
      [&] { sealwax::inspect_file(cut); },
      [&] { const sealwax::reader reader(cut, provider); },
      [&] { sealwax::provider::local_file(cut, "k"); },
  };
  for (const auto &call : calls) {
    const auto refused = error_of(call);
    CHECK(refused.code() == SEALWAX_ERR_INVALID_ARGUMENT);
    CHECK(refused.what() == "invalid argument: a path has no zero byte in it"sv);
  }
  CHECK(sealwax::inspect_file(good).wrapped_keys().at(0).key_id == "8");
}

// An object of the host's, in memory; and one that breaks.
static void objects() {
  const auto provider = local(9);
  const sealwax::encrypt_handle encrypt(provider);
  const auto body = encrypt.encrypt_body(pattern(100000));
  sealwax::read_functions functions;
  functions.size = [&] { return std::uint64_t{body.size()}; };
  functions.read_at = [&](sealwax::writable_bytes buffer, std::uint64_t offset) {
    const auto part =
        sealwax::bytes_view(body).sub(static_cast<std::size_t>(offset), buffer.size());
    std::copy(part.begin(), part.end(), buffer.data());
    return part.size();
  };
  const sealwax::reader reader(functions, provider, {}, 1, encrypt.header());
  CHECK(same(reader.read(50000, 20000), sealwax::bytes_view(pattern(100000)).sub(50000, 20000)));
  functions.read_at = [](sealwax::writable_bytes, std::uint64_t) -> std::size_t {
    throw offline("connection reset");
  };
  const auto error =
      error_of([&] { const sealwax::reader broken(functions, provider, {}, 1, encrypt.header()); });
  CHECK(error.code() == SEALWAX_ERR_IO && error.cause() != nullptr);
  CHECK(std::string(error.what()).find("connection reset") != std::string::npos);
}

static void cache() {
  auto calls = std::make_shared<int>(0);
  const sealwax::dek_cache cache(sealwax::provider::of(functions(calls), "host", "kek"),
                                 {10, std::chrono::hours(24)});
  const auto cached = cache.provider();
  for (int i = 0; i < 3; i++) {
    CHECK(same(sealwax::decrypt(sealwax::encrypt("text"sv, cached), cached), "text"sv));
  }
  CHECK(*calls == 2 && cache.stats().hits == 4 && cache.stats().entries == 2);
  cache.clear();
  cache.remove_expired();
  CHECK(cache.stats().entries == 0 && cache.stats().evictions == 2);
}

static void parallel() {
  const auto provider = local(10);
  const sealwax::encrypt_handle encrypt(provider);
  const auto input = pattern(5000000);
  sealwax::bytes envelope(static_cast<std::size_t>(encrypt.sealed_len(input.size())));
  CHECK(encrypt.encrypt_into(input, envelope, "aad"sv, 2) == envelope.size());
  sealwax::bytes output(input.size());
  const sealwax::decrypt_handle decrypt(encrypt.header(), provider);
  CHECK(decrypt.decrypt_into(envelope, output, "aad"sv, 0) == input.size());
  CHECK(same(output, input));
  const auto body = encrypt.encrypt_body(input, {}, 0);
  CHECK(same(decrypt.decrypt_body(body, {}, 2), input));
  CHECK(same(decrypt.decrypt(encrypt.encrypt(input, {}, 2), {}, 0), input));
}

static void key_pairs(const std::string &folder) {
  using sealwax::provider;
  for (const auto kem : {"x25519"sv, "x-wing"sv}) {
    const auto secret = sealwax::generate_identity(kem);
    const auto text = sealwax::recipient_of(secret);
    const auto envelope = sealwax::encrypt("text"sv, provider::recipient(text));
    CHECK(same(sealwax::decrypt(envelope, provider::identity(secret)), "text"sv));
    const auto named = sealwax::encrypt("text"sv, provider::recipient(text, "inbox"));
    CHECK(same(sealwax::decrypt(named, provider::identity(secret, "inbox")), "text"sv));
    const auto unnamed = error_of([&] { sealwax::decrypt(named, provider::identity(secret)); });
    CHECK(unnamed.code() == SEALWAX_ERR_NO_MATCHING_KEY);
    CHECK(error_of([&] { provider::recipient(secret); }).code() == SEALWAX_ERR_INVALID_ARGUMENT);
  }
  const auto absent = error_of([&] { provider::identity_file(folder + "/absent.key"); });
  CHECK(absent.code() == SEALWAX_ERR_IO);
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  key_pairs(argv[1]);
  files(argv[1]);
  zero_bytes(argv[1]);
  objects();
  cache();
  parallel();
  views();
  messages();
  handles();
  streams();
  providers();
  manual();
  std::puts("wrapper: ok");
}

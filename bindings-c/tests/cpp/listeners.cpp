// Key events through the C++ header; what an event says is tested in ../c/key_events.c.
#include <sealwax.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <thread>

using namespace std::string_view_literals;

#define CHECK(condition) ((condition) ? (void)0 : failed(__FILE__, __LINE__, #condition))

[[noreturn]] static void failed(const char *file, int line, const char *what) {
  std::fprintf(stderr, "%s:%d: %s\n", file, line, what);
  std::exit(1);
}

static sealwax::bytes masked(sealwax::bytes_view in) {
  sealwax::bytes out = in.to_bytes();
  for (auto &byte : out) {
    byte = static_cast<std::uint8_t>(byte ^ 0x5a);
  }
  return out;
}

// A KMS that reports request ids, and refuses to unwrap while it is told to.
static sealwax::provider kms(const bool &refuses) {
  sealwax::provider_functions functions;
  functions.wrap = [](sealwax::bytes_view dek, sealwax::context_view) {
    sealwax::report_request_id("req-1");
    return sealwax::wrapped_dek{masked(dek), ""};
  };
  functions.unwrap = [&refuses](std::string_view, sealwax::bytes_view wrapped,
                                sealwax::context_view) {
    sealwax::report_request_id("req-2");
    if (refuses) {
      throw sealwax::key_denied("not for you");
    }
    return masked(wrapped);
  };
  return sealwax::provider::of(functions, "kms", "k");
}

static std::string line(const sealwax::key_event &event) {
  std::string text = std::string(event.operation_name()) + " " + event.outcome_name() + " ";
  text += std::string(event.provider_id()) + " " + std::string(event.key_id()) + " ";
  text += event.context().pairs().at(0).second + " ";
  text += std::string(event.object_name().value_or("-")) + " ";
  return text + std::string(event.request_id().value_or("-"));
}

static void events() {
  std::vector<std::string> log;
  bool refuses = false;
  const auto before = std::chrono::system_clock::now() - std::chrono::minutes(1);
  const auto provider = kms(refuses).with_key_events([&](const sealwax::key_event &event) {
    CHECK(event.time() > before && event.duration() < std::chrono::hours(1));
    CHECK(event.cause() == 0 && event.get()->struct_size == sizeof(sealwax_key_event));
    log.push_back(line(event));
  });
  const sealwax::context context{{"tenant", "blue"}};
  sealwax::bytes envelope;
  {
    const sealwax::object_name outer("a.csv");
    envelope = sealwax::encrypt("tide"sv, provider, sealwax::encrypt_options().context(context));
    {
      const sealwax::object_name inner("b.csv");
      sealwax::decrypt(envelope, provider);
    }
    refuses = true;
    try {
      sealwax::decrypt(envelope, provider);
      CHECK(false);
    } catch (const sealwax::error &error) {
      CHECK(error.code() == SEALWAX_ERR_PROVIDER_FAILED && error.cause());
      CHECK(std::string_view(error.what()).find("not for you") != std::string_view::npos);
    }
    refuses = false;
  }
  sealwax::decrypt(envelope, provider);
  const std::vector<std::string> expected = {
      "wrap ok kms k blue a.csv req-1", "unwrap ok kms k blue b.csv req-2",
      "unwrap denied kms k blue a.csv req-2", "unwrap ok kms k blue - req-2"};
  CHECK(log == expected);
}

static void cached() {
  std::vector<std::string> log;
  const bool refuses = false;
  const auto provider = kms(refuses).with_key_events(
      [&](const sealwax::key_event &event) { log.push_back(event.operation_name()); });
  const sealwax::dek_cache cache(provider, {10, std::chrono::hours(1)});
  for (int i = 0; i < 3; i++) {
    sealwax::encrypt("tide"sv, cache.provider());
  }
  CHECK((log == std::vector<std::string>{"wrap", "cache_hit", "cache_hit"}));
}

// What a listener throws is lost, and nothing else is; it goes when its provider does.
static void listeners() {
  const auto token = std::make_shared<int>(1);
  const bool refuses = false;
  {
    const auto provider = kms(refuses).with_key_events(
        [token](const sealwax::key_event &) { throw std::runtime_error("the log is full"); });
    CHECK(token.use_count() == 2);
    CHECK(sealwax::decrypt(sealwax::encrypt("tide"sv, provider), provider).size() == 4);
  }
  CHECK(token.use_count() == 1);
  try {
    kms(refuses).with_key_events(nullptr);
    CHECK(false);
  } catch (const std::invalid_argument &) {
  }
  try {
    sealwax::report_request_id("outside of a provider's function");
    CHECK(false);
  } catch (const sealwax::error &error) {
    CHECK(error.code() == SEALWAX_ERR_NULL_POINTER);
  }
}

// Names are of a thread, and events come from all of them.
static void threads() {
  std::vector<std::string> log[2];
  const bool refuses = false;
  const auto worker = [&](std::size_t index) {
    const auto provider = kms(refuses).with_key_events([&, index](const sealwax::key_event &event) {
      log[index].push_back(std::string(event.object_name().value_or("-")));
    });
    const sealwax::object_name name(index == 0 ? "zero" : "one");
    for (int i = 0; i < 50; i++) {
      sealwax::encrypt("tide"sv, provider);
    }
  };
  std::thread one(worker, 0), other(worker, 1);
  one.join();
  other.join();
  CHECK(log[0] == std::vector<std::string>(50, "zero"));
  CHECK(log[1] == std::vector<std::string>(50, "one"));
}

int main() {
  events();
  cached();
  listeners();
  threads();
  std::puts("listeners: ok");
}

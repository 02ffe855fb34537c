// Encrypts a large buffer on all cores, then reads a range of it without decrypting the rest.
//
//   parallel [MEBIBYTES]
#include <sealwax.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>

int main(int argc, char **argv) try {
  const std::size_t mebibytes = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 64;
  std::vector<std::uint8_t> tensor(mebibytes << 20);
  std::iota(tensor.begin(), tensor.end(), std::uint8_t{0});

  // A real program gets this key from its secret store, or brings a KMS: sealwax::provider::of.
  const auto provider = sealwax::provider::local(sealwax::generate_dek(), "example-2026");
  const sealwax::encrypt_handle encrypt(
      provider, sealwax::encrypt_options().context(sealwax::context{{"model", "tides-7"}}));

  sealwax::bytes envelope(static_cast<std::size_t>(encrypt.sealed_len(tensor.size())));
  encrypt.encrypt_into(tensor, envelope, {}, 0);
  std::printf("%zu MiB in an envelope of %zu bytes\n", mebibytes, envelope.size());

  // Here the object is in memory; an object store would send a request for the range.
  std::size_t fetched = 0;
  sealwax::read_functions object;
  object.size = [&] { return std::uint64_t{envelope.size()}; };
  object.read_at = [&](sealwax::writable_bytes buffer, std::uint64_t offset) {
    const auto part =
        sealwax::bytes_view(envelope).sub(static_cast<std::size_t>(offset), buffer.size());
    std::copy(part.begin(), part.end(), buffer.data());
    fetched += part.size();
    return part.size();
  };
  const sealwax::reader reader(object, provider);
  const std::uint64_t middle = reader.size() / 2;
  const auto range = reader.read(middle, 1000);
  const auto expected = sealwax::bytes_view(tensor).sub(static_cast<std::size_t>(middle), 1000);
  if (!std::equal(range.begin(), range.end(), expected.begin(), expected.end())) {
    std::fprintf(stderr, "the range is not what was encrypted\n");
    return 1;
  }
  std::printf("read %zu bytes at %llu for %zu bytes of ciphertext\n", range.size(),
              static_cast<unsigned long long>(middle), fetched);
  return 0;
} catch (const sealwax::error &error) {
  std::fprintf(stderr, "%s: %s\n", error.name(), error.what());
  return 1;
}

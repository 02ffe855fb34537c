#include <sealwax.hpp>

#include <iostream>

int main() {
  const auto provider = sealwax::provider::local(sealwax::generate_dek(), "example");
  const auto envelope = sealwax::encrypt(sealwax::c_string("high water"), provider);
  const auto plaintext = sealwax::decrypt(envelope, provider);
  std::cout << std::string(plaintext.begin(), plaintext.end()) << '\n';
  return plaintext.size() == 10 ? 0 : 1;
}

#include "http/base64.h"

#include <cstddef>

namespace nest::http {

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string encoded;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](size_t place) {
      return i + place < bytes.size() ? static_cast<unsigned char>(bytes[i + place]) : 0U;
    };
    const unsigned group = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (unsigned digit = 0; digit < 4; ++digit)
      encoded.push_back(i + digit > bytes.size() ? '=' : kDigits[group >> (18 - 6 * digit) & 63]);
  }
  return encoded;
}

}  // namespace nest::http

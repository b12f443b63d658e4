#include "http/quoting.h"

#include <charconv>

namespace nest::http {

std::string unquoted(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    unsigned char code = 0;
    if (text.front() == '%' && text.size() > 2 &&
        std::from_chars(text.data() + 1, text.data() + 3, code, 16).ptr == text.data() + 3) {
      plain += static_cast<char>(code);
      text.remove_prefix(3);
    } else {
      plain += text.front();
      text.remove_prefix(1);
    }
  }
  return plain;
}

}  // namespace nest::http

#include "http/quoting.h"

#include <charconv>

namespace nest::http {

namespace {

void append_code(char c, std::string& quoted) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  quoted.push_back('%');
  quoted.push_back(kDigits[byte >> 4]);
  quoted.push_back(kDigits[byte & 15]);
}

}  // namespace

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

void append_quoted(std::string_view text, const CharacterSet& allowed, std::string& quoted) {
  for (const char c : text) {
    if (in(allowed, c))
      quoted.push_back(c);
    else
      append_code(c, quoted);
  }
}

void append_form_quoted(std::string_view text, std::string& form) {
  for (const char c : text) {
    if (in(kUnreserved, c))
      form.push_back(c);
    else if (c == ' ')
      form.push_back('+');
    else
      append_code(c, form);
  }
}

}  // namespace nest::http

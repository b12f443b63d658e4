// What stands quoted in a URL or a form.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace nest::http {

// Of bytes.
using CharacterSet = std::array<bool, 256>;

constexpr CharacterSet characters(std::string_view members) {
  CharacterSet set{};
  for (const char c : members) set[static_cast<unsigned char>(c)] = true;
  return set;
}

constexpr bool in(const CharacterSet& set, char c) { return set[static_cast<unsigned char>(c)]; }

// RFC 3986: what never needs a code.
constexpr CharacterSet kUnreserved =
    characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

// With %40 as the byte that it stands for. What is no such code stays as it is.
std::string unquoted(std::string_view text);

// `text` with each byte that is not in `allowed` as %XX, after `quoted`.
void append_quoted(std::string_view text, const CharacterSet& allowed, std::string& quoted);

// The same as a form has it, and Python's quote_plus: of ASCII only letters, digits and _.-~ stand as they
// are, and a space is a +.
void append_form_quoted(std::string_view text, std::string& form);

}  // namespace nest::http

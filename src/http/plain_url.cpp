#include "http/plain_url.h"

#include <cstddef>

#include "http/quoting.h"

namespace nest::http {

namespace {

constexpr auto kHost = characters("abcdefghijklmnopqrstuvwxyz0123456789-.");
constexpr auto kUpperHex = characters("0123456789ABCDEF");
constexpr auto kPathAndQuery =  // % only in front of what it escapes
    characters("%ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/?");

int hex_value(char c) { return c <= '9' ? c - '0' : c - 'A' + 10; }

// 0 and leading zeros are legal, but not every client keeps them.
bool is_plain_port(std::string_view port) {
  if (port.empty() || port.size() > 5 || port.front() == '0') return false;
  int number = 0;
  for (const char c : port) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + (c - '0');
  }
  return number <= 65535;
}

bool is_plain_authority(std::string_view authority) {
  const auto colon = authority.find(':');
  const std::string_view host = authority.substr(0, colon);
  if (host.empty() || host.front() == '.') return false;
  for (const char c : host) {
    if (!in(kHost, c)) return false;
  }
  if (colon == std::string_view::npos) return true;
  return is_plain_port(authority.substr(colon + 1));
}

}  // namespace

bool is_plain_url(std::string_view url) {
  if (url.starts_with("http://")) {
    url.remove_prefix(7);
  } else if (url.starts_with("https://")) {
    url.remove_prefix(8);
  } else {
    return false;
  }
  const auto slash = url.find('/');
  if (slash == std::string_view::npos || !is_plain_authority(url.substr(0, slash))) return false;
  const std::string_view rest = url.substr(slash);
  if (rest.ends_with('?')) return false;  // requests drops an empty query
  bool in_query = false;
  for (size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (c == '%') {
      if (i + 2 >= rest.size() || !in(kUpperHex, rest[i + 1]) || !in(kUpperHex, rest[i + 2])) return false;
      const char meant = static_cast<char>(hex_value(rest[i + 1]) * 16 + hex_value(rest[i + 2]));
      if (in(kUnreserved, meant)) return false;
      i += 2;
      continue;
    }
    if (!in(kPathAndQuery, c)) return false;
    if (c == '?') in_query = true;
    if (c == '/' && !in_query && i + 1 < rest.size() && rest[i + 1] == '.')
      return false;  // maybe /./ or /../
  }
  return true;
}

std::optional<std::string> escaped_url(std::string_view url) {
  const auto authority = url.find("//");
  if (authority == std::string_view::npos || url.find('#') != std::string_view::npos) return std::nullopt;
  const auto slash = url.find('/', authority + 2);
  if (slash == std::string_view::npos) return std::nullopt;
  std::string escaped(url.substr(0, slash));
  append_quoted(url.substr(slash), kPathAndQuery, escaped);
  if (!is_plain_url(escaped)) return std::nullopt;
  return escaped;
}

}  // namespace nest::http

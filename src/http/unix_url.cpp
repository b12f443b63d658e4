#include "http/unix_url.h"

#include <algorithm>
#include <charconv>

namespace nest::http {

namespace {

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

}  // namespace

std::optional<UnixUrl> unix_url(std::string_view url) {
  constexpr std::string_view kScheme = "http+unix://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const std::string_view host = url.substr(0, std::min(url.size(), url.find_first_of("/?#")));
  if (host.empty()) return std::nullopt;
  url.remove_prefix(host.size());
  return UnixUrl{unquoted(host), "http://localhost" + std::string(url)};
}

}  // namespace nest::http

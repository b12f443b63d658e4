#include "http/unix_url.h"

#include <algorithm>

#include "http/quoting.h"

namespace nest::http {

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

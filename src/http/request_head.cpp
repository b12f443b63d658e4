#include "http/request_head.h"

#include <algorithm>
#include <charconv>

#include "http/base64.h"
#include "http/quoting.h"

namespace nest::http {

namespace {

bool is_name(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         same_name(line.substr(0, name.size()), name);
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

// "[...]" with an IPv6 address, without a zone.
bool is_bracketed(std::string_view host) {
  return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
         host.find_first_not_of("0123456789abcdef:.", 1) == host.size() - 1;
}

bool is_sendable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
}

}  // namespace

std::optional<Target> target_of(std::string_view url) {
  Target target;
  target.is_secure = url.starts_with("https://");
  if (!target.is_secure && !url.starts_with("http://")) return std::nullopt;
  url.remove_prefix(target.is_secure ? 8 : 7);
  const auto end = std::min(url.size(), url.find_first_of("/?"));
  std::string_view authority = url.substr(0, end);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    target.user = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  target.path = url.substr(end);
  if (!is_sendable(target.path)) return std::nullopt;

  std::string_view host = authority;
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && !authority.ends_with(']')) {
    const std::string_view digits = authority.substr(colon + 1);
    host = authority.substr(0, colon);
    uint16_t port = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || stop != digits.data() + digits.size() || port == 0) return std::nullopt;
    if (digits.front() == '0') return std::nullopt;
    if (port == (target.is_secure ? 443 : 80)) authority = host;
  }
  const bool is_host = host.starts_with('[')
                           ? is_bracketed(host)
                           : !host.empty() && std::all_of(host.begin(), host.end(), is_host_character);
  if (!is_host || host.ends_with('.')) return std::nullopt;
  target.authority = authority;
  return target;
}

HostPort host_of(const Target& target) {
  std::string_view host = target.authority;
  int port = target.is_secure ? 443 : 80;
  if (const auto colon = host.rfind(':'); colon != std::string_view::npos && !host.ends_with(']')) {
    std::from_chars(host.data() + colon + 1, host.data() + host.size(), port);
    host = host.substr(0, colon);
  }
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return {std::string(host), port, std::string(host)};
}

void append_head(std::string& text, const Request& request, const Target& target,
                 std::optional<uint64_t> body_length) {
  const auto& lines = request.headers.lines();
  std::string_view host;
  bool has_length = false;
  bool has_encoding = false;
  bool has_framing = false;
  bool has_authorization = target.user.empty() || target.user.find(':') == std::string_view::npos;
  for (const std::string& line : lines) {
    if (is_name(line, "Host")) host = line;
    has_length = has_length || is_name(line, "Content-Length");
    has_encoding = has_encoding || is_name(line, "Accept-Encoding");
    if (!has_authorization) has_authorization = is_name(line, "Authorization");
    has_framing = has_framing || is_name(line, "Transfer-Encoding");
  }
  text.append(request.method).append(" ");
  if (!target.path.starts_with('/')) text.append("/");
  text.append(target.path).append(" HTTP/1.1\r\n");
  if (host.empty())
    text.append("Host: ").append(target.authority).append("\r\n");
  else
    text.append(host).append("\r\n");
  for (const std::string& line : lines) {
    if (line.data() != host.data()) text.append(line).append("\r\n");
  }
  if (!has_authorization)
    text.append("Authorization: Basic ").append(base64(unquoted(target.user))).append("\r\n");
  if (!has_encoding) text.append("Accept-Encoding: identity\r\n");
  if (!body_length && !has_framing) text.append("Transfer-Encoding: chunked\r\n");
  if (body_length && !has_length && !has_framing &&
      (request.has_body || (request.method != "GET" && request.method != "HEAD")))
    text.append("Content-Length: ").append(std::to_string(*body_length)).append("\r\n");
  text.append("\r\n");
}

}  // namespace nest::http

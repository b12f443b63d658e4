#include "http/curl_names.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "http/exchange.h"

namespace nest::http {

namespace {

constexpr int kDefaultProxyPort = 1080;  // libcurl's

std::optional<HostPort> host_of(const std::string& url, unsigned int parsing, int default_port) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), parsing) != CURLUE_OK) return std::nullopt;
  const auto part = [&parsed](CURLUPart which, unsigned int flags) {
    char* text = nullptr;
    std::string copy;
    if (curl_url_get(parsed.get(), which, &text, flags) == CURLUE_OK) copy = text;
    curl_free(text);
    return copy;
  };
#ifdef CURLU_PUNYCODE
  HostPort target{part(CURLUPART_HOST, CURLU_PUNYCODE), default_port, {}};
#else
  HostPort target{part(CURLUPART_HOST, 0), default_port, {}};
#endif
  if (target.host.empty()) return std::nullopt;
  if (target.host.front() == '[') target.host = target.host.substr(1, target.host.size() - 2);
  std::transform(target.host.begin(), target.host.end(), target.host.begin(), lower);
  target.name = target.host;
  if (target.host.back() == '.') target.host.pop_back();
  const std::string port = part(CURLUPART_PORT, default_port == 0 ? CURLU_DEFAULT_PORT : 0);
  if (!port.empty()) target.port = std::stoi(port);
  return target;
}

std::string key_of(const HostPort& target) { return target.host + ":" + std::to_string(target.port); }

}  // namespace

std::vector<HostPort> hosts_to_connect_to(const std::string& url, const std::string& proxy) {
  std::vector<HostPort> hosts;
  if (!proxy.empty()) {
    const bool over_tls = proxy.starts_with("https:");
    if (auto host =
            host_of(proxy, CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME, over_tls ? 443 : kDefaultProxyPort))
      hosts.push_back(std::move(*host));
    if (!proxy.starts_with("socks4:") && !proxy.starts_with("socks5:")) return hosts;
  }
  if (auto host = host_of(url, 0, 0)) hosts.push_back(std::move(*host));
  return hosts;
}

std::string resolve_line(const HostPort& target, const std::vector<std::string>& addresses) {
  // With a plus: libcurl forgets it by itself, too, should nobody come to tell it.
  std::string line = "+" + key_of(target);
  char separator = ':';
  for (const std::string& address : addresses) {
    line += separator;
    line += address.find(':') == std::string::npos ? address : "[" + address + "]";
    separator = ',';
  }
  return line;
}

std::string forget_line(const HostPort& target) { return "-" + key_of(target); }

}  // namespace nest::http

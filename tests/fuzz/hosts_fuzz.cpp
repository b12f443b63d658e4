// Of every URL that goes on the wire as it stands the host is known, spelt as it is looked up.
#include <algorithm>
#include <string>

#include "http/curl_names.h"
#include "http/plain_url.h"
#include "http/unix_url.h"
#include "input.h"

namespace {

using namespace nest::http;

void check_hosts(const std::string& url, const std::string& proxy) {
  const auto hosts = hosts_to_connect_to(url, proxy);
  NEST_CHECK(hosts.size() <= (proxy.empty() ? 1U : 2U), url);
  for (const HostPort& host : hosts) {
    NEST_CHECK(!host.name.empty() && host.name.starts_with(host.host), host.name);
    NEST_CHECK(std::none_of(host.host.begin(), host.host.end(), [](char c) { return c >= 'A' && c <= 'Z'; }),
               host.host);
    NEST_CHECK(host.port >= 0 && host.port <= 65535, std::to_string(host.port));
    const std::string line = resolve_line(host, {"10.0.0.1", "::1"});
    NEST_CHECK(line.substr(1) == forget_line(host).substr(1) + ":10.0.0.1,[::1]", line);
  }
  if (proxy.empty() && is_plain_url(url)) {
    NEST_CHECK(hosts.size() == 1 && hosts[0].port != 0, url);
  }
}

// "URL\nproxy"
int run(nest::fuzz::Input input) {
  const std::string url(input.line());
  const std::string proxy(input.line());
  check_hosts(url, "");
  check_hosts("http://" + url, proxy);
  for (const std::string& text : {url, "http+unix://" + url}) {
    if (const auto on_socket = unix_url(text)) {
      NEST_CHECK(!on_socket->socket.empty() && on_socket->url.starts_with("http://localhost"), text);
      NEST_CHECK(text.ends_with(on_socket->url.substr(16)), on_socket->url);
    }
  }
  return 0;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return run({data, size}); }

// An endpoint that was understood is understood again from what it says of itself.
#include "process/endpoint.h"

#include <optional>
#include <string>

#include "input.h"

namespace {

using nest::process::Endpoint;
using nest::process::parse_host_port;
using nest::process::parse_http_url;

bool same(const std::optional<Endpoint>& a, const Endpoint& b) {
  return a && a->host == b.host && a->port == b.port && a->path == b.path;
}

void check(const std::string& text) {
  if (const auto endpoint = parse_host_port(text)) {
    NEST_CHECK(endpoint->path.empty(), endpoint->path);
    NEST_CHECK(same(parse_host_port(endpoint->authority()), *endpoint), text);
    NEST_CHECK(parse_http_url("http://" + text)->authority() == endpoint->authority(), text);
  }
  if (const auto endpoint = parse_http_url(text)) {
    NEST_CHECK(endpoint->path.starts_with('/'), endpoint->path);
    NEST_CHECK(same(parse_http_url("http://" + endpoint->authority() + endpoint->path), *endpoint), text);
    // It becomes "GET path HTTP/1.0" and a header line.
    for (const char c : endpoint->path + endpoint->authority()) NEST_CHECK(c > ' ' && c < '\x7f', text);
    const int port = std::stoi(endpoint->port);
    NEST_CHECK(port >= 1 && port <= 65535, endpoint->port);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(nest::fuzz::Input(data, size).rest());
  check(text);
  check("http://" + text);
  return 0;
}

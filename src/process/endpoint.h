// Where a readiness check looks: the parsed form of "http://host:port/path" and "host:port".
#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.h"

namespace nest::process {

struct Endpoint {
  std::string host;  // a name or an address, IPv6 without its brackets
  std::string port;  // digits, 1 to 65535
  std::string path;  // of a URL, begins with "/"; empty for host:port

  // "host:port", with the brackets that IPv6 needs.
  std::string authority() const;
};

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

// "http://host[:80][/path][?query]"; nothing for any other scheme, credentials, or characters that a request
// line cannot hold.
std::optional<Endpoint> parse_http_url(std::string_view url);

// "host:port" or "[ipv6]:port".
std::optional<Endpoint> parse_host_port(std::string_view text);

// Every address of the host, best first; empty when the name is unknown. Blocks for as long as the system's
// resolver does (not for numbers nor for what /etc/hosts knows).
std::vector<SocketAddress> resolve(const Endpoint& endpoint);

// Whether somebody accepts connections at one of `addresses` now. Blocks for at most `patience_ms` for each.
bool accepts_connections(const std::vector<SocketAddress>& addresses, int patience_ms);

// Begins a connection without blocking. A socket without a descriptor means failure, with errno set.
FileDescriptor begin_connect(const SocketAddress& address);

// Whether `socket`, which became writable, is connected to a listener: 0, or the errno of the failure. A
// socket that met itself (a port of the ephemeral range that nobody listens on) counts as refused.
int connect_result(int socket);

}  // namespace nest::process

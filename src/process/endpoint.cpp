#include "process/endpoint.h"

#include <netdb.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace nest::process {

namespace {

bool is_port(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 1 && number <= 65535;
}

bool is_host(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < '\x7f' && !std::strchr("/?#@[]", c);
  });
}

std::optional<Endpoint> parse_authority(std::string_view text, std::string_view default_port) {
  std::string_view host;
  std::string_view rest;
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
  } else {
    const size_t colon = std::min(text.find(':'), text.size());
    host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  std::string_view port = default_port;
  if (rest.starts_with(':')) {
    port = rest.substr(1);
  } else if (!rest.empty()) {
    return std::nullopt;
  }
  if (!is_host(host) || !is_port(port)) return std::nullopt;
  return Endpoint{std::string(host), std::string(port), ""};
}

bool met_itself(int socket) {
  sockaddr_storage mine{};
  sockaddr_storage theirs{};
  socklen_t my_length = sizeof mine;
  socklen_t their_length = sizeof theirs;
  return ::getsockname(socket, reinterpret_cast<sockaddr*>(&mine), &my_length) == 0 &&
         ::getpeername(socket, reinterpret_cast<sockaddr*>(&theirs), &their_length) == 0 &&
         my_length == their_length && std::memcmp(&mine, &theirs, my_length) == 0;
}

}  // namespace

std::string Endpoint::authority() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + port;
}

std::optional<Endpoint> parse_http_url(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  url = url.substr(0, url.find('#'));
  const size_t authority_end = std::min(url.find_first_of("/?"), url.size());
  auto endpoint = parse_authority(url.substr(0, authority_end), "80");
  const std::string_view path = url.substr(authority_end);
  if (!endpoint || std::any_of(path.begin(), path.end(), [](char c) { return c <= ' ' || c >= '\x7f'; })) {
    return std::nullopt;
  }
  endpoint->path = path.starts_with('/') ? std::string(path) : "/" + std::string(path);
  return endpoint;
}

std::optional<Endpoint> parse_host_port(std::string_view text) { return parse_authority(text, ""); }

std::vector<SocketAddress> resolve(const Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &hints, &found) != 0) return {};
  std::vector<SocketAddress> addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    SocketAddress& address = addresses.emplace_back();
    std::memcpy(&address.storage, info->ai_addr, info->ai_addrlen);
    address.length = info->ai_addrlen;
  }
  ::freeaddrinfo(found);
  return addresses;
}

FileDescriptor begin_connect(const SocketAddress& address) {
  FileDescriptor socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return socket;
  const auto* name = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::connect(socket.get(), name, address.length) == 0 || errno == EINPROGRESS) return socket;
  const int error = errno;
  socket = FileDescriptor();
  errno = error;
  return socket;
}

int connect_result(int socket) {
  int error = 0;
  socklen_t length = sizeof error;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return errno;
  if (error == 0 && met_itself(socket)) return ECONNREFUSED;
  return error;
}

bool accepts_connections(const std::vector<SocketAddress>& addresses, int patience_ms) {
  return std::any_of(addresses.begin(), addresses.end(), [patience_ms](const SocketAddress& address) {
    const FileDescriptor socket = begin_connect(address);
    if (socket.get() < 0) return false;
    pollfd wanted{socket.get(), POLLOUT, 0};
    return ::poll(&wanted, 1, patience_ms) == 1 && connect_result(socket.get()) == 0;
  });
}

}  // namespace nest::process

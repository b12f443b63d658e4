// Numeric addresses as the system's calls take them.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

namespace nest::http {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  int family() const { return storage.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// Of an IP address of either version, without brackets and zone; nothing of any other text.
std::optional<SocketAddress> socket_address(const std::string& address, uint16_t port);

}  // namespace nest::http

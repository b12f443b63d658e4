#include "http/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace nest::http {

std::optional<SocketAddress> socket_address(const std::string& address, uint16_t port) {
  SocketAddress made;
  if (auto* v4 = reinterpret_cast<sockaddr_in*>(&made.storage);
      ::inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    made.size = sizeof *v4;
  } else if (auto* v6 = reinterpret_cast<sockaddr_in6*>(&made.storage);
             ::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    made.size = sizeof *v6;
  } else {
    return std::nullopt;
  }
  return made;
}

}  // namespace nest::http

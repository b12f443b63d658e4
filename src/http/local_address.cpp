#include "http/local_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

namespace nest::http {

int bind_to(const std::string& address, int fd, int family) {
  sockaddr_storage local{};
  local.ss_family = static_cast<sa_family_t>(family);
  socklen_t size = 0;
  if (auto* v4 = reinterpret_cast<sockaddr_in*>(&local);
      family == AF_INET && ::inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
    size = sizeof *v4;
  } else if (auto* v6 = reinterpret_cast<sockaddr_in6*>(&local);
             family == AF_INET6 && ::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    size = sizeof *v6;
  } else {
    return EAFNOSUPPORT;
  }
  // The port is chosen when the socket connects: one may then serve connections to several servers.
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&local), size) == 0 ? 0 : errno;
}

}  // namespace nest::http

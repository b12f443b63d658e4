#include "http/local_address.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "http/socket_address.h"

namespace nest::http {

int bind_to(const std::string& address, int fd, int family) {
  const std::optional<SocketAddress> local = socket_address(address, 0);
  if (!local || local->family() != family) return EAFNOSUPPORT;
  // The port is chosen when the socket connects: one may then serve connections to several servers.
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  return ::bind(fd, local->get(), local->size) == 0 ? 0 : errno;
}

}  // namespace nest::http

#include "http/tcp_connect.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "http/local_address.h"
#include "http/socket_address.h"

namespace nest::http {

ConnectionAttempt begin_to_connect(const Endpoint& to, const std::string& local_address) {
  const std::optional<SocketAddress> peer = socket_address(to.address, to.port);
  if (!peer) return {};
  FileDescriptor made(::socket(peer->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (made.get() < 0) return {};
  if (!local_address.empty() && bind_to(local_address, made.get(), peer->family()) != 0) return {};
  const int on = 1;
  ::setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const bool has_begun = ::connect(made.get(), peer->get(), peer->size) == 0 || errno == EINPROGRESS;
  return {std::move(made), has_begun ? 0 : errno};
}

int connection_error(int fd) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0) return 0;
  int error = 0;
  size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? EINPROGRESS : error;
}

FailureKind connect_failure(int os_error) {
  switch (os_error) {
    case ECONNREFUSED:
      return FailureKind::kRefused;
    case ETIMEDOUT:
      return FailureKind::kConnectTimeout;
    case ECONNRESET:  // between the handshake and our looking at it
      return FailureKind::kConnectionReset;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case EMFILE:
    case ENFILE:
    case ENOENT:  // a unix socket that is not there, or not for us
    case EACCES:
    case ENAMETOOLONG:
      return FailureKind::kUnreachable;
    default:
      return FailureKind::kOther;
  }
}

}  // namespace nest::http

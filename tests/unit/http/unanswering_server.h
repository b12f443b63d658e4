// A server that lets connections wait for ever: nobody accepts any, and its queue of them is full.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "http/tcp_connect.h"

namespace nest::http::testing {

class UnansweringServer {
 public:
  UnansweringServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 0) != 0) std::abort();
    if (::getsockname(listener_.get(), generic, &size) != 0) std::abort();
    port_ = ntohs(address.sin_port);
    do {
      waiting_.push_back(begin_to_connect(endpoint(), "").socket);
    } while (is_connected(waiting_.back().get()));
  }

  Endpoint endpoint() const { return {"127.0.0.1", port_}; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  static bool is_connected(int fd) {
    pollfd poller{fd, POLLOUT, 0};
    return ::poll(&poller, 1, 20) == 1;
  }

  FileDescriptor listener_;
  uint16_t port_ = 0;
  std::vector<FileDescriptor> waiting_;
};

}  // namespace nest::http::testing

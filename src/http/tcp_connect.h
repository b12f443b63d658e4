// Making a plain TCP connection without waiting for it.
#pragma once

#include <cstdint>
#include <string>

#include "base/file_descriptor.h"
#include "http/exchange.h"

namespace nest::http {

struct Endpoint {
  std::string address;  // numeric, IPv6 without brackets
  uint16_t port = 0;
};

struct ConnectionAttempt {
  FileDescriptor socket;  // of no descriptor if there is none
  int os_error = 0;       // why it has failed already; not to be learnt from the socket any more
};

// `local_address` is where it comes from, numeric; empty: whichever the system chooses. The socket can be
// written to, in the sense of epoll, once it is known what becomes of it.
ConnectionAttempt begin_to_connect(const Endpoint& to, const std::string& local_address);
// 0: the socket is connected. EINPROGRESS: not yet. Else why it will not be.
int connection_error(int fd);

FailureKind connect_failure(int os_error);

}  // namespace nest::http

#include "http/socket_io.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace nest::http {

namespace {

// When the kernel had what recvmsg() told of; now, if it does not say.
SteadyTime stamp_of(msghdr& message) {
  const SteadyTime now = std::chrono::steady_clock::now();
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
    timespec wall{};
    ::clock_gettime(CLOCK_REALTIME, &wall);
    const Duration age =
        std::chrono::seconds(wall.tv_sec - stamp.tv_sec) + Duration(wall.tv_nsec - stamp.tv_nsec);
    // Beyond that the clock on the wall has been set.
    if (age > Duration::zero() && age < std::chrono::seconds(10)) return now - age;
  }
  return now;
}

Failure os_failure(const char* action, int error) {
  const FailureKind kind = error == EPIPE ? FailureKind::kConnectionClosed : FailureKind::kConnectionReset;
  return {kind, error, std::string(action) + " failure: " + std::strerror(error)};
}

IoResult judged(const char* action, ssize_t size) {
  IoResult result;
  if (size >= 0)
    result.size = static_cast<size_t>(size);
  else if (errno == EAGAIN || errno == EINTR)
    result.again = true;
  else
    result.failure = os_failure(action, errno);
  return result;
}

}  // namespace

void stamp_what_comes(int fd) {
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

Received receive(int fd, char* data, size_t size) {
  alignas(cmsghdr) std::array<char, 64> control;
  iovec part{data, size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  Received received;
  received.result = judged("Recv", ::recvmsg(fd, &message, MSG_DONTWAIT));
  received.is_drained = received.result.size < size;
  received.at = received.result.size > 0 ? stamp_of(message) : std::chrono::steady_clock::now();
  return received;
}

IoResult send(int fd, std::string_view first, std::string_view second) {
  constexpr int kFlags = MSG_NOSIGNAL | MSG_DONTWAIT;
  if (second.empty()) return judged("Send", ::send(fd, first.data(), first.size(), kFlags));
  std::array<iovec, 2> parts{
      {{const_cast<char*>(first.data()), first.size()}, {const_cast<char*>(second.data()), second.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return judged("Send", ::sendmsg(fd, &message, kFlags));
}

}  // namespace nest::http

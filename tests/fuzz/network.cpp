#include "network.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>

#include "base/errors.h"

namespace nest::fuzz {

namespace {

std::deque<FileDescriptor>& not_taken() {
  static std::deque<FileDescriptor> connections;
  return connections;
}

std::int64_t& monotonic_ns() {
  static std::int64_t now = 1'000'000'000'000;
  return now;
}

bool is_one_of_a_pair(int fd) {
  sockaddr_storage name{};
  socklen_t length = sizeof name;
  return ::syscall(SYS_getsockname, fd, &name, &length) == 0 && name.ss_family == AF_UNIX;
}

int tell_address(sockaddr* address, socklen_t* length, std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::memcpy(address, &name, std::min<size_t>(*length, sizeof name));
  *length = sizeof name;
  return 0;
}

}  // namespace

FileDescriptor take_connection() {
  if (not_taken().empty()) return {};
  FileDescriptor oldest = std::move(not_taken().front());
  not_taken().pop_front();
  return oldest;
}

void advance_clock(Duration by) { monotonic_ns() += by.count(); }

}  // namespace nest::fuzz

using namespace nest::fuzz;

extern "C" {

int socket(int domain, int type, int protocol) noexcept {
  constexpr int kFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  if (domain != AF_INET || (type & ~kFlags) != SOCK_STREAM)
    return static_cast<int>(::syscall(SYS_socket, domain, type, protocol));
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | kFlags, 0, ends) != 0) return -1;
  not_taken().emplace_back(ends[1]);
  return ends[0];
}

int connect(int fd, const sockaddr* address, socklen_t length) {
  return is_one_of_a_pair(fd) ? 0 : static_cast<int>(::syscall(SYS_connect, fd, address, length));
}

int getsockname(int fd, sockaddr* address, socklen_t* length) noexcept {
  if (is_one_of_a_pair(fd)) return tell_address(address, length, 40000);
  return static_cast<int>(::syscall(SYS_getsockname, fd, address, length));
}

int getpeername(int fd, sockaddr* address, socklen_t* length) noexcept {
  if (is_one_of_a_pair(fd)) return tell_address(address, length, 80);
  return static_cast<int>(::syscall(SYS_getpeername, fd, address, length));
}

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  if (clock != CLOCK_MONOTONIC) return static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
  now->tv_sec = monotonic_ns() / 1'000'000'000;
  now->tv_nsec = monotonic_ns() % 1'000'000'000;
  return 0;
}

}  // extern "C"

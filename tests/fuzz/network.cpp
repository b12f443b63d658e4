#include "network.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "base/errors.h"

namespace nest::fuzz {

namespace {

// One direction of a connection.
class Wire {
 public:
  static constexpr std::size_t kCapacity = 64 * 1024;

  std::string_view content() const { return std::string_view(bytes_).substr(taken_); }
  std::size_t room() const { return kCapacity - content().size(); }
  void put(std::string_view data) {
    bytes_.append(data);
    total += data.size();
  }
  void take(std::size_t count) {
    taken_ += count;
    if (taken_ < bytes_.size()) return;
    bytes_.clear();
    taken_ = 0;
  }

  std::uint64_t total = 0;  // bytes that were put
  bool ended = false;       // nothing more is put
  bool broken = false;      // which its reader is told as a reset, once

 private:
  std::string bytes_;
  std::size_t taken_ = 0;
};

struct Socket {
  std::shared_ptr<Wire> in;   // the other end's `out`
  std::shared_ptr<Wire> out;  // null: not in use
  int epoll = -1;
  std::uint32_t interest = 0;
  epoll_data_t data{};
};

// Their descriptors: higher than those of the kernel, lower than what select() can hold.
constexpr int kFirst = 600;
std::array<Socket, 400> sockets;
std::size_t most_sockets = 0;  // that were open at the same time: the others need not be looked at

Socket* find(int fd) {
  const auto index = static_cast<std::size_t>(fd - kFirst);
  return fd >= kFirst && index < sockets.size() && sockets[index].out ? &sockets[index] : nullptr;
}

int open_socket(std::shared_ptr<Wire> in, std::shared_ptr<Wire> out) {
  const auto free =
      std::find_if(sockets.begin(), sockets.end(), [](const Socket& socket) { return !socket.out; });
  NEST_CHECK(free != sockets.end(), "descriptors leak");
  *free = {std::move(in), std::move(out), -1, 0, {}};
  const auto index = static_cast<std::size_t>(free - sockets.begin());
  most_sockets = std::max(most_sockets, index + 1);
  return kFirst + static_cast<int>(index);
}

std::deque<FileDescriptor>& not_taken() {
  static std::deque<FileDescriptor> connections;
  return connections;
}

std::int64_t& monotonic_ns() {
  static std::int64_t now = 1'000'000'000'000;
  return now;
}

int fail(int error) {
  errno = error;
  return -1;
}

std::uint32_t ready(const Socket& socket) {
  std::uint32_t events = 0;
  if (!socket.in->content().empty() || socket.in->ended) events |= EPOLLIN;
  if (socket.in->broken) events |= EPOLLERR;
  if (socket.in->ended && socket.out->ended) events |= EPOLLHUP;
  if (socket.out->room() > 0 || socket.out->ended) events |= EPOLLOUT;
  return events;
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

template <class... Arguments>
int ask_kernel(long number, Arguments... arguments) {
  return static_cast<int>(::syscall(number, arguments...));
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
  if (domain != AF_INET || (type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) != SOCK_STREAM)
    return ask_kernel(SYS_socket, domain, type, protocol);
  const auto there = std::make_shared<Wire>();
  const auto back = std::make_shared<Wire>();
  not_taken().emplace_back(open_socket(there, back));
  return open_socket(back, there);
}

int connect(int fd, const sockaddr* address, socklen_t length) {
  return find(fd) ? 0 : ask_kernel(SYS_connect, fd, address, length);
}

int close(int fd) {
  Socket* socket = find(fd);
  if (!socket) return ask_kernel(SYS_close, fd);
  socket->out->ended = socket->in->ended = true;
  socket->out->broken = !socket->in->content().empty();
  *socket = {};
  return 0;
}

int shutdown(int fd, int how) noexcept {
  Socket* socket = find(fd);
  if (!socket) return ask_kernel(SYS_shutdown, fd, how);
  if (how != SHUT_RD) socket->out->ended = true;
  if (how != SHUT_WR) socket->in->ended = true;
  return 0;
}

ssize_t recv(int fd, void* buffer, size_t size, int flags) {
  Socket* socket = find(fd);
  if (!socket) return ::syscall(SYS_recvfrom, fd, buffer, size, flags, nullptr, nullptr);
  Wire& wire = *socket->in;
  const std::string_view content = wire.content().substr(0, size);
  if (content.empty()) {
    if (std::exchange(wire.broken, false)) return fail(ECONNRESET);
    return wire.ended ? 0 : fail(EAGAIN);
  }
  std::memcpy(buffer, content.data(), content.size());
  const auto count = static_cast<ssize_t>(content.size());
  if ((flags & MSG_PEEK) == 0) wire.take(content.size());
  return count;
}

ssize_t send(int fd, const void* data, size_t size, int flags) {
  Socket* socket = find(fd);
  if (!socket) return ::syscall(SYS_sendto, fd, data, size, flags, nullptr, 0);
  Wire& wire = *socket->out;
  if (wire.ended) return fail(EPIPE);
  const std::size_t count = std::min(size, wire.room());
  if (count == 0) return fail(EAGAIN);
  wire.put({static_cast<const char*>(data), count});
  return static_cast<ssize_t>(count);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  if (!find(fd)) return ::syscall(SYS_recvmsg, fd, message, flags);
  message->msg_controllen = 0;
  return recv(fd, message->msg_iov[0].iov_base, message->msg_iov[0].iov_len, flags);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  if (!find(fd)) return ::syscall(SYS_sendmsg, fd, message, flags);
  ssize_t sent = 0;
  for (std::size_t i = 0; i < message->msg_iovlen; ++i) {
    const iovec& part = message->msg_iov[i];
    const ssize_t count = send(fd, part.iov_base, part.iov_len, flags);
    if (count < 0) return sent > 0 ? sent : count;
    sent += count;
    if (static_cast<std::size_t>(count) < part.iov_len) break;
  }
  return sent;
}

ssize_t read(int fd, void* buffer, size_t size) {
  return find(fd) ? recv(fd, buffer, size, 0) : ::syscall(SYS_read, fd, buffer, size);
}

ssize_t write(int fd, const void* data, size_t size) {
  return find(fd) ? send(fd, data, size, 0) : ::syscall(SYS_write, fd, data, size);
}

int poll(pollfd* asked, nfds_t count, int timeout_ms) {
  int found = 0;
  for (nfds_t i = 0; i < count; ++i) {
    const Socket* socket = find(asked[i].fd);
    if (!socket) return ask_kernel(SYS_poll, asked, count, timeout_ms);
    // The constants of both calls are the same.
    asked[i].revents = static_cast<short>(
        ready(*socket) & (static_cast<std::uint32_t>(asked[i].events) | EPOLLERR | EPOLLHUP));
    found += asked[i].revents != 0;
  }
  return found;
}

int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
  Socket* socket = find(fd);
  if (!socket) return ask_kernel(SYS_epoll_ctl, epoll, operation, fd, event);
  if ((operation == EPOLL_CTL_ADD) != (socket->epoll < 0))
    return fail(operation == EPOLL_CTL_ADD ? EEXIST : ENOENT);
  if (operation == EPOLL_CTL_DEL) {
    socket->epoll = -1;
  } else {
    socket->epoll = epoll;
    socket->interest = event->events | EPOLLERR | EPOLLHUP;
    socket->data = event->data;
  }
  return 0;
}

int epoll_wait(int epoll, epoll_event* events, int most, int /*timeout_ms*/) {
  int found = 0;
  for (std::size_t i = 0; i < most_sockets && found < most; ++i) {
    const Socket& socket = sockets[i];
    if (!socket.out || socket.epoll != epoll) continue;
    events[found].events = ready(socket) & socket.interest;
    events[found].data = socket.data;
    found += events[found].events != 0;
  }
  return found;
}

int fcntl(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  const long argument = va_arg(rest, long);
  va_end(rest);
  return find(fd) ? 0 : ask_kernel(SYS_fcntl, fd, command, argument);
}

int ioctl(int fd, unsigned long request, ...) noexcept {
  va_list rest;
  va_start(rest, request);
  void* argument = va_arg(rest, void*);
  va_end(rest);
  if (!find(fd)) return ask_kernel(SYS_ioctl, fd, request, argument);
  NEST_CHECK(request == SIOCOUTQ, std::to_string(request));
  *static_cast<int*>(argument) = 0;
  return 0;
}

int setsockopt(int fd, int level, int name, const void* value, socklen_t length) noexcept {
  return find(fd) ? 0 : ask_kernel(SYS_setsockopt, fd, level, name, value, length);
}

int getsockopt(int fd, int level, int name, void* value, socklen_t* length) noexcept {
  const Socket* socket = find(fd);
  if (!socket) return ask_kernel(SYS_getsockopt, fd, level, name, value, length);
  std::memset(value, 0, *length);  // also: no error
  if (level == IPPROTO_TCP && name == TCP_INFO)
    static_cast<tcp_info*>(value)->tcpi_bytes_acked = socket->out->total;
  return 0;
}

int getsockname(int fd, sockaddr* address, socklen_t* length) noexcept {
  if (find(fd)) return tell_address(address, length, 40000);
  return ask_kernel(SYS_getsockname, fd, address, length);
}

int getpeername(int fd, sockaddr* address, socklen_t* length) noexcept {
  if (find(fd)) return tell_address(address, length, 80);
  return ask_kernel(SYS_getpeername, fd, address, length);
}

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  if (clock != CLOCK_MONOTONIC) return ask_kernel(SYS_clock_gettime, clock, now);
  now->tv_sec = monotonic_ns() / 1'000'000'000;
  now->tv_nsec = monotonic_ns() % 1'000'000'000;
  return 0;
}

}  // extern "C"

#include "http/direct_connection.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace nest::http {

namespace {

using Control = std::array<char, 256>;

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

// Both of two settings may be absent, which is the same as the defaults.
bool are_same(const ConnectionSettings* a, const ConnectionSettings* b) {
  static const ConnectionSettings defaults;
  if (a == b) return true;
  const ConnectionSettings& one = a == nullptr ? defaults : *a;
  const ConnectionSettings& other = b == nullptr ? defaults : *b;
  return one.verify == other.verify && one.ca_path == other.ca_path && one.client_cert == other.client_cert &&
         one.client_key == other.client_key && one.proxy == other.proxy;
}

}  // namespace

DirectConnection::DirectConnection(OpenedConnection opened, DirectPool& of_user, const Exchange& first)
    : fd(opened.fd),
      pool(of_user),
      is_secure_(opened.tls != nullptr),
      authority_(target_of(first.request.url)->authority),
      settings_(first.request.settings),
      socket_(std::move(opened.socket)),
      tls_(std::move(opened.tls)) {
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

bool DirectConnection::leads_to(const Target& target,
                                const std::shared_ptr<const ConnectionSettings>& settings) const {
  return is_secure_ == target.is_secure && authority_ == target.authority &&
         (!is_secure_ || are_same(settings_.get(), settings.get()));
}

bool DirectConnection::has_died_idle() const {
  char next = 0;
  const ssize_t size = ::recv(fd, &next, 1, MSG_PEEK | MSG_DONTWAIT);
  if (size < 0) return errno != EAGAIN;
  return size == 0 || !is_secure_;  // TLS has something to say between two requests, too
}

void DirectConnection::set_unsent(std::string_view head, std::string_view body) {
  head_left_ = head;
  body_left_ = body;
  if (is_secure_) keep_head();  // OpenSSL wants the same bytes at the same place again
}

void DirectConnection::keep_head() {
  head_.assign(head_left_);
  head_left_ = head_;
}

IoResult DirectConnection::write_on() {
  while (has_unsent()) {
    IoResult result;
    if (tls_ != nullptr) {
      result = tls_->write(head_left_.empty() ? body_left_ : head_left_);
    } else {
      std::array<iovec, 2> parts{{{const_cast<char*>(head_left_.data()), head_left_.size()},
                                  {const_cast<char*>(body_left_.data()), body_left_.size()}}};
      msghdr message{};
      message.msg_iov = parts.data();
      message.msg_iovlen = body_left_.empty() ? 1 : 2;
      const ssize_t size = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (size >= 0)
        result.size = static_cast<size_t>(size);
      else if (errno == EAGAIN || errno == EINTR)
        result.again = true;
      else
        result.failure = os_failure("Send", errno);
    }
    if (result.again && head_left_.data() != head_.data()) keep_head();
    if (result.again || result.failure.kind != FailureKind::kNone) return result;
    const size_t of_head = std::min(result.size, head_left_.size());
    head_left_.remove_prefix(of_head);
    body_left_.remove_prefix(result.size - of_head);
  }
  return {};
}

Received DirectConnection::read(char* data, size_t size) {
  Received received;
  Control control;
  iovec part{data, size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  // Of what OpenSSL is about to read only the stamp is looked at.
  const int flags = tls_ == nullptr ? MSG_DONTWAIT : MSG_DONTWAIT | MSG_PEEK | MSG_TRUNC;
  const ssize_t got = ::recvmsg(fd, &message, flags);
  const int error = errno;
  received.at = got > 0 ? stamp_of(message) : std::chrono::steady_clock::now();
  if (tls_ != nullptr) {
    received.result = tls_->read(data, size);
  } else if (got >= 0) {
    received.result.size = static_cast<size_t>(got);
  } else if (error == EAGAIN || error == EINTR) {
    received.result.again = true;
  } else {
    received.result.failure = os_failure("Recv", error);
  }
  return received;
}

}  // namespace nest::http

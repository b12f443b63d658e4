#include "process/probe.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace nest::process {

namespace {

constexpr size_t kMaxStatusLineBytes = 256;

std::string reason(int error) { return std::generic_category().message(error); }

// The status of "HTTP/1.1 204 No Content", -1 if it does not begin with a status line.
int status_of(std::string_view answer) {
  const std::string_view line = answer.substr(0, std::min(answer.find('\n'), kMaxStatusLineBytes));
  const size_t space = line.find(' ');
  if (!line.starts_with("HTTP/") || space == std::string_view::npos || line.size() < space + 4) return -1;
  int status = 0;
  for (size_t i = space + 1; i < space + 4; ++i) {
    if (!std::isdigit(static_cast<unsigned char>(line[i]))) return -1;
    status = status * 10 + (line[i] - '0');
  }
  return status;
}

}  // namespace

Probe::Probe(Endpoint endpoint, std::vector<SocketAddress> addresses, int epoll_fd)
    : endpoint_(std::move(endpoint)), addresses_(std::move(addresses)), epoll_fd_(epoll_fd) {}

bool Probe::advance(SteadyTime now) {
  if (now >= deadline_) {
    if (step_ != Step::kIdle) fail("no answer", now);
    begin_attempt(now);
  }
  if (step_ == Step::kConnecting && finish_connecting(now)) return true;
  return step_ == Step::kReading && read_answer(now);
}

void Probe::begin_attempt(SteadyTime now) {
  socket_ = begin_connect(addresses_[next_address_]);
  next_address_ = (next_address_ + 1) % addresses_.size();
  if (socket_.get() < 0) return fail(reason(errno), now);
  epoll_event wanted{};
  wanted.events = EPOLLIN | EPOLLOUT | EPOLLET;
  if (::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, socket_.get(), &wanted) != 0) return fail(reason(errno), now);
  answer_.clear();
  step_ = Step::kConnecting;
  deadline_ = now + kAttemptLimit;
}

bool Probe::finish_connecting(SteadyTime now) {
  // Asking for a peer tells a connection in progress from one that is made.
  sockaddr_storage peer{};
  socklen_t length = sizeof peer;
  const bool connected = ::getpeername(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &length) == 0;
  const int error = connect_result(socket_.get());
  if (error != 0) {
    fail(reason(error), now);
    return false;
  }
  if (!connected) return false;
  if (endpoint_.path.empty()) return true;

  const std::string request = "GET " + endpoint_.path + " HTTP/1.0\r\nHost: " + endpoint_.authority() +
                              "\r\nUser-Agent: locust-nest\r\nAccept: */*\r\nConnection: close\r\n\r\n";
  // A fresh connection has room for these few bytes.
  const ssize_t sent = ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(request.size())) {
    fail(sent < 0 ? reason(errno) : "the request was not accepted", now);
    return false;
  }
  step_ = Step::kReading;
  return false;
}

bool Probe::read_answer(SteadyTime now) {
  std::array<char, kMaxStatusLineBytes> bytes;
  while (true) {
    const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return false;
    if (count < 0) {
      fail(reason(errno), now);
      return false;
    }
    answer_.append(bytes.data(), static_cast<size_t>(count));
    const bool complete = answer_.find('\n') != std::string::npos || answer_.size() >= kMaxStatusLineBytes;
    if (complete || count == 0) return judge(now);
  }
}

bool Probe::judge(SteadyTime now) {
  const int status = status_of(answer_);
  if (status >= 200 && status <= 299) return true;
  if (status > 0) {
    fail("answered " + std::to_string(status), now);
  } else {
    fail(answer_.empty() ? "closed the connection without an answer" : "the answer is not HTTP", now);
  }
  return false;
}

void Probe::fail(std::string why, SteadyTime now) {
  last_failure_ = std::move(why);
  socket_ = FileDescriptor();
  step_ = Step::kIdle;
  // The next address of the host at once, the host itself after a pause.
  deadline_ = next_address_ == 0 ? now + kRetryAfter : now;
}

}  // namespace nest::process

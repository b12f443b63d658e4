#include "base/file_descriptor.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/errors.h"

namespace nest {

namespace {

std::string last_error() { return std::strerror(errno); }

// Closes `target` and gives its number to what `fresh` is.
void put_in_place(const FileDescriptor& fresh, int target) {
  NEST_CHECK(fresh.get() >= 0 && ::dup3(fresh.get(), target, O_CLOEXEC) >= 0, last_error());
}

void watch(const FileDescriptor& epoll, int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  NEST_CHECK(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) == 0, last_error());
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

WakeFd::WakeFd() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { NEST_CHECK(fd() >= 0, last_error()); }

void WakeFd::wake() const {
  const uint64_t one = 1;
  // EAGAIN means that the counter is full: the reader is being woken anyway.
  [[maybe_unused]] const ssize_t written = ::write(fd(), &one, sizeof one);
}

void WakeFd::clear() const {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(fd(), &count, sizeof count);
}

void WakeFd::replace() { put_in_place(FileDescriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), fd()); }

TimerFd::TimerFd() : fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
  NEST_CHECK(fd() >= 0, last_error());
}

void TimerFd::set(SteadyTime when) {
  if (when == armed_) return;
  armed_ = when;
  itimerspec spec{};
  if (when != SteadyTime::max()) {
    const auto ns = when.time_since_epoch().count() > 0 ? when.time_since_epoch().count() : 1;
    spec.it_value.tv_sec = ns / 1'000'000'000;
    spec.it_value.tv_nsec = ns % 1'000'000'000;
  }
  NEST_CHECK(::timerfd_settime(fd(), TFD_TIMER_ABSTIME, &spec, nullptr) == 0, last_error());
}

void TimerFd::clear() {
  uint64_t expirations = 0;
  if (::read(fd(), &expirations, sizeof expirations) > 0) armed_ = SteadyTime::max();
}

void TimerFd::replace() {
  put_in_place(FileDescriptor(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)), fd());
  armed_ = SteadyTime::max();
}

FileDescriptor make_epoll() {
  FileDescriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  NEST_CHECK(epoll.get() >= 0, last_error());
  return epoll;
}

void epoll_watch_readable(const FileDescriptor& epoll, int fd) { watch(epoll, fd, EPOLLIN); }

void epoll_watch_edges(const FileDescriptor& epoll, int fd) { watch(epoll, fd, EPOLLIN | EPOLLET); }

}  // namespace nest

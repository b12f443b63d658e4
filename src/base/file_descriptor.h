// A file descriptor that closes itself, and the two kinds that wake a sleeping loop.
#pragma once

#include <utility>

#include "base/clock.h"

namespace nest {

// Owns one descriptor; movable, not copyable.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor();
  int get() const { return fd_; }
  // The caller's to close.
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// An eventfd: wake() from any thread makes the descriptor readable until clear().
class WakeFd {
 public:
  WakeFd();
  int fd() const { return fd_.get(); }
  void wake() const;
  void clear() const;
  // After fork(): a descriptor of the same number that is not shared with the parent.
  void replace();

 private:
  FileDescriptor fd_;
};

// A timerfd on the monotonic clock: readable from `when` on, until set again. One thread.
class TimerFd {
 public:
  TimerFd();
  int fd() const { return fd_.get(); }
  // SteadyTime::max() disarms. A time in the past fires at once. Costs a system call only when `when`
  // changes.
  void set(SteadyTime when);
  // To be called once the descriptor was readable and the due work is done.
  void clear();
  // After fork(): a disarmed timer of the same number that is not shared with the parent.
  void replace();

 private:
  FileDescriptor fd_;
  SteadyTime armed_ = SteadyTime::max();
};

FileDescriptor make_epoll();
// Level-triggered.
void epoll_watch_readable(const FileDescriptor& epoll, int fd);
// Edge-triggered: each wake() of a WakeFd is told once, without clear().
void epoll_watch_edges(const FileDescriptor& epoll, int fd);

}  // namespace nest

// Notices that the Python thread does not get round to anything.
//
// The watched thread says so whenever something new begins; a thread of the watch looks now and then. It
// counts its own looks, not the clock: a process that was stopped, or a machine that was asleep, is no stall.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace nest::sched {

class StallWatch {
 public:
  // Calls `on_stall` on the watch's own thread when beat() was not called for `limit` (or up to a quarter
  // more); then again only after a beat(). A few microseconds may pass between the two: `on_stall` must bear
  // to come late. `limit` > 0.
  StallWatch(std::chrono::nanoseconds limit, std::function<void()> on_stall);
  ~StallWatch();
  StallWatch(const StallWatch&) = delete;
  StallWatch& operator=(const StallWatch&) = delete;

  // Counts anew, and calls `on_stall` again if nothing begins until then. Any thread; also from a signal
  // handler.
  void look_again() noexcept { look_again_.store(true, std::memory_order_relaxed); }

  // By the watched thread alone. No locked instruction: cheap enough for every switch.
  void beat() noexcept {
    beats_.store(beats_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

 private:
  void run();

  const std::chrono::nanoseconds pause_;
  const std::function<void()> on_stall_;
  std::atomic<std::uint64_t> beats_{0};
  std::atomic<bool> look_again_{false};
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace nest::sched

#include "sched/stall_watch.h"

#include <pthread.h>

#include <csignal>

#include "base/errors.h"

namespace nest::sched {

namespace {

constexpr int kLooksPerLimit = 4;

// Signals are for the threads that know them.
void block_all_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

StallWatch::StallWatch(std::chrono::nanoseconds limit, std::function<void()> on_stall)
    : pause_(limit / kLooksPerLimit), on_stall_(std::move(on_stall)) {
  NEST_CHECK(limit.count() > 0, "a stall takes time");
  thread_ = std::thread([this] { run(); });
}

StallWatch::~StallWatch() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

void StallWatch::run() {
  block_all_signals();
  std::uint64_t seen = beats_.load(std::memory_order_relaxed);
  int looks = 0;
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, pause_, [this] { return stop_; })) {
    const std::uint64_t now = beats_.load(std::memory_order_relaxed);
    if (look_again_.exchange(false, std::memory_order_relaxed) || now != seen) {
      seen = now;
      looks = 0;
    } else if (++looks == kLooksPerLimit) {
      on_stall_();
    }
  }
}

}  // namespace nest::sched

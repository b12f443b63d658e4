// Wakes a thread that sleeps until a descriptor is readable, at the price of a system call only if it sleeps.
#pragma once

#include <atomic>

#include "base/file_descriptor.h"

namespace nest {

// For one owner, who looks at queues which others fill. It says that it will sleep, looks at the queues once
// more, and sleeps only if they are empty; whoever fills one rings afterwards. One of the two then sees what
// the other did, as long as both use sequentially consistent operations (HandoffQueue does).
class Doorbell {
 public:
  // Readable once it was rung in the owner's sleep.
  int fd() const { return fd_.fd(); }

  // Any thread.
  void ring() {
    if (asleep_.load() && asleep_.exchange(false)) fd_.wake();
  }

  // The owner. At first it is awake.
  void will_sleep() { asleep_.store(true); }
  void woke_up() { asleep_.store(false, std::memory_order_relaxed); }
  // Makes the descriptor readable, and no longer so.
  void light() const { fd_.wake(); }
  void put_out() const { fd_.clear(); }
  // After fork(): a descriptor of the same number that is not shared with the parent.
  void replace() { fd_.replace(); }

 private:
  std::atomic<bool> asleep_{false};
  WakeFd fd_;
};

}  // namespace nest

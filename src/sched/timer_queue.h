// The sleeping users: which timer is due next, for a hundred thousand of them at once.
//
// An indexed binary heap. Adding, cancelling and taking one timer are O(log n), asking for the next is O(1);
// a cancelled timer leaves the heap at once, so memory follows the largest number of timers that were ever
// pending together. One thread only. The queue never reads a clock and never calls back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"

namespace nest::sched {

// Names one timer for ever: a slot and the generation of its use. An id whose timer has fired or was
// cancelled is stale, and stays stale when its slot is used again.
enum class TimerId : std::uint64_t { kNone = 0 };

class TimerQueue {
 public:
  // What pop_due hands back. `payload` is the caller's own, never interpreted here.
  struct Due {
    TimerId id;
    std::uint64_t payload;
  };

  // Never returns TimerId::kNone. A time in the past is due at the next pop_due.
  TimerId add(SteadyTime when, std::uint64_t payload);

  // True if the timer was pending and is now gone; false for a stale id and for kNone, which do nothing.
  bool cancel(TimerId id);

  bool pending(TimerId id) const;

  // When the earliest timer is due; empty if there is none.
  std::optional<SteadyTime> next() const;

  // Takes out every timer with `when <= now` and appends it to `out`, the earliest first; timers of one
  // instant come in the order in which they were added. Returns how many.
  std::size_t pop_due(SteadyTime now, std::vector<Due>& out);

  std::size_t size() const { return heap_.size(); }
  bool empty() const { return heap_.empty(); }

 private:
  // The times live in the heap itself, so that sifting touches no other memory until it moves an entry.
  struct Entry {
    SteadyTime when;
    std::uint64_t order;  // of adding; breaks ties
    std::uint32_t slot;
  };
  struct Slot {
    std::uint64_t payload = 0;
    std::uint32_t generation = 1;
    std::uint32_t position = kFree;  // in heap_, or kFree
  };
  static constexpr std::uint32_t kFree = UINT32_MAX;

  static bool earlier(const Entry& a, const Entry& b);
  static TimerId make_id(std::uint32_t slot, std::uint32_t generation);
  // The slot of a pending timer, or kFree.
  std::uint32_t find(TimerId id) const;
  void place(std::size_t position, const Entry& entry);
  void sift_up(std::size_t position, const Entry& entry);
  void sift_down(std::size_t position, const Entry& entry);
  void remove_at(std::size_t position);

  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::uint64_t added_ = 0;
};

}  // namespace nest::sched

// The sleeping users: which timers are due, for a hundred thousand of them at once.
//
// A hierarchical timing wheel. Time is counted in ticks of 65.5 us; a timer is due at the first tick that is
// not before its time, so never early and at most a tick late. Adding and cancelling are O(1), asking for the
// next wake-up too; a timer moves at most seven times, to a finer wheel each time, before it is due. A
// cancelled timer leaves the wheel at once, so memory follows the largest number of timers that were ever
// pending together. One thread only. The queue never reads a clock and never calls back.
#pragma once

#include <array>
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
  // How late a timer may be due.
  static constexpr Duration kTick{1 << 16};

  // What pop_due hands back. `payload` is the caller's own, never interpreted here.
  struct Due {
    TimerId id;
    std::uint64_t payload;
  };

  // Never returns TimerId::kNone. A time in the past is due at the next pop_due.
  // REQUIRES: `when` is at least one tick before the end of the clock.
  TimerId add(SteadyTime when, std::uint64_t payload);

  // True if the timer was pending and is now gone; false for a stale id and for kNone, which do nothing.
  bool cancel(TimerId id);

  bool pending(TimerId id) const;

  // When to call pop_due next, which then gets on: no later than the earliest timer is due, but perhaps
  // before, when a timer that is far away has to be looked at again. Empty if there is no timer.
  std::optional<SteadyTime> next() const;

  // Takes out every timer that is due by `now` and appends it to `out`, the earliest first; timers of one
  // tick come in the order in which they were added. Returns how many. `now` never goes back.
  std::size_t pop_due(SteadyTime now, std::vector<Due>& out);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  using Tick = std::uint64_t;
  using Index = std::uint32_t;  // in timers_, or kEnd
  static constexpr Index kEnd = UINT32_MAX;
  static constexpr unsigned kBits = 6;
  static constexpr std::size_t kSpokes = std::size_t{1} << kBits;
  // Enough for every moment of the clock, whose nanoseconds have 63 bits.
  static constexpr std::size_t kWheels = 8;
  static constexpr std::uint16_t kFree = UINT16_MAX;

  struct Timer {
    std::uint64_t payload = 0;
    Tick tick = 0;
    std::uint32_t generation = 1;
    Index previous = kEnd;
    Index next = kEnd;            // of the same spoke, or of the free ones
    std::uint16_t spoke = kFree;  // in spokes_
  };
  struct Spoke {
    Index first = kEnd;
    Index last = kEnd;
  };
  // The earliest spoke that is not empty, and the tick at which it begins.
  struct Earliest {
    std::size_t spoke;
    Tick begins;
  };

  static TimerId make_id(Index index, std::uint32_t generation);
  // The place of a pending timer, or kEnd.
  Index find(TimerId id) const;
  std::optional<Earliest> earliest() const;
  void link(Index index);
  void unlink(Index index);
  void free(Index index);
  Spoke take(std::size_t spoke);

  // All timers of wheel w agree with now_ in the ticks' digits (of kBits) above w, and have a greater digit
  // w; in wheel 0 an equal one is due. So what a wheel has comes before all that the next one has.
  std::array<Spoke, kWheels * kSpokes> spokes_;
  std::array<std::uint64_t, kWheels> used_{};  // bit: that spoke is not empty
  Tick now_ = 0;
  std::vector<Timer> timers_;
  Index free_ = kEnd;
  std::size_t size_ = 0;
};

}  // namespace nest::sched

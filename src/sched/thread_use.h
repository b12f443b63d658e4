// Who uses the Python thread, and for how long at once.
//
// A turn is the time from resuming a greenlet until it waits again or begins another task; each is put down
// to an account. gevent itself gives turns too (after a model's gevent.sleep(), its own sockets, at a user's
// start), whose beginning nobody sees: they are known if they end in a wait of ours. Written and read by the
// Python thread only; two additions and a clock reading a turn.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace nest::sched {

class ThreadUse {
 public:
  using Account = std::uint32_t;
  // Of the greenlets that have no other.
  static constexpr Account kOthers = 0;

  struct Use {
    std::int64_t turns = 0;
    Duration sum{};
    Duration longest{};
  };

  Account open() {
    uses_.emplace_back();
    return static_cast<Account>(uses_.size() - 1);
  }

  // A series of turns begins; what has been since the last one is nobody's any more.
  void begin_series(SteadyTime now) { last_moment_ = now; }
  void begin_turn(Account account) {
    account_ = account;
    in_turn_ = true;
  }
  // REQUIRES: in_turn().
  void change_turn(Account account, SteadyTime now) {
    add_turn(now);
    account_ = account;
  }
  void end_turn(SteadyTime now) {
    add_turn(now);
    account_ = kOthers;
    in_turn_ = false;
  }
  // A turn that gevent gave ends. `processor_time` is the thread's. No longer than since the last turn, nor
  // than the thread has been on the processor outside turns since the last call: it may have been idle in
  // between.
  void end_unseen_turn(Account account, SteadyTime now, Duration processor_time) {
    const Duration outside = processor_time - in_turns_;
    add(account, std::clamp(outside - outside_, Duration{}, now - last_moment_));
    outside_ = outside;
    last_moment_ = now;
  }

  bool in_turn() const { return in_turn_; }
  // Whose turn it is; kOthers between turns.
  Account account() const { return account_; }
  // When the present turn began, or the last one ended.
  SteadyTime last_moment() const { return last_moment_; }
  // By account.
  const std::vector<Use>& uses() const { return uses_; }

 private:
  void add_turn(SteadyTime now) {
    const Duration length = now - last_moment_;
    add(account_, length);
    in_turns_ += length;
    last_moment_ = now;
  }
  void add(Account account, Duration length) {
    Use& use = uses_[account];
    ++use.turns;
    use.sum += length;
    use.longest = std::max(use.longest, length);
  }

  std::vector<Use> uses_ = std::vector<Use>(1);
  Account account_ = kOthers;
  bool in_turn_ = false;
  SteadyTime last_moment_{};
  Duration in_turns_{};
  Duration outside_{};  // processor time outside turns, at the last end_unseen_turn()
};

}  // namespace nest::sched

// Who uses the Python thread, and for how long at once.
//
// A turn is the time from resuming a greenlet until it waits again; each is put down to an account. Turns
// that gevent itself gives (a model's gevent.sleep(), its own sockets) are not seen. Written and read by the
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

  // A series of turns begins; what has been since the last one is nobody's.
  void begin_series(SteadyTime now) { last_moment_ = now; }
  void begin_turn(Account account) {
    account_ = account;
    in_turn_ = true;
  }
  // The whole of the present turn is this account's; without one, nothing.
  void put_down_to(Account account) {
    if (in_turn_) account_ = account;
  }
  void end_turn(SteadyTime now) {
    Use& use = uses_[account_];
    const Duration length = now - last_moment_;
    ++use.turns;
    use.sum += length;
    use.longest = std::max(use.longest, length);
    last_moment_ = now;
    account_ = kOthers;
    in_turn_ = false;
  }

  // Whose turn it is; kOthers between turns.
  Account account() const { return account_; }
  // When the present turn began, or the last one ended.
  SteadyTime last_moment() const { return last_moment_; }
  // By account.
  const std::vector<Use>& uses() const { return uses_; }

 private:
  std::vector<Use> uses_ = std::vector<Use>(1);
  Account account_ = kOthers;
  bool in_turn_ = false;
  SteadyTime last_moment_{};
};

}  // namespace nest::sched

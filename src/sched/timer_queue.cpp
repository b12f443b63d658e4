#include "sched/timer_queue.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "base/errors.h"

namespace nest::sched {

TimerId TimerQueue::make_id(Index index, std::uint32_t generation) {
  return static_cast<TimerId>((std::uint64_t{generation} << 32) | index);
}

TimerQueue::Index TimerQueue::find(TimerId id) const {
  const auto value = static_cast<std::uint64_t>(id);
  const auto index = static_cast<Index>(value);
  const auto generation = static_cast<std::uint32_t>(value >> 32);
  if (index >= timers_.size() || timers_[index].generation != generation) return kEnd;
  return timers_[index].spoke == kFree ? kEnd : index;
}

TimerId TimerQueue::add(SteadyTime when, std::uint64_t payload) {
  Index index = free_;
  if (index == kEnd) {
    NEST_CHECK(timers_.size() < kEnd, "timers pending: " + std::to_string(timers_.size()));
    index = static_cast<Index>(timers_.size());
    timers_.emplace_back();
  } else {
    free_ = timers_[index].next;
  }
  Timer& timer = timers_[index];
  timer.payload = payload;
  const Duration since_start = std::max(when.time_since_epoch(), Duration::zero());
  timer.tick = static_cast<Tick>((since_start + kTick - Duration(1)) / kTick);
  link(index);
  ++size_;
  return make_id(index, timer.generation);
}

bool TimerQueue::cancel(TimerId id) {
  const Index index = find(id);
  if (index == kEnd) return false;
  unlink(index);
  free(index);
  return true;
}

bool TimerQueue::pending(TimerId id) const { return find(id) != kEnd; }

std::optional<SteadyTime> TimerQueue::next() const {
  const auto found = earliest();
  if (!found) return std::nullopt;
  return SteadyTime(kTick * static_cast<Duration::rep>(found->begins));
}

std::size_t TimerQueue::pop_due(SteadyTime now, std::vector<Due>& out) {
  const auto present = static_cast<Tick>(std::max(now.time_since_epoch() / kTick, Duration::rep{0}));
  const std::size_t before = out.size();
  for (auto found = earliest(); found && found->begins <= present; found = earliest()) {
    now_ = found->begins;
    Index index = take(found->spoke).first;
    while (index != kEnd) {
      const Index following = timers_[index].next;
      if (found->spoke < kSpokes) {
        out.push_back({make_id(index, timers_[index].generation), timers_[index].payload});
        free(index);
      } else {
        link(index);
      }
      index = following;
    }
  }
  now_ = std::max(now_, present);
  return out.size() - before;
}

std::optional<TimerQueue::Earliest> TimerQueue::earliest() const {
  for (std::size_t wheel = 0; wheel < kWheels; ++wheel) {
    if (used_[wheel] == 0) continue;
    const auto digit = static_cast<std::size_t>(std::countr_zero(used_[wheel]));
    const std::size_t below = wheel * kBits;
    const Tick above = now_ >> (below + kBits) << (below + kBits);
    return Earliest{wheel * kSpokes + digit, above | (Tick{digit} << below)};
  }
  return std::nullopt;
}

void TimerQueue::link(Index index) {
  Timer& timer = timers_[index];
  const Tick tick = std::max(timer.tick, now_);
  const std::size_t wheel = (static_cast<std::size_t>(std::bit_width((tick ^ now_) | 1)) - 1) / kBits;
  const std::size_t digit = (tick >> (wheel * kBits)) % kSpokes;
  timer.spoke = static_cast<std::uint16_t>(wheel * kSpokes + digit);
  Spoke& spoke = spokes_[timer.spoke];
  timer.previous = spoke.last;
  timer.next = kEnd;
  (spoke.last == kEnd ? spoke.first : timers_[spoke.last].next) = index;
  spoke.last = index;
  used_[wheel] |= std::uint64_t{1} << digit;
}

void TimerQueue::unlink(Index index) {
  const Timer& timer = timers_[index];
  Spoke& spoke = spokes_[timer.spoke];
  (timer.previous == kEnd ? spoke.first : timers_[timer.previous].next) = timer.next;
  (timer.next == kEnd ? spoke.last : timers_[timer.next].previous) = timer.previous;
  if (spoke.first == kEnd) take(timer.spoke);
}

void TimerQueue::free(Index index) {
  Timer& timer = timers_[index];
  // Generation 0 is skipped, so that no id of place 0 ever equals TimerId::kNone.
  if (++timer.generation == 0) timer.generation = 1;
  timer.spoke = kFree;
  timer.next = free_;
  free_ = index;
  --size_;
}

TimerQueue::Spoke TimerQueue::take(std::size_t spoke) {
  used_[spoke / kSpokes] &= ~(std::uint64_t{1} << (spoke % kSpokes));
  return std::exchange(spokes_[spoke], Spoke{});
}

}  // namespace nest::sched

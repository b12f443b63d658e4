#include "sched/timer_queue.h"

#include <string>

#include "base/errors.h"

namespace nest::sched {

bool TimerQueue::earlier(const Entry& a, const Entry& b) {
  return a.when != b.when ? a.when < b.when : a.order < b.order;
}

TimerId TimerQueue::make_id(std::uint32_t slot, std::uint32_t generation) {
  return static_cast<TimerId>((std::uint64_t{generation} << 32) | slot);
}

std::uint32_t TimerQueue::find(TimerId id) const {
  const auto value = static_cast<std::uint64_t>(id);
  const auto slot = static_cast<std::uint32_t>(value);
  const auto generation = static_cast<std::uint32_t>(value >> 32);
  if (slot >= slots_.size() || slots_[slot].generation != generation) return kFree;
  return slots_[slot].position == kFree ? kFree : slot;
}

TimerId TimerQueue::add(SteadyTime when, std::uint64_t payload) {
  std::uint32_t slot = 0;
  if (free_slots_.empty()) {
    NEST_CHECK(slots_.size() < kFree, "timers pending: " + std::to_string(slots_.size()));
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  slots_[slot].payload = payload;
  heap_.emplace_back();
  sift_up(heap_.size() - 1, Entry{when, added_++, slot});
  return make_id(slot, slots_[slot].generation);
}

bool TimerQueue::cancel(TimerId id) {
  const std::uint32_t slot = find(id);
  if (slot == kFree) return false;
  remove_at(slots_[slot].position);
  return true;
}

bool TimerQueue::pending(TimerId id) const { return find(id) != kFree; }

std::optional<SteadyTime> TimerQueue::next() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().when;
}

std::size_t TimerQueue::pop_due(SteadyTime now, std::vector<Due>& out) {
  std::size_t count = 0;
  while (!heap_.empty() && heap_.front().when <= now) {
    const std::uint32_t slot = heap_.front().slot;
    out.push_back({make_id(slot, slots_[slot].generation), slots_[slot].payload});
    remove_at(0);
    ++count;
  }
  return count;
}

void TimerQueue::place(std::size_t position, const Entry& entry) {
  heap_[position] = entry;
  slots_[entry.slot].position = static_cast<std::uint32_t>(position);
}

void TimerQueue::sift_up(std::size_t position, const Entry& entry) {
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (!earlier(entry, heap_[parent])) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, entry);
}

void TimerQueue::sift_down(std::size_t position, const Entry& entry) {
  for (;;) {
    std::size_t child = 2 * position + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && earlier(heap_[child + 1], heap_[child])) ++child;
    if (!earlier(heap_[child], entry)) break;
    place(position, heap_[child]);
    position = child;
  }
  place(position, entry);
}

void TimerQueue::remove_at(std::size_t position) {
  const std::uint32_t slot = heap_[position].slot;
  slots_[slot].position = kFree;
  // Generation 0 is skipped, so that no id of slot 0 ever equals TimerId::kNone.
  if (++slots_[slot].generation == 0) slots_[slot].generation = 1;
  free_slots_.push_back(slot);

  const Entry last = heap_.back();
  heap_.pop_back();
  if (position == heap_.size()) return;
  if (position > 0 && earlier(last, heap_[(position - 1) / 2])) {
    sift_up(position, last);
  } else {
    sift_down(position, last);
  }
}

}  // namespace nest::sched

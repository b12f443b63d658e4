#include "stats/timeline.h"

#include <algorithm>
#include <span>
#include <utility>

namespace nest::stats {
namespace {

using SlotCount = PreciseHistogram::SlotCount;

// Puts the sum of both, `sign` times the second, behind `out`; both ascending.
void append_combined(std::span<const SlotCount> first, std::span<const SlotCount> second, int sign,
                     std::vector<SlotCount>& out) {
  auto other = second.begin();
  const auto add = [&out](std::uint64_t slot, std::int64_t count) {
    if (count > 0) out.emplace_back(slot, count);
  };
  const auto signed_count = [sign](SlotCount counted) {
    return sign * static_cast<std::int64_t>(counted.count);
  };
  for (const SlotCount counted : first) {
    for (; other != second.end() && other->slot < counted.slot; ++other)
      add(other->slot, signed_count(*other));
    auto count = static_cast<std::int64_t>(counted.count);
    if (other != second.end() && other->slot == counted.slot) count += signed_count(*other++);
    add(counted.slot, count);
  }
  for (; other != second.end(); ++other) add(other->slot, signed_count(*other));
}

}  // namespace

std::vector<Timeline::Interval> Timeline::intervals() const {
  std::vector<Interval> out;
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    const Span& span = spans_[i];
    out.push_back({span.from_s, span.to_s, span.users, span.requests, span.failures, {}});
    for (std::size_t place = counts_begin(i); place < span.counts_end; ++place)
      out.back().times.push_back(PreciseHistogram::bucket_of(counts_[place]));
  }
  return out;
}

void Timeline::clear() {
  spans_.clear();
  counts_.clear();
  times_.clear();
  length_s_ = shortest_s_;
  from_s_.reset();
  users_ = requests_ = failures_ = 0;
}

void Timeline::begin_if_new(const StatsEntry& total) {
  if (total.num_requests < requests_ || total.num_failures < failures_) clear();
  if (!from_s_) from_s_ = total.start_time;
}

void Timeline::end_interval(double now_s, std::int64_t users, const StatsEntry& total) {
  Counts times = total.precise_times.slot_counts();
  append_combined(times, times_, -1, counts_);
  spans_.push_back({*from_s_, now_s, std::max(users, users_), total.num_requests - requests_,
                    total.num_failures - failures_, counts_.size()});
  from_s_ = now_s;
  users_ = users;
  requests_ = total.num_requests;
  failures_ = total.num_failures;
  times_ = std::move(times);
}

void Timeline::record(double now_s, std::int64_t users, const StatsEntry& total) {
  begin_if_new(total);
  // The caller's clock ticks as often: a little too early is the tick that was meant.
  if (now_s - *from_s_ < length_s_ - shortest_s_ / 2) return;
  end_interval(now_s, users, total);
  if (spans_.size() >= kMost) {
    join_neighbours(0);
    length_s_ *= 2;
  }
}

void Timeline::finish(double now_s, std::int64_t users, const StatsEntry& total) {
  begin_if_new(total);
  if (now_s <= *from_s_) return;
  const bool is_short = now_s - *from_s_ < length_s_ / 2;
  end_interval(now_s, users, total);
  if (is_short && spans_.size() > 1) join_neighbours(spans_.size() - 2);
}

std::size_t Timeline::counts_begin(std::size_t number) const {
  return number == 0 ? 0 : spans_[number - 1].counts_end;
}

void Timeline::join_neighbours(std::size_t first) {
  const std::span<const SlotCount> all = counts_;
  const auto counts_of = [&](std::size_t number) {
    return all.subspan(counts_begin(number), spans_[number].counts_end - counts_begin(number));
  };
  const auto unchanged = static_cast<std::ptrdiff_t>(counts_begin(first));
  std::vector<Span> spans(spans_.begin(), spans_.begin() + static_cast<std::ptrdiff_t>(first));
  Counts counts(counts_.begin(), counts_.begin() + unchanged);
  for (std::size_t i = first; i < spans_.size(); i += 2) {
    Span joined = spans_[i];
    if (i + 1 == spans_.size()) {
      append_combined(counts_of(i), {}, 1, counts);
    } else {
      const Span& next = spans_[i + 1];
      append_combined(counts_of(i), counts_of(i + 1), 1, counts);
      joined.to_s = next.to_s;
      joined.users = std::max(joined.users, next.users);
      joined.requests += next.requests;
      joined.failures += next.failures;
    }
    joined.counts_end = counts.size();
    spans.push_back(joined);
  }
  spans_ = std::move(spans);
  counts_ = std::move(counts);
}

}  // namespace nest::stats

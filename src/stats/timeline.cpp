#include "stats/timeline.h"

#include <algorithm>
#include <utility>

namespace nest::stats {
namespace {

using Buckets = std::vector<PreciseHistogram::Bucket>;

// The sum of both, `sign` times the second; both ascending.
Buckets combined(const Buckets& first, const Buckets& second, int sign) {
  Buckets out;
  out.reserve(first.size() + second.size());
  auto other = second.begin();
  const auto add = [&out](PreciseHistogram::Bucket bucket) {
    if (bucket.count > 0) out.push_back(bucket);
  };
  for (auto bucket : first) {
    for (; other != second.end() && other->from_ms < bucket.from_ms; ++other) {
      add({other->from_ms, other->to_ms, sign * other->count});
    }
    if (other != second.end() && other->from_ms == bucket.from_ms) bucket.count += sign * (other++)->count;
    add(bucket);
  }
  for (; other != second.end(); ++other) add({other->from_ms, other->to_ms, sign * other->count});
  out.shrink_to_fit();  // a second hits few of the buckets that the run has hit
  return out;
}

// `first` is followed by `second`.
Timeline::Interval joined(const Timeline::Interval& first, const Timeline::Interval& second) {
  return {first.from_s,
          second.to_s,
          std::max(first.users, second.users),
          first.requests + second.requests,
          first.failures + second.failures,
          combined(first.times, second.times, 1)};
}

}  // namespace

void Timeline::clear() {
  intervals_.clear();
  times_.clear();
  length_s_ = shortest_s_;
  from_s_.reset();
  users_ = requests_ = failures_ = 0;
}

void Timeline::begin_if_new(const StatsEntry& total) {
  if (total.num_requests < requests_ || total.num_failures < failures_) clear();
  if (!from_s_) from_s_ = total.start_time;
}

Timeline::Interval Timeline::since_last(double now_s, std::int64_t users, const StatsEntry& total) {
  Buckets times = total.precise_times.buckets();
  Interval interval{*from_s_,
                    now_s,
                    std::max(users, users_),
                    total.num_requests - requests_,
                    total.num_failures - failures_,
                    combined(times, times_, -1)};
  from_s_ = now_s;
  users_ = users;
  requests_ = total.num_requests;
  failures_ = total.num_failures;
  times_ = std::move(times);
  return interval;
}

void Timeline::record(double now_s, std::int64_t users, const StatsEntry& total) {
  begin_if_new(total);
  // The caller's clock ticks as often: a little too early is the tick that was meant.
  if (now_s - *from_s_ < length_s_ - shortest_s_ / 2) return;
  intervals_.push_back(since_last(now_s, users, total));
  if (intervals_.size() >= kMost) join_neighbours();
}

void Timeline::finish(double now_s, std::int64_t users, const StatsEntry& total) {
  begin_if_new(total);
  if (now_s <= *from_s_) return;
  const bool is_short = now_s - *from_s_ < length_s_ / 2;
  Interval last = since_last(now_s, users, total);
  if (is_short && !intervals_.empty()) {
    intervals_.back() = joined(intervals_.back(), last);
  } else {
    intervals_.push_back(std::move(last));
  }
}

void Timeline::join_neighbours() {
  std::vector<Interval> kept;
  for (std::size_t i = 0; i + 1 < intervals_.size(); i += 2) {
    kept.push_back(joined(intervals_[i], intervals_[i + 1]));
  }
  if (intervals_.size() % 2 == 1) kept.push_back(std::move(intervals_.back()));
  intervals_ = std::move(kept);
  length_s_ *= 2;
}

}  // namespace nest::stats

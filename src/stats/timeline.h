// A run cut into intervals, for its charts: who was there, what was asked, how long it took.
//
// Not thread-safe; one writer. Memory is bounded: when there are kMost intervals, neighbours are joined,
// which loses no sample, and intervals are twice as long from then on. An interval costs 24 bytes for each
// precise bucket that was hit within it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "stats/entry.h"
#include "stats/precise_histogram.h"

namespace nest::stats {

class Timeline {
 public:
  static constexpr std::size_t kMost = 600;

  struct Interval {
    double from_s;       // Unix time
    double to_s;         // > from_s
    std::int64_t users;  // the most there were at its ends
    std::int64_t requests;
    std::int64_t failures;  // subset of requests, unless a model counts them apart
    // Response times of its requests, ascending: of those that are known precisely.
    std::vector<PreciseHistogram::Bucket> times;
  };

  // REQUIRES: shortest_s > 0.
  explicit Timeline(double shortest_s) : shortest_s_(shortest_s), length_s_(shortest_s) {}

  // To be called at least every `shortest_s`: ends the present interval if it is long enough. The first one
  // begins with `total`. Starts anew when `total` has been reset.
  void record(double now_s, std::int64_t users, const StatsEntry& total);
  // Ends the present interval, however short; what is shorter than half of one is joined to the one before.
  void finish(double now_s, std::int64_t users, const StatsEntry& total);
  void clear();

  const std::vector<Interval>& intervals() const { return intervals_; }

 private:
  void begin_if_new(const StatsEntry& total);
  Interval since_last(double now_s, std::int64_t users, const StatsEntry& total);
  void join_neighbours();

  double shortest_s_;
  double length_s_;
  std::vector<Interval> intervals_;
  // Where the present interval began.
  std::optional<double> from_s_;
  std::int64_t users_ = 0;
  std::int64_t requests_ = 0;
  std::int64_t failures_ = 0;
  std::vector<PreciseHistogram::Bucket> times_;
};

}  // namespace nest::stats

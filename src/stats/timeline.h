// A run cut into intervals, for its charts: who was there, what was asked, how long it took.
//
// Not thread-safe; one writer. Memory is bounded: when there are kMost intervals, neighbours are joined,
// which loses no sample, and intervals are twice as long from then on. An interval costs 8 bytes for each
// precise bucket that was hit within it. All of them lie in one block: what comes and goes with each interval
// would lie scattered between what stays.
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

  std::size_t size() const { return spans_.size(); }
  std::vector<Interval> intervals() const;

 private:
  using Counts = std::vector<PreciseHistogram::SlotCount>;

  // An interval, but for its times: they are those of `counts_` from the end of the one before on.
  struct Span {
    double from_s;
    double to_s;
    std::int64_t users;
    std::int64_t requests;
    std::int64_t failures;
    std::size_t counts_end;
  };

  void begin_if_new(const StatsEntry& total);
  void end_interval(double now_s, std::int64_t users, const StatsEntry& total);
  std::size_t counts_begin(std::size_t number) const;
  // From the interval of this number on.
  void join_neighbours(std::size_t first);

  double shortest_s_;
  double length_s_;
  std::vector<Span> spans_;
  Counts counts_;
  // Where the present interval began.
  std::optional<double> from_s_;
  std::int64_t users_ = 0;
  std::int64_t requests_ = 0;
  std::int64_t failures_ = 0;
  Counts times_;
};

}  // namespace nest::stats

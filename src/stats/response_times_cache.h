// The last seconds' copies of a histogram, from which "current" percentiles are computed.
//
// Not thread-safe; one writer. Once full, a new copy reuses the memory of the oldest.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "stats/histogram.h"

namespace nest::stats {

// Locust's CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW.
constexpr int kDefaultPercentileWindowS = 10;

class ResponseTimesCache {
 public:
  struct Snapshot {
    std::int64_t second;
    std::vector<Bucket> buckets;  // cumulative, ascending
    std::int64_t num_requests;
    std::int64_t num_none_requests;
  };

  // Keeps window_s + 10 snapshots. A second that is already there is replaced in place.
  void store(std::int64_t second, const Histogram& histogram, std::int64_t num_requests,
             std::int64_t num_none_requests, int window_s);
  // As given, for what is read from elsewhere.
  void store(Snapshot snapshot) { snapshots_.push_back(std::move(snapshot)); }

  // The snapshot nearest to now_second - window_s, at most 8 s away, the older of two equally near; else
  // null.
  const Snapshot* find(std::int64_t now_second, int window_s) const;

  void clear() { snapshots_.clear(); }
  const std::deque<Snapshot>& snapshots() const { return snapshots_; }

 private:
  const Snapshot* at(std::int64_t second) const;

  std::deque<Snapshot> snapshots_;  // in the order of insertion
};

}  // namespace nest::stats

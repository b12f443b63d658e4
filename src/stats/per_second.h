// Counts per wall-clock second (Unix time), for rates.
//
// Not thread-safe; one writer. Bounded: the latest seconds that had traffic are kept (Locust keeps all), at
// most kMaxSeconds, which rates, looking back twelve seconds, never miss.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace nest::stats {

class PerSecond {
 public:
  struct Count {
    std::int64_t second;
    std::int64_t count;
  };
  static constexpr std::size_t kMaxSeconds = std::size_t{4} * 3600;
  static constexpr std::size_t kMinSeconds = 60;

  // `most` is how many are kept from now on, and up to 600 more. REQUIRES: kMinSeconds <= most.
  void add(std::int64_t second, std::int64_t count = 1, std::size_t most = kMaxSeconds);
  // Replaces the count; 0 removes the second.
  void set(std::int64_t second, std::int64_t count);
  std::int64_t count(std::int64_t second) const;
  void clear() { counts_.clear(); }
  // By ascending second.
  std::span<const Count> counts() const { return counts_; }

  // Mean count per second over [first, end); 0 for an empty range.
  double mean(std::int64_t first, std::int64_t end) const;

 private:
  std::vector<Count>::const_iterator at_or_after(std::int64_t second) const;
  // Null: older than what is kept.
  std::int64_t* slot(std::int64_t second, std::size_t most);

  std::vector<Count> counts_;
};

}  // namespace nest::stats

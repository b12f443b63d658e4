// Statistics of one (name, method), or of all requests together, by Locust's definitions.
//
// Not thread-safe: written and read by the Python thread only. The data members are public because Locust's
// API lets models read and assign each of them; times are Unix seconds, response times milliseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stats/histogram.h"
#include "stats/number.h"
#include "stats/per_second.h"
#include "stats/phases.h"
#include "stats/precise_histogram.h"
#include "stats/response_times_cache.h"

namespace nest::stats {

// One finished request.
struct Sample {
  std::optional<Number> response_time_ms;  // absent: counted as a request without a time
  Number content_length;                   // bytes
  double now_s;                            // Unix time of logging
  std::optional<Number> bucket;            // of a model's own bucket function; absent: Locust's rounding
};

// The time span of a run: every entry's rates are taken over the span of the total.
struct Span {
  double start_s;
  std::optional<double> last_request_s;
};

class StatsEntry {
 public:
  StatsEntry(std::string name, std::string method, bool use_cache, double now_s);

  // REQUIRES: sample.response_time_ms is loggable(). `window_s`: see ResponseTimesCache.
  void log(const Sample& sample, int window_s);
  void log_error(double now_s);
  void reset(double now_s);
  // Adds the counts of `other` and widens the span of time to hold both.
  void extend(const StatsEntry& other, int window_s);

  std::int64_t num_samples() const { return num_requests - num_none_requests; }
  double fail_ratio() const;  // 1 when there are failures without requests
  double avg_response_time() const;
  Number median_response_time() const;  // the 50 % percentile, held within [min, max]
  Number avg_content_length() const;    // whole 0 when there are no requests
  Number response_time_percentile(double fraction) const;
  // Of about the last window_s seconds; nothing without a snapshot of that time. REQUIRES: use_cache.
  std::optional<Number> current_response_time_percentile(double fraction, double now_s, int window_s) const;

  // Whether every sample is known precisely; not those that arrived as Locust's buckets.
  bool is_precise() const { return precise_times.count() == num_samples(); }
  // The samples by response time, ascending; unless is_precise(), Locust's buckets, which have no width.
  std::vector<PreciseHistogram::Bucket> distribution() const;

  // Requests and failures per second: over ten seconds ending a little before the last request, and overall.
  Number current_rps(const Span& span) const { return current_rate(requests_per_second, span); }
  Number current_fail_per_sec(const Span& span) const { return current_rate(failures_per_second, span); }
  double total_rps(const Span& span) const { return total_rate(num_requests, span); }
  double total_fail_per_sec(const Span& span) const { return total_rate(num_failures, span); }

  Span span() const { return {start_time, last_request_timestamp}; }
  void cache_response_times(std::int64_t second, int window_s);

  std::string name;
  std::string method;
  bool use_cache;
  std::size_t most_seconds = PerSecond::kMaxSeconds;  // that the counts per second keep
  std::int64_t num_requests = 0;
  std::int64_t num_none_requests = 0;  // subset of num_requests
  std::int64_t num_failures = 0;
  Number total_response_time;
  std::optional<Number> min_response_time;
  Number max_response_time;
  Number total_content_length;
  double start_time = 0;  // of creation or of the last reset, not of the first request
  std::optional<double> last_request_timestamp;
  Histogram response_times;
  PreciseHistogram precise_times;
  PhaseTotals phases;
  PerSecond requests_per_second;
  PerSecond failures_per_second;
  ResponseTimesCache cache;

 private:
  static Number current_rate(const PerSecond& counts, const Span& span);
  static double total_rate(std::int64_t count, const Span& span);
};

// Finite and not beyond 1e15 ms: what buckets can hold.
bool loggable(const Number& response_time_ms);

}  // namespace nest::stats

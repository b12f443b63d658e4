#include "stats/entry.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "stats/bucket.h"

namespace nest::stats {
namespace {

std::int64_t whole_second(double time_s) { return Number(time_s).truncated(); }

}  // namespace

bool loggable(const Number& response_time_ms) { return std::abs(response_time_ms.real()) <= 1e15; }

StatsEntry::StatsEntry(std::string entry_name, std::string entry_method, bool with_cache, double now_s)
    : name(std::move(entry_name)), method(std::move(entry_method)), use_cache(with_cache) {
  reset(now_s);
}

void StatsEntry::reset(double now_s) {
  start_time = now_s;
  num_requests = num_none_requests = num_failures = 0;
  total_response_time = max_response_time = total_content_length = Number();
  min_response_time.reset();
  last_request_timestamp.reset();
  response_times.clear();
  precise_times.clear();
  phases = {};
  requests_per_second.clear();
  failures_per_second.clear();
  cache.clear();
  // The run's beginning is a snapshot too: current percentiles work from the first second.
  if (use_cache) cache_response_times(whole_second(now_s), kDefaultPercentileWindowS);
}

void StatsEntry::log(const Sample& sample, int window_s) {
  const std::int64_t second = whole_second(sample.now_s);
  // The first request of a new second closes the seconds before it.
  if (use_cache && last_request_timestamp.value_or(0) != 0 &&
      second > whole_second(*last_request_timestamp)) {
    cache_response_times(second - 1, window_s);
  }
  ++num_requests;
  requests_per_second.add(second, 1, most_seconds);
  last_request_timestamp = sample.now_s;
  total_content_length += sample.content_length;
  if (!sample.response_time_ms) {
    ++num_none_requests;
    return;
  }
  const Number& time = *sample.response_time_ms;
  total_response_time += time;
  if (!min_response_time || time < *min_response_time) min_response_time = time;
  if (max_response_time < time) max_response_time = time;
  precise_times.add(time.real());
  response_times.add(sample.bucket ? *sample.bucket : Number(bucket_response_time(time)));
}

void StatsEntry::log_error(double now_s) {
  ++num_failures;
  failures_per_second.add(whole_second(now_s), 1, most_seconds);
}

void StatsEntry::extend(const StatsEntry& other, int window_s) {
  const std::int64_t old_second = whole_second(last_request_timestamp.value_or(0));
  if (other.last_request_timestamp) {
    last_request_timestamp = std::max(last_request_timestamp.value_or(*other.last_request_timestamp),
                                      *other.last_request_timestamp);
  }
  start_time = std::min(start_time, other.start_time);
  num_requests += other.num_requests;
  num_none_requests += other.num_none_requests;
  num_failures += other.num_failures;
  total_response_time += other.total_response_time;
  total_content_length += other.total_content_length;
  if (max_response_time < other.max_response_time) max_response_time = other.max_response_time;
  if (other.min_response_time && (!min_response_time || *other.min_response_time < *min_response_time)) {
    min_response_time = other.min_response_time;
  }
  for (const Bucket& bucket : other.response_times.buckets()) response_times.add(bucket.key, bucket.count);
  precise_times.merge(other.precise_times);
  phases.merge(other.phases);
  for (const auto& entry : other.requests_per_second.counts())
    requests_per_second.add(entry.second, entry.count);
  for (const auto& entry : other.failures_per_second.counts())
    failures_per_second.add(entry.second, entry.count);
  const std::int64_t new_second = whole_second(last_request_timestamp.value_or(0));
  if (use_cache && new_second > old_second) cache_response_times(new_second, window_s);
}

void StatsEntry::cache_response_times(std::int64_t second, int window_s) {
  cache.store(second, response_times, num_requests, num_none_requests, window_s);
}

double StatsEntry::fail_ratio() const {
  if (num_requests == 0) return num_failures > 0 ? 1.0 : 0.0;
  return static_cast<double>(num_failures) / static_cast<double>(num_requests);
}

double StatsEntry::avg_response_time() const {
  if (num_samples() == 0) return 0.0;
  return total_response_time.real() / static_cast<double>(num_samples());
}

Number StatsEntry::avg_content_length() const {
  if (num_requests == 0) return 0;
  return total_content_length.real() / static_cast<double>(num_requests);
}

Number StatsEntry::response_time_percentile(double fraction) const {
  return percentile(response_times.buckets(), num_samples(), fraction);
}

std::vector<PreciseHistogram::Bucket> StatsEntry::distribution() const {
  if (is_precise()) return precise_times.buckets();
  std::vector<PreciseHistogram::Bucket> buckets;
  for (const Bucket& bucket : response_times.buckets()) {
    buckets.push_back({bucket.key.real(), bucket.key.real(), bucket.count});
  }
  return buckets;
}

Number StatsEntry::median_response_time() const {
  if (response_times.empty()) return 0;
  const Number median = response_time_percentile(0.5);
  // Buckets are rounded, minimum and maximum are exact.
  if (max_response_time < median) return max_response_time;
  if (min_response_time && median < *min_response_time) return *min_response_time;
  return median;
}

std::optional<Number> StatsEntry::current_response_time_percentile(double fraction, double now_s,
                                                                   int window_s) const {
  const auto* then = cache.find(whole_second(now_s), window_s);
  if (then == nullptr) return std::nullopt;
  return percentile(difference(response_times.buckets(), then->buckets),
                    num_samples() - (then->num_requests - then->num_none_requests), fraction);
}

Number StatsEntry::current_rate(const PerSecond& counts, const Span& span) {
  if (!span.last_request_s) return 0;
  const std::int64_t last = whole_second(*span.last_request_s);
  return counts.mean(std::max(last - 12, whole_second(span.start_s)), last - 2);
}

double StatsEntry::total_rate(std::int64_t count, const Span& span) {
  if (span.last_request_s.value_or(0) == 0 || span.start_s == 0) return 0.0;
  const double elapsed_s = *span.last_request_s - span.start_s;
  return elapsed_s == 0 ? 0.0 : static_cast<double>(count) / elapsed_s;
}

}  // namespace nest::stats

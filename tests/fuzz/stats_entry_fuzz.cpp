// Statistics of two parts, added up, are those of the whole.
#include <cmath>
#include <string>

#include "input.h"
#include "stats/entry.h"

namespace {

using namespace nest::stats;

constexpr int kWindowS = 10;
constexpr double kStart = 1'700'000'000;

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)}); }

bool same(const PerSecond& a, const PerSecond& b) {
  return std::equal(a.counts().begin(), a.counts().end(), b.counts().begin(), b.counts().end(),
                    [](const auto& x, const auto& y) { return x.second == y.second && x.count == y.count; });
}

void check_figures(const StatsEntry& entry) {
  const auto buckets = entry.response_times.buckets();
  std::int64_t samples = 0;
  for (const Bucket& bucket : buckets) samples += bucket.count;
  NEST_CHECK(samples == entry.num_samples() && entry.is_precise(), std::to_string(samples));
  std::int64_t requests = 0;
  for (const auto& second : entry.requests_per_second.counts()) requests += second.count;
  NEST_CHECK(requests == entry.num_requests, std::to_string(requests));
  if (entry.num_samples() == 0) return;
  const Number median = entry.median_response_time();
  NEST_CHECK(!(median < *entry.min_response_time) && !(entry.max_response_time < median),
             std::to_string(median.real()));
  const double mean = entry.avg_response_time();
  NEST_CHECK(mean >= entry.min_response_time->real() - 1e-6 * std::abs(mean) - 1e-9, std::to_string(mean));
}

// A step: what (with its lowest bit: which part), milliseconds of the clock, response time in 1/16 ms.
int run(nest::fuzz::Input input) {
  StatsEntry whole("name", "GET", true, kStart);
  StatsEntry parts[2] = {{"name", "GET", true, kStart}, {"name", "GET", true, kStart}};
  double now_s = kStart;
  while (!input.empty()) {
    const std::uint8_t step = input.byte();
    now_s += input.value<std::uint16_t>() / 1000.0;
    const auto sixteenths = input.value<std::uint32_t>();
    StatsEntry& part = parts[step % 2];
    Sample sample{sixteenths / 16.0, step, now_s, std::nullopt};
    if (step % 8 == 6) sample.response_time_ms = static_cast<std::int64_t>(sixteenths);
    if (step % 32 == 12) sample.response_time_ms.reset();
    whole.log(sample, kWindowS);
    part.log(sample, kWindowS);
    if (step >= 200) {
      whole.log_error(now_s);
      part.log_error(now_s);
    }
    check_figures(part);
  }
  parts[0].extend(parts[1], kWindowS);
  const StatsEntry& sum = parts[0];
  check_figures(sum);
  NEST_CHECK(sum.num_requests == whole.num_requests && sum.num_failures == whole.num_failures, "counts");
  NEST_CHECK(sum.num_none_requests == whole.num_none_requests, "requests without a time");
  NEST_CHECK(near(sum.total_response_time.real(), whole.total_response_time.real()), "total response time");
  NEST_CHECK(sum.min_response_time == whole.min_response_time, "minimum");
  NEST_CHECK(sum.max_response_time == whole.max_response_time, "maximum");
  NEST_CHECK(sum.total_content_length == whole.total_content_length, "content length");
  NEST_CHECK(sum.last_request_timestamp == whole.last_request_timestamp, "last request");
  NEST_CHECK(same(sum.requests_per_second, whole.requests_per_second), "requests per second");
  NEST_CHECK(same(sum.failures_per_second, whole.failures_per_second), "failures per second");
  NEST_CHECK(sum.median_response_time() == whole.median_response_time(), "median");
  return 0;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return run({data, size}); }

// Histograms hold what a plain map of counts holds, in the order of their keys, however samples were spread.
#include "stats/histogram.h"

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "input.h"
#include "stats/bucket.h"
#include "stats/entry.h"
#include "stats/precise_histogram.h"

namespace {

using namespace nest::stats;

// A step is one byte that says what, and a number of 2 to 8 bytes.
Number number_of(std::uint8_t step, nest::fuzz::Input& input) {
  switch (step % 4) {
    case 0:
      return input.value<std::uint16_t>();
    case 1:
      return input.value<std::int32_t>();
    case 2:
      return input.value<std::uint16_t>() / 8.0;
    default:
      return input.value<double>();
  }
}

void check_buckets(const Histogram& histogram, const std::map<double, std::int64_t>& model) {
  const auto buckets = histogram.buckets();
  NEST_CHECK(buckets.size() == model.size(), std::to_string(buckets.size()));
  NEST_CHECK(histogram.empty() == model.empty(), "empty");
  auto expected = model.begin();
  std::int64_t total = 0;
  for (const Bucket& bucket : buckets) {
    NEST_CHECK(bucket.key.real() == expected->first && bucket.count == expected->second,
               std::to_string(bucket.key.real()));
    NEST_CHECK(histogram.count(bucket.key) == bucket.count, std::to_string(bucket.count));
    total += bucket.count;
    ++expected;
  }
  if (buckets.empty()) return;
  Number last = buckets.front().key;
  for (const double fraction : {0.0, 0.5, 0.9, 0.99, 1.0}) {
    const Number at = percentile(buckets, total, fraction);
    NEST_CHECK(!(at < last), std::to_string(fraction));
    last = at;
  }
}

int run(nest::fuzz::Input input) {
  Histogram histogram;
  std::vector<Bucket> before;
  std::map<double, std::int64_t> model;
  std::map<double, std::int64_t> since;
  PreciseHistogram all;
  PreciseHistogram parts[2];
  std::int64_t samples = 0;
  while (!input.empty()) {
    const std::uint8_t step = input.byte();
    const Number number = number_of(step, input);
    if (!loggable(number)) continue;
    const Number key = step % 8 < 4 ? number : Number(bucket_response_time(number));
    NEST_CHECK(std::abs(number.real() - Number(bucket_response_time(number)).real()) <=
                   std::max(0.5, std::abs(number.real()) / 10),
               std::to_string(number.real()));
    if (step < 200) {
      histogram.add(key);
      ++model[key.real()];
      ++since[key.real()];
      all.add(number.real());
      parts[step % 2].add(number.real());
      ++samples;
    } else if (step < 230) {
      histogram.set(key, step % 3);
      model.erase(key.real());
      if (step % 3 != 0) model[key.real()] = step % 3;
      before = histogram.buckets();
      since.clear();
    } else if (step < 240) {
      before = histogram.buckets();
      since.clear();
    } else if (step < 242) {
      histogram.clear();
      model.clear();
      before.clear();
      since.clear();
    }
  }
  check_buckets(histogram, model);
  const auto more = difference(histogram.buckets(), before);
  NEST_CHECK(more.size() == since.size(), std::to_string(more.size()));
  for (const Bucket& bucket : more) NEST_CHECK(since[bucket.key.real()] == bucket.count, "difference");

  parts[0].merge(parts[1]);
  const auto merged = parts[0].buckets();
  const auto expected = all.buckets();
  NEST_CHECK(parts[0].count() == samples && merged.size() == expected.size(), "merged");
  double end = 0;
  for (size_t i = 0; i < merged.size(); ++i) {
    NEST_CHECK(merged[i].from_ms == expected[i].from_ms && merged[i].count == expected[i].count, "merged");
    NEST_CHECK(merged[i].from_ms >= end && merged[i].to_ms > merged[i].from_ms, "in order");
    end = merged[i].to_ms;
  }
  NEST_CHECK(percentile_ms(merged, 0.5) <= percentile_ms(merged, 0.99), "percentiles");
  return 0;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return run({data, size}); }

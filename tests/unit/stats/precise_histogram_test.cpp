#include "stats/precise_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "allocations.h"

namespace nest::stats {
namespace {

double only_percentile(double time_ms) {
  PreciseHistogram histogram;
  histogram.add(time_ms);
  return percentile_ms(histogram.buckets(), 0.5);
}

TEST(PreciseHistogram, KnowsEveryTimeFromAMicrosecondToAnHourToHalfAPercent) {
  for (double time_ms = 0.001; time_ms <= 3.6e6; time_ms *= 1.0007) {
    EXPECT_NEAR(only_percentile(time_ms), time_ms, time_ms * PreciseHistogram::kMaxRelativeError * 1.0001);
  }
  EXPECT_LE(PreciseHistogram::kMaxRelativeError, 0.005);
}

TEST(PreciseHistogram, PutsATimeIntoTheBucketThatHoldsIt) {
  for (const double time_ms : {0.001, 0.002, 0.0039999, 1.0, 1.024, 63.999, 250.0, 3.6e6}) {
    PreciseHistogram histogram;
    histogram.add(time_ms);
    const auto buckets = histogram.buckets();
    ASSERT_EQ(buckets.size(), 1U);
    EXPECT_LE(buckets[0].from_ms, time_ms * (1 + 1e-12));
    EXPECT_GT(buckets[0].to_ms, time_ms * (1 - 1e-12));
  }
}

TEST(PreciseHistogram, CountsTimesBeyondItsRange) {
  PreciseHistogram histogram;
  for (const double time_ms : {-5.0, 0.0, 0.0009, 4294967.296, 1e15}) histogram.add(time_ms);
  EXPECT_EQ(histogram.count(), 5);
  const auto buckets = histogram.buckets();
  ASSERT_EQ(buckets.size(), 2U);
  EXPECT_EQ(buckets[0].count, 3);
  EXPECT_EQ(buckets[0].from_ms, 0);
  EXPECT_EQ(buckets[1].count, 2);
  EXPECT_TRUE(std::isinf(buckets[1].to_ms));
  EXPECT_TRUE(std::isfinite(percentile_ms(buckets, 1)));
}

TEST(PreciseHistogram, GivesThePercentilesOfSamplesOfEveryMagnitude) {
  std::mt19937 random(1);
  std::lognormal_distribution<double> times(2, 3);
  PreciseHistogram histogram;
  std::vector<double> samples;
  for (int i = 0; i < 20000; ++i) {
    samples.push_back(std::max(times(random), 0.001));
    histogram.add(samples.back());
  }
  std::sort(samples.begin(), samples.end());
  const auto buckets = histogram.buckets();
  for (const double fraction : {0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(fraction * 20000)) - 1;
    EXPECT_NEAR(percentile_ms(buckets, fraction), samples[rank], samples[rank] * 0.005) << fraction;
  }
  EXPECT_NEAR(percentile_ms(buckets, 0), samples.front(), samples.front() * 0.005);
  EXPECT_EQ(percentile_ms({}, 0.5), 0);
}

TEST(PreciseHistogram, MergedIsAsIfAllSamplesHadBeenAddedToOne) {
  PreciseHistogram left, right, both;
  for (int i = 1; i < 3000; ++i) {
    const double time_ms = i * i * 0.01;
    (i % 3 == 0 ? left : right).add(time_ms);
    both.add(time_ms);
  }
  right.add(-1);
  both.add(-1);
  left.merge(right);
  EXPECT_EQ(left.count(), both.count());
  const auto merged = left.buckets(), expected = both.buckets();
  ASSERT_EQ(merged.size(), expected.size());
  for (std::size_t i = 0; i < merged.size(); ++i) EXPECT_EQ(merged[i].count, expected[i].count);
}

TEST(PreciseHistogram, NeighbouringBucketsTouch) {
  PreciseHistogram histogram;
  for (double time_ms = 0.0005; time_ms < 1e7; time_ms *= 1.003) histogram.add(time_ms);
  const auto buckets = histogram.buckets();
  for (std::size_t i = 1; i < buckets.size(); ++i) EXPECT_EQ(buckets[i - 1].to_ms, buckets[i].from_ms) << i;
}

TEST(PreciseHistogram, IsEmptyAfterClearAndThenNeedsNoNewMemory) {
  PreciseHistogram histogram;
  histogram.add(5);
  histogram.clear();
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_TRUE(histogram.buckets().empty());
  const auto before = allocations();
  histogram.add(5.5);
  EXPECT_EQ(allocations(), before);
  EXPECT_EQ(histogram.count(), 1);
}

}  // namespace
}  // namespace nest::stats

#include "stats/timeline.h"

#include <gtest/gtest.h>

#include <numeric>

namespace nest::stats {
namespace {

constexpr double kStart = 1000;

class TimelineTest : public testing::Test {
 protected:
  void request(double time_ms, int count = 1) {
    for (int i = 0; i < count; ++i) total_.log(Sample{Number(time_ms), Number(1), kStart, {}}, 10);
  }
  std::int64_t requests() const {
    std::int64_t sum = 0;
    for (const auto& interval : timeline_.intervals()) sum += interval.requests;
    return sum;
  }

  StatsEntry total_{"Aggregated", "", false, kStart};
  Timeline timeline_{1.0};
};

TEST_F(TimelineTest, EachIntervalHasWhatHappenedInIt) {
  request(10, 3);
  timeline_.record(kStart + 1, 5, total_);
  request(20, 2);
  request(500);
  total_.log_error(kStart);
  timeline_.record(kStart + 2, 4, total_);
  const auto intervals = timeline_.intervals();
  ASSERT_EQ(intervals.size(), 2U);
  const auto& first = intervals[0];
  const auto& second = intervals[1];
  EXPECT_EQ(first.from_s, kStart);
  EXPECT_EQ(first.to_s, second.from_s);
  EXPECT_EQ(second.to_s, kStart + 2);
  EXPECT_EQ(first.requests, 3);
  EXPECT_EQ(first.failures, 0);
  EXPECT_EQ(second.requests, 3);
  EXPECT_EQ(second.failures, 1);
  EXPECT_EQ(first.users, 5);
  EXPECT_EQ(second.users, 5) << "the most at its ends";
  EXPECT_NEAR(percentile_ms(second.times, 0.5), 20, 0.1);
  EXPECT_NEAR(percentile_ms(second.times, 1), 500, 2);
}

TEST_F(TimelineTest, AnIntervalHasNothingOfWhatOnlyOthersHit) {
  for (int time_ms = 1; time_ms <= 1000; ++time_ms) request(time_ms);
  timeline_.record(kStart + 1, 1, total_);
  request(10);
  timeline_.record(kStart + 2, 1, total_);
  ASSERT_EQ(timeline_.intervals().size(), 2U);
  EXPECT_GT(timeline_.intervals()[0].times.size(), 100U);
  EXPECT_EQ(timeline_.intervals()[1].times.size(), 1U);
}

TEST_F(TimelineTest, ATickThatIsEarlyCountsAndOneInBetweenDoesNot) {
  timeline_.record(kStart + 0.3, 1, total_);
  EXPECT_TRUE(timeline_.intervals().empty());
  timeline_.record(kStart + 0.999, 1, total_);
  EXPECT_EQ(timeline_.intervals().size(), 1U);
}

TEST_F(TimelineTest, JoinsNeighboursWithoutLosingASampleWhenThereAreManyIntervals) {
  const int seconds = 5000;
  for (int second = 1; second <= seconds; ++second) {
    request(second);
    timeline_.record(kStart + second, second, total_);
    ASSERT_LT(timeline_.size(), Timeline::kMost);
  }
  timeline_.finish(kStart + seconds, 0, total_);
  EXPECT_GT(timeline_.intervals().size(), Timeline::kMost / 4);
  EXPECT_EQ(requests(), seconds);
  double end = kStart;
  for (const auto& interval : timeline_.intervals()) {
    EXPECT_EQ(interval.from_s, end);
    end = interval.to_s;
    const auto counted = std::accumulate(interval.times.begin(), interval.times.end(), std::int64_t{0},
                                         [](auto sum, const auto& bucket) { return sum + bucket.count; });
    EXPECT_EQ(counted, interval.requests);
    // Request n took n ms and came in second n.
    EXPECT_NEAR(percentile_ms(interval.times, 1), interval.to_s - kStart, (interval.to_s - kStart) * 0.005);
  }
  EXPECT_EQ(end, kStart + seconds);
}

TEST_F(TimelineTest, AShortRestAtTheEndBelongsToTheIntervalBefore) {
  request(10);
  timeline_.record(kStart + 1, 7, total_);
  request(10);
  timeline_.finish(kStart + 1.2, 0, total_);
  ASSERT_EQ(timeline_.intervals().size(), 1U);
  EXPECT_EQ(timeline_.intervals()[0].requests, 2);
  EXPECT_EQ(timeline_.intervals()[0].to_s, kStart + 1.2);
  EXPECT_EQ(timeline_.intervals()[0].times[0].count, 2);
  request(10);
  timeline_.finish(kStart + 2, 0, total_);
  EXPECT_EQ(timeline_.intervals().size(), 2U);
}

TEST_F(TimelineTest, ARunShorterThanAnIntervalHasOne) {
  request(10);
  timeline_.finish(kStart + 0.01, 1, total_);
  ASSERT_EQ(timeline_.intervals().size(), 1U);
  EXPECT_EQ(timeline_.intervals()[0].requests, 1);
}

TEST_F(TimelineTest, BeginsAnewWithStatisticsThatWereReset) {
  request(10, 5);
  timeline_.record(kStart + 1, 1, total_);
  total_.reset(kStart + 1.5);
  request(10);
  timeline_.record(kStart + 2.5, 1, total_);
  ASSERT_EQ(timeline_.intervals().size(), 1U);
  EXPECT_EQ(timeline_.intervals()[0].from_s, kStart + 1.5);
  EXPECT_EQ(timeline_.intervals()[0].requests, 1);
}

}  // namespace
}  // namespace nest::stats

#include "stats/entry.h"

#include <gtest/gtest.h>

namespace nest::stats {
namespace {

constexpr double kStart = 1000.5;

StatsEntry entry_with(std::initializer_list<Number> times_ms) {
  StatsEntry entry("/", "GET", true, kStart);
  for (const Number& time : times_ms) entry.log({time, 100, kStart, std::nullopt}, 10);
  return entry;
}

TEST(StatsEntry, KeepsExactSumsAndExtremes) {
  const StatsEntry entry = entry_with({1500.7, 20.25, 3});
  EXPECT_EQ(entry.num_requests, 3);
  EXPECT_DOUBLE_EQ(entry.total_response_time.real(), 1523.95);
  EXPECT_EQ(*entry.min_response_time, Number(3));
  EXPECT_EQ(entry.max_response_time, Number(1500.7));
  EXPECT_DOUBLE_EQ(entry.avg_content_length().real(), 100.0);
}

TEST(StatsEntry, KeepsWholeResponseTimesWhole) {
  const StatsEntry entry = entry_with({1500, 20});
  EXPECT_TRUE(entry.total_response_time.is_whole());
  EXPECT_TRUE(entry.min_response_time->is_whole());
  EXPECT_TRUE(entry.max_response_time.is_whole());
  EXPECT_FALSE(entry_with({1500, 20.0}).total_response_time.is_whole());
}

TEST(StatsEntry, HoldsTheMedianBetweenTheExactExtremes) {
  EXPECT_EQ(entry_with({1500.7}).median_response_time(), Number(1500.7));
  EXPECT_EQ(entry_with({1500.7}).response_time_percentile(0.5), Number(1500));
  EXPECT_EQ(entry_with({1449.0}).median_response_time(), Number(1449.0));
  EXPECT_EQ(entry_with({}).median_response_time(), Number(0));
}

TEST(StatsEntry, LeavesRequestsWithoutATimeOutOfAveragesAndPercentiles) {
  StatsEntry entry = entry_with({10, 30});
  for (int i = 0; i < 8; ++i) entry.log({std::nullopt, 0, kStart, std::nullopt}, 10);
  EXPECT_EQ(entry.num_requests, 10);
  EXPECT_EQ(entry.num_none_requests, 8);
  EXPECT_DOUBLE_EQ(entry.avg_response_time(), 20.0);
  EXPECT_EQ(entry.response_time_percentile(0.4), Number(10));
}

TEST(StatsEntry, FilesATimeUnderTheModelsOwnBucketWhenGiven) {
  StatsEntry entry("/", "GET", false, kStart);
  entry.log({17.3, 0, kStart, Number(12.5)}, 10);
  EXPECT_EQ(entry.response_time_percentile(1), Number(12.5));
  EXPECT_EQ(entry.max_response_time, Number(17.3));
}

TEST(StatsEntry, CountsAFailureRatioOfOneWithoutRequests) {
  StatsEntry entry("/", "GET", false, kStart);
  EXPECT_DOUBLE_EQ(entry.fail_ratio(), 0.0);
  entry.log_error(kStart);
  EXPECT_DOUBLE_EQ(entry.fail_ratio(), 1.0);
}

TEST(StatsEntry, TakesCurrentRatesFromTenSecondsThatEndBeforeTheLastRequest) {
  StatsEntry entry("/", "GET", false, 0.5);
  for (int second = 0; second <= 30; ++second) {
    for (int i = 0; i < second; ++i) entry.log({1, 0, second + 0.5, std::nullopt}, 10);
  }
  // Seconds 18 to 27.
  EXPECT_DOUBLE_EQ(entry.current_rps(entry.span()).real(), 22.5);
  EXPECT_DOUBLE_EQ(entry.total_rps(entry.span()), 465.0 / 30.0);
  EXPECT_EQ(entry.current_rps({0.5, std::nullopt}), Number(0));
  EXPECT_DOUBLE_EQ(entry.total_rps({30.5, 30.5}), 0.0);
}

TEST(StatsEntry, ComputesCurrentPercentilesFromWhatCameSinceTheSnapshot) {
  StatsEntry entry("/", "GET", true, 100.0);
  for (int second = 100; second < 120; ++second) {
    entry.log({second < 110 ? 10 : 500, 0, second + 0.5, std::nullopt}, 10);
  }
  EXPECT_EQ(*entry.current_response_time_percentile(0.5, 120.0, 10), Number(500));
  EXPECT_EQ(*entry.current_response_time_percentile(0.0, 120.0, 10), Number(500));
  EXPECT_EQ(entry.response_time_percentile(0.0), Number(10));
  EXPECT_FALSE(entry.current_response_time_percentile(0.5, 200.0, 10).has_value());
}

TEST(StatsEntry, KeepsTwentySnapshots) {
  StatsEntry entry("/", "GET", true, 100.0);
  for (int second = 100; second < 200; ++second) entry.log({1, 0, second + 0.5, std::nullopt}, 10);
  ASSERT_EQ(entry.cache.snapshots().size(), 20U);
  EXPECT_EQ(entry.cache.snapshots().back().second, 198);
  EXPECT_EQ(entry.cache.snapshots().back().num_requests, 99);
  EXPECT_EQ(entry.cache.snapshots().front().second, 179);
}

TEST(StatsEntry, AddsAnotherEntryAndWidensTheSpan) {
  StatsEntry entry = entry_with({10.0, 20.0});
  StatsEntry other("/", "GET", false, kStart - 100);
  other.log({5.0, 7, kStart + 50, std::nullopt}, 10);
  other.log_error(kStart + 50);
  entry.extend(other, 10);
  EXPECT_EQ(entry.num_requests, 3);
  EXPECT_EQ(entry.num_failures, 1);
  EXPECT_EQ(*entry.min_response_time, Number(5.0));
  EXPECT_DOUBLE_EQ(entry.start_time, kStart - 100);
  EXPECT_DOUBLE_EQ(*entry.last_request_timestamp, kStart + 50);
  EXPECT_EQ(entry.requests_per_second.count(1050), 1);
  EXPECT_EQ(entry.response_times.count(5), 1);
}

TEST(StatsEntry, ResetsToNothingFromNowOn) {
  StatsEntry entry = entry_with({10.0});
  entry.log_error(kStart);
  entry.reset(2000.0);
  EXPECT_EQ(entry.num_requests, 0);
  EXPECT_EQ(entry.num_failures, 0);
  EXPECT_TRUE(entry.response_times.empty());
  EXPECT_FALSE(entry.min_response_time.has_value());
  EXPECT_FALSE(entry.last_request_timestamp.has_value());
  EXPECT_DOUBLE_EQ(entry.start_time, 2000.0);
}

TEST(StatsEntry, TellsTimesThatNoBucketCanHold) {
  EXPECT_TRUE(loggable(1e15));
  EXPECT_FALSE(loggable(std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(loggable(std::numeric_limits<double>::quiet_NaN()));
}

}  // namespace
}  // namespace nest::stats

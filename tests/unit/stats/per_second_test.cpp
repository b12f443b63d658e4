#include "stats/per_second.h"

#include <gtest/gtest.h>

namespace nest::stats {
namespace {

TEST(PerSecond, AveragesOverEverySecondOfTheRangeNotOnlyThoseWithTraffic) {
  PerSecond counts;
  counts.add(100, 6);
  counts.add(103, 4);
  EXPECT_DOUBLE_EQ(counts.mean(100, 105), 2.0);
  EXPECT_DOUBLE_EQ(counts.mean(101, 103), 0.0);
  EXPECT_DOUBLE_EQ(counts.mean(105, 100), 0.0);
}

TEST(PerSecond, CountsUnderAClockThatStepsBack) {
  PerSecond counts;
  for (const int second : {100, 101, 90, 101, 90, 95}) counts.add(second);
  EXPECT_EQ(counts.count(90), 2);
  EXPECT_EQ(counts.count(95), 1);
  EXPECT_EQ(counts.count(101), 2);
  EXPECT_EQ(counts.counts().front().second, 90);
}

TEST(PerSecond, ForgetsTheOldestSecondsOfALongRunAndKeepsTheNewest) {
  PerSecond counts;
  const int days_of_seconds = 3 * 86400;
  for (int second = 0; second < days_of_seconds; ++second) counts.add(second, 5);
  EXPECT_LE(counts.counts().size(), PerSecond::kMaxSeconds + 600);
  EXPECT_GE(counts.counts().size(), PerSecond::kMaxSeconds);
  EXPECT_DOUBLE_EQ(counts.mean(days_of_seconds - 3600, days_of_seconds), 5.0);
}

TEST(PerSecond, GivesUpWhatItMayKeepNoMore) {
  PerSecond counts;
  for (int second = 0; second < 10000; ++second) counts.add(second);
  for (int second = 10000; second < 11000; ++second) counts.add(second, 1, PerSecond::kMinSeconds);
  EXPECT_LE(counts.counts().size(), 2 * PerSecond::kMinSeconds);
  EXPECT_GE(counts.counts().size(), PerSecond::kMinSeconds);
  EXPECT_EQ(counts.counts().back().second, 10999);
  EXPECT_DOUBLE_EQ(counts.mean(10960, 11000), 1.0);
}

TEST(PerSecond, StaysBoundedWhenOldSecondsArriveLast) {
  PerSecond counts;
  for (int second = 100000; second > 0; --second) counts.add(second);
  EXPECT_LE(counts.counts().size(), PerSecond::kMaxSeconds + 600);
  EXPECT_EQ(counts.count(100000), 1);
}

TEST(PerSecond, RemovesASecondThatIsSetToZero) {
  PerSecond counts;
  counts.set(7, 3);
  counts.set(7, 0);
  EXPECT_TRUE(counts.counts().empty());
}

}  // namespace
}  // namespace nest::stats

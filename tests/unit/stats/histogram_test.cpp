#include "stats/histogram.h"

#include <gtest/gtest.h>

#include "stats/bucket.h"

namespace nest::stats {
namespace {

std::vector<std::pair<double, std::int64_t>> pairs(const std::vector<Bucket>& buckets) {
  std::vector<std::pair<double, std::int64_t>> out;
  for (const Bucket& bucket : buckets) out.emplace_back(bucket.key.real(), bucket.count);
  return out;
}

using Pairs = std::vector<std::pair<double, std::int64_t>>;

TEST(Histogram, GivesBackEveryKeyThatLocustsRoundingProduces) {
  for (int time_ms = 0; time_ms <= 100000; time_ms += 1) {
    const Number key = bucket_response_time(time_ms);
    Histogram histogram;
    histogram.add(key);
    ASSERT_EQ(pairs(histogram.buckets()), (Pairs{{key.real(), 1}}));
    ASSERT_EQ(histogram.count(key), 1);
  }
}

TEST(Histogram, ListsBucketsByAscendingKeyWhateverTheirKind) {
  Histogram histogram;
  for (const Number key :
       {Number(1235000), Number(50), Number(12.5), Number(-3), Number(777), Number(60000)}) {
    histogram.add(key, 2);
  }
  EXPECT_EQ(pairs(histogram.buckets()),
            (Pairs{{-3, 2}, {12.5, 2}, {50, 2}, {777, 2}, {60000, 2}, {1235000, 2}}));
}

TEST(Histogram, HoldsAnIntAndAnEqualFloatOnceAsWhicheverCameFirst) {
  Histogram histogram;
  histogram.add(Number(10));
  histogram.add(Number(10.0), 2);
  histogram.add(Number(20.0));
  histogram.add(Number(20), 2);
  EXPECT_EQ(pairs(histogram.buckets()), (Pairs{{10, 3}, {20, 3}}));
  EXPECT_TRUE(histogram.buckets()[0].key.is_whole());
  EXPECT_FALSE(histogram.buckets()[1].key.is_whole());
  EXPECT_EQ(histogram.count(Number(20)), 3);
  histogram.set(Number(10.0), 0);
  histogram.set(Number(20), 0);
  EXPECT_TRUE(histogram.empty());
}

TEST(Histogram, CountsAtTheNearestKeyWhenAModelsBucketsHaveNoEnd) {
  Histogram histogram;
  const auto most = static_cast<std::int64_t>(Histogram::kMostSparse);
  for (std::int64_t number = 0; number < 3 * most; ++number) {
    histogram.add(Number(100000.5 + static_cast<double>(number)));
    histogram.add(Number(50));  // has a place of its own whatever there is
  }
  const std::vector<Bucket> buckets = histogram.buckets();
  ASSERT_EQ(buckets.size(), Histogram::kMostSparse + 1);
  EXPECT_EQ(buckets.front().count, 3 * most);
  EXPECT_EQ(buckets.back().count, 1 + 2 * most);
  histogram.add(Number(100001.9));
  histogram.add(Number(100002.1));
  histogram.add(Number(61.5));
  EXPECT_EQ(histogram.count(Number(100001.5)), 2);
  EXPECT_EQ(histogram.count(Number(100002.5)), 2);
  EXPECT_EQ(histogram.count(Number(100000.5)), 2);
}

TEST(Histogram, IsEmptyOnceItsCountsAreGone) {
  Histogram histogram;
  EXPECT_TRUE(histogram.empty());
  histogram.set(50, 3);
  histogram.set(61, 3);
  histogram.set(1235000, 3);
  EXPECT_FALSE(histogram.empty());
  for (const int key : {50, 61, 1235000}) histogram.set(key, 0);
  EXPECT_TRUE(histogram.empty());
  histogram.add(5);
  histogram.clear();
  EXPECT_TRUE(histogram.empty());
  EXPECT_EQ(histogram.count(5), 0);
}

TEST(Percentile, IsTheLargestKeyWithAtMostThatShareBelow) {
  Histogram one_to_ten;
  for (int key = 1; key <= 10; ++key) one_to_ten.add(key);
  const auto buckets = one_to_ten.buckets();
  EXPECT_EQ(percentile(buckets, 10, 0), Number(1));
  EXPECT_EQ(percentile(buckets, 10, 0.5), Number(6));
  EXPECT_EQ(percentile(buckets, 10, 0.66), Number(7));
  EXPECT_EQ(percentile(buckets, 10, 0.9), Number(10));
  EXPECT_EQ(percentile(buckets, 10, 1), Number(10));
}

TEST(Percentile, IsZeroWithoutSamples) { EXPECT_EQ(percentile({}, 0, 0.5), Number(0)); }

TEST(Difference, LeavesOutBucketsThatDidNotChange) {
  Histogram old;
  old.add(10, 2);
  old.add(20, 1);
  Histogram latest = old;
  latest.add(20, 4);
  latest.add(30, 1);
  EXPECT_EQ(pairs(difference(latest.buckets(), old.buckets())), (Pairs{{20, 4}, {30, 1}}));
}

}  // namespace
}  // namespace nest::stats

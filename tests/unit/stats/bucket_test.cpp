#include "stats/bucket.h"

#include <gtest/gtest.h>

namespace nest::stats {
namespace {

struct Rounding {
  Number time_ms;
  std::int64_t bucket;
};

TEST(Bucket, RoundsTiesToTheEvenMultiple) {
  for (const auto& [time_ms, bucket] : {Rounding{0.5, 0},
                                        {1.5, 2},
                                        {2.5, 2},
                                        {105, 100},
                                        {115, 120},
                                        {125, 120},
                                        {145, 140},
                                        {995, 1000},
                                        {1050, 1000},
                                        {1150, 1200},
                                        {10500, 10000},
                                        {12500, 12000},
                                        {10500.0, 10000},
                                        {1050.0, 1000}}) {
    EXPECT_EQ(bucket_response_time(time_ms), bucket) << time_ms.real();
  }
}

TEST(Bucket, ComparesTheThresholdsWithTheUnroundedValue) {
  EXPECT_EQ(bucket_response_time(99.6), 100);
  EXPECT_EQ(bucket_response_time(994.9), 990);
  EXPECT_EQ(bucket_response_time(999.9), 1000);
  EXPECT_EQ(bucket_response_time(9999.0), 10000);
}

TEST(Bucket, TakesAValueAHairAboveATieUp) {
  EXPECT_EQ(bucket_response_time(105.00000000000001), 110);
  EXPECT_EQ(bucket_response_time(104.99999999999999), 100);
  EXPECT_EQ(bucket_response_time(1050.0000000000002), 1100);
}

TEST(Bucket, KeepsNegativeTimesOfBrokenClocks) {
  EXPECT_EQ(bucket_response_time(-3), -3);
  EXPECT_EQ(bucket_response_time(-2.5), -2);
  EXPECT_EQ(bucket_response_time(-1234.0), -1234);
}

}  // namespace
}  // namespace nest::stats

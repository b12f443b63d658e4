#include "base/clock.h"

#include <gtest/gtest.h>

#include <limits>

namespace nest {
namespace {

TEST(SecondsToDuration, KeepsFractions) {
  EXPECT_EQ(seconds_to_duration(1.5), std::chrono::milliseconds(1500));
  EXPECT_EQ(seconds_to_duration(1e-9), std::chrono::nanoseconds(1));
}

TEST(SecondsToDuration, GivesZeroForWhatIsNoWait) {
  EXPECT_EQ(seconds_to_duration(0), Duration::zero());
  EXPECT_EQ(seconds_to_duration(-1), Duration::zero());
  EXPECT_EQ(seconds_to_duration(std::numeric_limits<double>::quiet_NaN()), Duration::zero());
}

TEST(SecondsToDuration, ForEverCanBeAddedToNow) {
  const SteadyTime now = std::chrono::steady_clock::now();
  EXPECT_GT(now + seconds_to_duration(std::numeric_limits<double>::infinity()),
            now + std::chrono::hours(24 * 365));
}

}  // namespace
}  // namespace nest

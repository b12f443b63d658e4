#include "load/ramp.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace nest::load {
namespace {

using Seconds = Ramp::Seconds;

TEST(Ramp, TheFirstUserIsDueAtOnceAndTheOthersEvenlySpaced) {
  const Ramp ramp(0, 3, 2.0);
  EXPECT_EQ(ramp.due(Seconds(0)), 1U);
  EXPECT_EQ(ramp.due(Seconds(0.49)), 1U);
  EXPECT_EQ(ramp.due(Seconds(0.5)), 2U);
  EXPECT_EQ(ramp.due(Seconds(0.99)), 2U);
  EXPECT_EQ(ramp.due(Seconds(1)), 3U);
  EXPECT_EQ(ramp.due(Seconds(1e9)), 3U);
}

TEST(Ramp, SaysHowLongUntilTheNextAndWhenItIsComplete) {
  const Ramp ramp(0, 3, 2.0);
  EXPECT_DOUBLE_EQ(ramp.next_due(Seconds(0)).value().count(), 0.5);
  EXPECT_DOUBLE_EQ(ramp.next_due(Seconds(0.75)).value().count(), 0.25);
  EXPECT_FALSE(ramp.next_due(Seconds(1)).has_value());
}

TEST(Ramp, CountsStepsUpAndDownAlike) {
  const Ramp down(10, 4, 3.0);
  EXPECT_FALSE(down.upwards());
  EXPECT_EQ(down.steps(), 6U);
  EXPECT_EQ(down.due(Seconds(0)), 1U);
  EXPECT_EQ(down.due(Seconds(1)), 4U);
  const Ramp up(4, 10, 3.0);
  EXPECT_TRUE(up.upwards());
  EXPECT_EQ(up.steps(), 6U);
  EXPECT_EQ(up.due(Seconds(1)), 4U);
}

TEST(Ramp, HasNothingToDoWhenTheTargetIsReached) {
  const Ramp ramp(5, 5, 1.0);
  EXPECT_EQ(ramp.due(Seconds(10)), 0U);
  EXPECT_FALSE(ramp.next_due(Seconds(0)).has_value());
}

TEST(Ramp, BeforeItsBeginningNobodyIsDue) {
  const Ramp ramp(0, 5, 1.0);
  EXPECT_EQ(ramp.due(Seconds(-1)), 0U);
  EXPECT_DOUBLE_EQ(ramp.next_due(Seconds(-1)).value().count(), 1.0);
}

TEST(Ramp, SleepingForNextDueNeverFindsTheUserNotDueForWantOfRounding) {
  for (const double rate : {0.1, 0.3, 2.7, 3.0, 7.0, 33.3, 99.9, 1000.0, 12345.6}) {
    const Ramp ramp(0, 20000, rate);
    Seconds now(0);
    for (std::size_t user = 1; user < 20000; ++user) {
      ASSERT_EQ(ramp.due(now), user) << "rate " << rate;
      now += ramp.next_due(now).value();
    }
    EXPECT_EQ(ramp.due(now), 20000U);
    EXPECT_FALSE(ramp.next_due(now).has_value());
  }
}

TEST(Ramp, AHugeRateIsDueAllAtOnceAndALateCallerCatchesUp) {
  EXPECT_EQ(Ramp(0, 100000, 1e15).due(Seconds(0)), 100000U);
  EXPECT_EQ(Ramp(0, 1000, 10).due(Seconds(5)), 51U);
}

TEST(Ramp, AStepIsOneUserAtItsTime) {
  const Ramp ramp(0, 3, 2.0);
  EXPECT_EQ(ramp.step(0, Seconds(0)), 1U);
  EXPECT_DOUBLE_EQ(ramp.pause(1, Seconds(0), Seconds(0)).count(), 0.5);
  EXPECT_EQ(ramp.step(1, Seconds(0.4)), 0U);
  EXPECT_EQ(ramp.step(1, Seconds(0.5)), 1U);
  EXPECT_EQ(ramp.step(2, Seconds(1)), 1U);
  EXPECT_EQ(ramp.step(3, Seconds(9)), 0U);
  EXPECT_DOUBLE_EQ(ramp.pause(3, Seconds(9), Seconds(8)).count(), 0);
}

TEST(Ramp, AfterAStallItCatchesUpAtTwiceTheRate) {
  const Ramp ramp(0, 1000, 100.0);
  std::size_t done = 1;
  for (Seconds now(2); now < Seconds(3.99); now += ramp.pause(done, now, Seconds(0))) {
    ASSERT_EQ(ramp.step(done, now), 1U);
    ++done;
    ASSERT_NEAR(ramp.pause(done, now, Seconds(0)).count(), 0.005, 1e-9);
  }
  EXPECT_NEAR(static_cast<double>(done), 400, 1);
  EXPECT_EQ(ramp.step(done, Seconds(4.1)), 1U);
  EXPECT_NEAR(ramp.pause(411, Seconds(4.1), Seconds(0)).count(), 0.01, 1e-9);
}

TEST(Ramp, CatchesUpAlsoWhereThereIsTooMuchElseToDo) {
  const Ramp ramp(0, 1000, 100.0);
  EXPECT_EQ(ramp.step(1, Seconds(2)), 1U);
  EXPECT_EQ(ramp.step(2, Seconds(2.25), Seconds(0.25)), 50U);
  EXPECT_EQ(ramp.step(225, Seconds(2.25), Seconds(0.25)), 1U);
}

TEST(Ramp, AHighRateIsHeldByStepsOfManyUsersAndWithoutAPauseIfTheyTakeTheirTime) {
  const Ramp ramp(0, 100000, 10000.0);
  EXPECT_EQ(ramp.step(0, Seconds(1)), 10U);
  EXPECT_DOUBLE_EQ(ramp.pause(10, Seconds(1), Seconds(0)).count(), 0.0005);
  EXPECT_DOUBLE_EQ(ramp.pause(10, Seconds(1), Seconds(0.002)).count(), 0);
  EXPECT_EQ(Ramp(0, 100000, 1e15).step(10, Seconds(1)), 99990U);
}

TEST(Ramp, RefusesARateThatIsNotPositive) {
  EXPECT_THROW(Ramp(0, 1, 0), std::invalid_argument);
  EXPECT_THROW(Ramp(0, 1, -1), std::invalid_argument);
  EXPECT_THROW(Ramp(0, 1, std::numeric_limits<double>::infinity()), std::invalid_argument);
  EXPECT_THROW(Ramp(0, 1, std::numeric_limits<double>::quiet_NaN()), std::invalid_argument);
}

}  // namespace
}  // namespace nest::load

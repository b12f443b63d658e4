#include "sched/thread_use.h"

#include <gtest/gtest.h>

namespace nest::sched {
namespace {

using std::chrono::milliseconds;

class ThreadUseTest : public ::testing::Test {
 protected:
  void turn(ThreadUse::Account account, int ms) {
    use_.begin_turn(account);
    pass(ms);
    use_.end_turn(clock_.now());
  }
  void pass(int ms) { clock_.advance(milliseconds(ms)); }

  SimulatedClock clock_;
  ThreadUse use_;
};

TEST_F(ThreadUseTest, PutsEachTurnDownToItsAccount) {
  const auto a = use_.open();
  const auto b = use_.open();
  use_.begin_series(clock_.now());
  turn(a, 5);
  turn(b, 1);
  turn(a, 2);
  turn(ThreadUse::kOthers, 4);
  EXPECT_EQ(use_.uses()[a].turns, 2);
  EXPECT_EQ(use_.uses()[a].sum, milliseconds(7));
  EXPECT_EQ(use_.uses()[a].longest, milliseconds(5));
  EXPECT_EQ(use_.uses()[b].sum, milliseconds(1));
  EXPECT_EQ(use_.uses()[ThreadUse::kOthers].sum, milliseconds(4));
}

TEST_F(ThreadUseTest, CountsNothingBetweenSeries) {
  const auto a = use_.open();
  use_.begin_series(clock_.now());
  turn(a, 1);
  pass(100);
  use_.begin_series(clock_.now());
  turn(a, 1);
  EXPECT_EQ(use_.uses()[a].sum, milliseconds(2));
}

TEST_F(ThreadUseTest, ATaskThatBeginsEndsTheTurnOfTheOneBefore) {
  const auto before = use_.open();
  const auto after = use_.open();
  use_.begin_series(clock_.now());
  use_.begin_turn(before);
  pass(3);
  use_.change_turn(after, clock_.now());
  EXPECT_EQ(use_.account(), after);
  pass(1);
  use_.end_turn(clock_.now());
  EXPECT_EQ(use_.uses()[before].sum, milliseconds(3));
  EXPECT_EQ(use_.uses()[after].sum, milliseconds(1));
}

TEST_F(ThreadUseTest, ATurnThatGeventGaveIsTheProcessorTimeSinceTheLastTurn) {
  const auto a = use_.open();
  const auto b = use_.open();
  use_.begin_series(clock_.now());
  turn(a, 5);
  pass(1000);  // idle, but for 3 ms
  use_.end_unseen_turn(b, clock_.now(), milliseconds(5 + 3));
  pass(2);
  use_.end_unseen_turn(a, clock_.now(), milliseconds(5 + 3 + 2));
  EXPECT_EQ(use_.uses()[b].sum, milliseconds(3));
  EXPECT_EQ(use_.uses()[a].sum, milliseconds(5 + 2));
}

TEST_F(ThreadUseTest, WhatTheLoopUsedLongBeforeIsNotOfATurnThatGeventGave) {
  const auto a = use_.open();
  for (int i = 0; i < 10; ++i) {  // 4 ms each, and 1 ms of the loop's own in between
    use_.begin_series(clock_.now());
    turn(ThreadUse::kOthers, 4);
    pass(1);
  }
  use_.end_unseen_turn(a, clock_.now(), milliseconds(50));
  EXPECT_EQ(use_.uses()[a].longest, milliseconds(1));
  use_.begin_series(clock_.now());
  turn(ThreadUse::kOthers, 10);  // in which the thread waited for a processor
  use_.end_unseen_turn(a, clock_.now(), milliseconds(52));
  EXPECT_EQ(use_.uses()[a].sum, milliseconds(1)) << "never less than nothing";
}

}  // namespace
}  // namespace nest::sched

#include "sched/timer_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>

namespace nest::sched {
namespace {

using std::chrono::milliseconds;

const SteadyTime kStart{std::chrono::hours(1)};

SteadyTime at(int ms) { return kStart + milliseconds(ms); }

// The first moment at which a timer of `when` is due.
SteadyTime due_moment(SteadyTime when) {
  const Duration rest = when.time_since_epoch() % TimerQueue::kTick;
  return rest == Duration::zero() ? when : when - rest + TimerQueue::kTick;
}

std::vector<std::uint64_t> payloads_due(TimerQueue& queue, SteadyTime now) {
  std::vector<TimerQueue::Due> due;
  queue.pop_due(now, due);
  std::vector<std::uint64_t> payloads;
  for (const auto& timer : due) payloads.push_back(timer.payload);
  return payloads;
}

TEST(TimerQueue, AnEmptyQueueHasNothingNextAndNothingDue) {
  TimerQueue queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.next().has_value());
  EXPECT_TRUE(payloads_due(queue, at(0)).empty());
}

TEST(TimerQueue, TimersComeOutEarliestFirstAndOnlyWhenDue) {
  TimerQueue queue;
  queue.add(at(30), 3);
  queue.add(at(10), 1);
  queue.add(at(20), 2);
  EXPECT_TRUE(payloads_due(queue, at(9)).empty());
  EXPECT_EQ(payloads_due(queue, at(21)), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_TRUE(payloads_due(queue, at(29)).empty());
  EXPECT_EQ(payloads_due(queue, at(1000)), (std::vector<std::uint64_t>{3}));
}

TEST(TimerQueue, ATimerIsNeverEarlyAndAtMostATickLate) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 10000; ++i) {
    TimerQueue queue;
    std::vector<TimerQueue::Due> due;
    queue.pop_due(kStart + Duration(random() % 1'000'000), due);
    const SteadyTime when = kStart + milliseconds(1) + Duration(random() % (std::uint64_t{1} << (i % 50)));
    queue.add(when, 1);
    const SteadyTime moment = due_moment(when);
    EXPECT_TRUE(payloads_due(queue, moment - Duration(1)).empty());
    EXPECT_EQ(payloads_due(queue, moment).size(), 1U);
    EXPECT_LT(moment - when, TimerQueue::kTick);
  }
}

// Who sleeps until next() and pops then gets every timer at its moment, after a few looks at the most.
TEST(TimerQueue, NextIsNeverLateAndSeldomForNothing) {
  for (const Duration wait :
       {Duration(milliseconds(1)), Duration(milliseconds(999)), Duration(std::chrono::hours(20)),
        Duration(std::chrono::hours(24 * 365 * 31))}) {
    TimerQueue queue;
    std::vector<TimerQueue::Due> due;
    SteadyTime now = at(0);
    queue.pop_due(now, due);
    queue.add(now + wait, 1);
    int looks = 0;
    while (due.empty()) {
      ASSERT_TRUE(queue.next().has_value());
      ASSERT_GT(*queue.next(), now);
      now = *queue.next();
      queue.pop_due(now, due);
      ASSERT_LE(++looks, 8);
    }
    EXPECT_EQ(now, due_moment(at(0) + wait));
  }
}

TEST(TimerQueue, ATimeInThePastIsDueAtOnceEvenBeforeTheFirstLook) {
  TimerQueue queue;
  queue.add(SteadyTime(Duration(-5)), 1);
  EXPECT_EQ(payloads_due(queue, at(10)), (std::vector<std::uint64_t>{1}));
  queue.add(at(3), 2);
  ASSERT_TRUE(queue.next().has_value());
  EXPECT_LE(*queue.next(), at(10));
  EXPECT_EQ(payloads_due(queue, at(10)), (std::vector<std::uint64_t>{2}));
}

TEST(TimerQueue, TimersOfOneInstantComeOutInTheOrderTheyWereAdded) {
  TimerQueue queue;
  std::vector<std::uint64_t> expected;
  for (std::uint64_t i = 0; i < 100; ++i) {
    queue.add(at(5), i);
    expected.push_back(i);
  }
  EXPECT_EQ(payloads_due(queue, at(6)), expected);
}

// Some of them have been moved to a finer wheel before the others are added.
TEST(TimerQueue, TimersOfOneInstantKeepTheirOrderHoweverEarlyTheyWereAdded) {
  TimerQueue queue;
  std::vector<std::uint64_t> expected;
  for (std::uint64_t i = 0; i < 100; ++i) {
    EXPECT_TRUE(payloads_due(queue, at(static_cast<int>(i * 100))).empty());
    queue.add(at(10000), i);
    expected.push_back(i);
  }
  EXPECT_EQ(payloads_due(queue, at(10001)), expected);
}

TEST(TimerQueue, PopDueAppendsAndSaysHowMany) {
  TimerQueue queue;
  std::vector<TimerQueue::Due> due;
  const TimerId first = queue.add(at(1), 1);
  EXPECT_EQ(queue.pop_due(at(2), due), 1U);
  const TimerId second = queue.add(at(1), 2);
  EXPECT_EQ(queue.pop_due(at(2), due), 1U);
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0].id, first);
  EXPECT_EQ(due[1].id, second);
}

TEST(TimerQueue, ACancelledTimerNeverFiresAndIsForgottenAtOnce) {
  TimerQueue queue;
  const TimerId id = queue.add(at(10), 1);
  queue.add(at(20), 2);
  EXPECT_TRUE(queue.pending(id));
  EXPECT_TRUE(queue.cancel(id));
  EXPECT_FALSE(queue.pending(id));
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(payloads_due(queue, at(100)), (std::vector<std::uint64_t>{2}));
}

TEST(TimerQueue, AStaleIdIsHarmlessEvenWhenItsSlotIsUsedAgain) {
  TimerQueue queue;
  const TimerId cancelled = queue.add(at(10), 1);
  EXPECT_TRUE(queue.cancel(cancelled));
  EXPECT_FALSE(queue.cancel(cancelled));
  const TimerId second = queue.add(at(10), 2);
  EXPECT_NE(cancelled, second);
  EXPECT_FALSE(queue.cancel(cancelled));
  EXPECT_EQ(payloads_due(queue, at(11)), (std::vector<std::uint64_t>{2}));
  EXPECT_FALSE(queue.cancel(second));
  queue.add(at(10), 3);
  EXPECT_FALSE(queue.cancel(second));
  EXPECT_EQ(queue.size(), 1U);
}

TEST(TimerQueue, NoneAndInventedIdsAreNeverPending) {
  TimerQueue queue;
  EXPECT_FALSE(queue.cancel(TimerId::kNone));
  EXPECT_NE(queue.add(at(1), 0), TimerId::kNone);
  EXPECT_FALSE(queue.cancel(TimerId::kNone));
  EXPECT_FALSE(queue.cancel(static_cast<TimerId>(UINT64_MAX)));
  EXPECT_EQ(queue.size(), 1U);
}

// Random adding, cancelling and popping must agree with a sorted map at every step.
TEST(TimerQueue, AgreesWithASortedMapOverRandomOperations) {
  TimerQueue queue;
  std::map<std::pair<SteadyTime, std::uint64_t>, TimerId> model;
  std::vector<std::pair<SteadyTime, std::uint64_t>> keys;
  std::mt19937 random(42);
  SteadyTime now = kStart;
  std::uint64_t added = 0;
  for (int step = 0; step < 20000; ++step) {
    const auto choice = random() % 10;
    if (choice < 5) {
      // From microseconds to minutes.
      const Duration wait(random() % (std::uint64_t{1} << (10 + random() % 28)));
      const TimerId id = queue.add(now + wait, added);
      keys.emplace_back(due_moment(now + wait), added++);
      model.emplace(keys.back(), id);
    } else if (choice < 8 && !keys.empty()) {
      const auto index = random() % keys.size();
      std::swap(keys[index], keys.back());
      const auto it = model.find(keys.back());
      keys.pop_back();
      if (it == model.end()) continue;  // fired before
      ASSERT_TRUE(queue.cancel(it->second));
      model.erase(it);
    } else {
      now += Duration(random() % (std::uint64_t{1} << (10 + random() % 24)));
      std::vector<std::uint64_t> expected;
      while (!model.empty() && model.begin()->first.first <= now) {
        expected.push_back(model.begin()->first.second);
        model.erase(model.begin());
      }
      ASSERT_EQ(payloads_due(queue, now), expected);
    }
    ASSERT_EQ(queue.size(), model.size());
    ASSERT_EQ(queue.next().has_value(), !model.empty());
    if (!model.empty()) {
      ASSERT_LE(*queue.next(), model.begin()->first.first);
    }
  }
}

TEST(TimerQueue, HoldsAHundredThousandSleepersThatAreCancelledOneByOne) {
  TimerQueue queue;
  std::vector<TimerId> ids;
  std::mt19937 random(7);
  for (std::uint64_t i = 0; i < 100000; ++i)
    ids.push_back(queue.add(at(static_cast<int>(random() % 60000)), i));
  EXPECT_EQ(queue.size(), 100000U);
  std::shuffle(ids.begin(), ids.end(), random);
  for (const TimerId id : ids) ASSERT_TRUE(queue.cancel(id));
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.next().has_value());
}

}  // namespace
}  // namespace nest::sched

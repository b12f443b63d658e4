#include "sched/stall_watch.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace nest::sched {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kDeadline = seconds(30);

class Reports {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }

  bool wait_for(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kDeadline, [&] { return count_ >= count; });
  }

  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

TEST(StallWatch, ReportsAThreadThatDoesNotBeat) {
  Reports reports;
  const StallWatch watch(milliseconds(4), [&] { reports.add(); });
  EXPECT_TRUE(reports.wait_for(1));
}

TEST(StallWatch, ReportsAStallOnceAndTheNextOneAgain) {
  Reports reports;
  StallWatch watch(milliseconds(4), [&] { reports.add(); });
  ASSERT_TRUE(reports.wait_for(1));
  // A second watch marks a time in which the first one has had every opportunity to report again.
  Reports other;
  for (int i = 1; i <= 3; ++i) {
    StallWatch later(milliseconds(4), [&] { other.add(); });
    ASSERT_TRUE(other.wait_for(i));
  }
  EXPECT_EQ(reports.count(), 1);
  watch.beat();
  EXPECT_TRUE(reports.wait_for(2));
}

TEST(StallWatch, ReportsAStallAgainWhenAsked) {
  Reports reports;
  StallWatch watch(milliseconds(4), [&] { reports.add(); });
  ASSERT_TRUE(reports.wait_for(1));
  watch.look_again();
  EXPECT_TRUE(reports.wait_for(2));
}

TEST(StallWatch, IsSilentWhileTheThreadBeats) {
  Reports reports;
  StallWatch watch(seconds(20), [&] { reports.add(); });
  Reports other;
  const StallWatch later(milliseconds(4), [&] { other.add(); });
  ASSERT_TRUE(other.wait_for(1));
  watch.beat();
  EXPECT_EQ(reports.count(), 0);
}

TEST(StallWatch, EndsAtOnceHoweverLongItsLimit) {
  Reports reports;
  const auto begin = std::chrono::steady_clock::now();
  {
    const StallWatch watch(std::chrono::hours(1), [&] { reports.add(); });
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kDeadline);
  EXPECT_EQ(reports.count(), 0);
}

}  // namespace
}  // namespace nest::sched

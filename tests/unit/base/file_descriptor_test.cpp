#include "base/file_descriptor.h"

#include <gtest/gtest.h>
#include <poll.h>

namespace nest {
namespace {

bool readable(int fd, int timeout_ms) {
  pollfd poller{fd, POLLIN, 0};
  return ::poll(&poller, 1, timeout_ms) == 1;
}

TEST(WakeFd, IsReadableFromWakeToClear) {
  const WakeFd wake;
  EXPECT_FALSE(readable(wake.fd(), 0));
  wake.wake();
  wake.wake();
  EXPECT_TRUE(readable(wake.fd(), 0));
  wake.clear();
  EXPECT_FALSE(readable(wake.fd(), 0));
}

TEST(TimerFd, FiresForAPastMomentAndStaysQuietOnceDisarmed) {
  TimerFd timer;
  EXPECT_FALSE(readable(timer.fd(), 0));
  timer.set(std::chrono::steady_clock::now() - std::chrono::seconds(1));
  EXPECT_TRUE(readable(timer.fd(), 5000));
  timer.set(SteadyTime::max());
  EXPECT_FALSE(readable(timer.fd(), 0));
}

TEST(TimerFd, SettingALaterMomentTakesBackAnExpiry) {
  TimerFd timer;
  timer.set(std::chrono::steady_clock::now() - std::chrono::seconds(1));
  EXPECT_TRUE(readable(timer.fd(), 5000));
  timer.set(std::chrono::steady_clock::now() + std::chrono::hours(1));
  EXPECT_FALSE(readable(timer.fd(), 0));
}

}  // namespace
}  // namespace nest

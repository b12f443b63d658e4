// Time as the engine sees it. One monotonic clock for durations and deadlines, one wall clock for reports.
#pragma once

#include <time.h>

#include <algorithm>
#include <chrono>

namespace nest {

// Monotonic. Readings of different threads compare.
using SteadyTime = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;

// The seam for tests: pure parts ask a Clock, never the system.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime now() const = 0;
};

class SystemClock final : public Clock {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }
};

// Time that moves only when a test says so.
class SimulatedClock final : public Clock {
 public:
  SteadyTime now() const override { return now_; }
  void advance(Duration by) { now_ += by; }

 private:
  SteadyTime now_{std::chrono::hours(1)};
};

// What the calling thread has used of a processor.
inline Duration thread_processor_time() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + Duration(used.tv_nsec);
}

// Seconds since the Unix epoch, with fractions, as Python's time.time().
inline double wall_time_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

inline double to_milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// Saturates: a wait for ever is a wait of 31 years, which can be added to any moment without an overflow. NaN
// and negative values give zero.
inline Duration seconds_to_duration(double seconds) {
  constexpr double kForever = 1e9;
  if (!(seconds > 0)) return Duration::zero();
  return Duration(static_cast<Duration::rep>(std::min(seconds, kForever) * 1e9));
}

}  // namespace nest

// When each user of a ramp is due: user k, counted from 0, k / rate seconds after the beginning, the first at
// once. Evenly paced, up and down alike (Locust starts groups of floor(rate) users at a time instead).
// A value: reads no clock, keeps no progress.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace nest::load {

class Ramp {
 public:
  using Seconds = std::chrono::duration<double>;

  // From `current` users to `target`, `rate` of them per second. Throws std::invalid_argument unless the rate
  // is finite and greater than 0.
  Ramp(std::size_t current, std::size_t target, double rate);

  // How many users should have been started (or stopped, on the way down) `elapsed` after the beginning.
  std::size_t due(Seconds elapsed) const;

  // How long until due() grows; empty if it never will, because the ramp is complete.
  std::optional<Seconds> next_due(Seconds elapsed) const;

  // How many users to start now if `done` have been. Whoever is late catches up at twice the rate instead of
  // starting all at once that are due: one at a time, or what makes half a millisecond. But where the step
  // before was late already and is `since_last` ago, because there is too much else to do, what makes that.
  std::size_t step(std::size_t done, Seconds elapsed, Seconds since_last = Seconds(0)) const;

  // How long to wait for the next step, the last one being `since_last` ago; zero if there is none.
  Seconds pause(std::size_t done, Seconds elapsed, Seconds since_last) const;

  // The number of users to start or stop in all.
  std::size_t steps() const { return steps_; }
  bool upwards() const { return upwards_; }

 private:
  std::size_t steps_;
  bool upwards_;
  double rate_;
};

}  // namespace nest::load

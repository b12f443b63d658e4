#include "load/ramp.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace nest::load {

namespace {

// A user is due this much early, so that whoever sleeps for next_due() finds it due in spite of rounding.
constexpr double kSlack_s = 1e-9;

constexpr double kCatchingUp = 2;  // times the rate
constexpr double kShortestStep_s = 0.5e-3;

}  // namespace

Ramp::Ramp(std::size_t current, std::size_t target, double rate)
    : steps_(target > current ? target - current : current - target),
      upwards_(target >= current),
      rate_(rate) {
  if (!std::isfinite(rate) || rate <= 0) {
    throw std::invalid_argument("the spawn rate must be finite and greater than 0");
  }
}

std::size_t Ramp::due(Seconds elapsed) const {
  if (!(elapsed.count() >= 0)) return 0;
  const double last = std::floor((elapsed.count() + kSlack_s) * rate_);
  if (last >= static_cast<double>(steps_)) return steps_;
  return std::min(steps_, static_cast<std::size_t>(last) + 1);
}

std::optional<Ramp::Seconds> Ramp::next_due(Seconds elapsed) const {
  const std::size_t next = due(elapsed);
  if (next == steps_) return std::nullopt;
  const double wait = static_cast<double>(next) / rate_ - elapsed.count();
  return Seconds(std::max(0.0, wait));
}

std::size_t Ramp::step(std::size_t done, Seconds elapsed, Seconds since_last) const {
  const std::size_t wanted = due(elapsed);
  if (wanted <= done) return 0;
  const double step_s = std::max(kShortestStep_s, since_last.count());
  const double most = std::max(1.0, std::floor((step_s + kSlack_s) * rate_ * kCatchingUp));
  const std::size_t behind = wanted - done;
  return most >= static_cast<double>(behind) ? behind : static_cast<std::size_t>(most);
}

Ramp::Seconds Ramp::pause(std::size_t done, Seconds elapsed, Seconds since_last) const {
  if (done >= due(elapsed)) return next_due(elapsed).value_or(Seconds(0));
  return std::max(Seconds(0), Seconds(std::max(kShortestStep_s, 1 / (rate_ * kCatchingUp))) - since_last);
}

}  // namespace nest::load

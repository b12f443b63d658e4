#include "stats/bucket.h"

#include <cmath>

namespace nest::stats {
namespace {

// The remainder is exact: value and every multiple are multiples of the value's last bit. Rounding value /
// step instead would take a value a hair above a tie for the tie.
std::int64_t to_even_multiple(double value, std::int64_t step) {
  const auto width = static_cast<double>(step);
  auto multiple = static_cast<std::int64_t>(value / width);
  double rest = value - static_cast<double>(multiple) * width;
  if (rest < 0) {  // the quotient was rounded up to a whole number
    --multiple;
    rest += width;
  }
  const bool up = 2 * rest > width || (2 * rest == width && multiple % 2 != 0);
  return (multiple + (up ? 1 : 0)) * step;
}

}  // namespace

std::int64_t bucket_response_time(const Number& response_time_ms) {
  const double value = response_time_ms.real();
  if (value < 100) {
    return response_time_ms.is_whole() ? response_time_ms.truncated()
                                       : static_cast<std::int64_t>(std::nearbyint(value));
  }
  if (value < 1000) return to_even_multiple(value, 10);
  if (value < 10000) return to_even_multiple(value, 100);
  return to_even_multiple(value, 1000);
}

}  // namespace nest::stats

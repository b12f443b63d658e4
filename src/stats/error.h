// One kind of failure: the same text for the same (method, name).
//
// Not thread-safe: written and read by the Python thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace nest::stats {

struct StatsError {
  std::string method;
  std::string name;
  std::string text;     // groups and is written to files; addresses of objects are masked
  std::string display;  // for people: a verdict of the model (response.failure("...")) as it was written
  std::int64_t occurrences = 0;
  std::optional<double> first_seen;  // Unix seconds
  std::optional<double> last_seen;

  void occurred(double now_s) {
    ++occurrences;
    if (!first_seen) first_seen = now_s;
    last_seen = now_s;
  }
};

}  // namespace nest::stats

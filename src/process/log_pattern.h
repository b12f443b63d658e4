// The regular expression of a readiness check on the output.
#pragma once

#include <regex>
#include <string>
#include <string_view>

namespace nest::process {

class LogPattern {
 public:
  // Looks at the beginning of a line only: a match can take time quadratic in its length.
  static constexpr size_t kSearchedBytes = 1000;

  // Throws std::regex_error.
  explicit LogPattern(const std::string& pattern);

  bool found_in(std::string_view line) const;

 private:
  std::regex regex_;
};

}  // namespace nest::process

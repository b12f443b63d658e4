// The regular expression of a readiness check on the output.
#pragma once

#include <regex>
#include <string>
#include <string_view>

namespace nest::process {

class LogPattern {
 public:
  // Throws std::regex_error.
  explicit LogPattern(const std::string& pattern) : regex_(pattern, kFlags) {}

  // Looks at the beginning of the line only: a match can take time quadratic in its length.
  static constexpr size_t kSearchedBytes = 1000;

  bool found_in(std::string_view line) const {
    line = line.substr(0, kSearchedBytes);
    return std::regex_search(line.begin(), line.end(), regex_);
  }

 private:
  // libstdc++'s default matcher recurses for every character and can need exponential time; this one does
  // neither, at the price of back-references, which it refuses.
  static constexpr auto kFlags = std::regex::ECMAScript
#ifdef __GLIBCXX__
                                 | std::regex_constants::__polynomial
#endif
      ;

  std::regex regex_;
};

}  // namespace nest::process

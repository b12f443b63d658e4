// g++ 12 takes a union inside std::regex for uninitialised when sanitizers are on.
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include "process/log_pattern.h"

namespace nest::process {

namespace {

// libstdc++'s default matcher recurses for every character and can need exponential time; this one does
// neither, at the price of back-references, which it refuses.
constexpr auto kFlags = std::regex::ECMAScript
#ifdef __GLIBCXX__
                        | std::regex_constants::__polynomial
#endif
    ;

// libstdc++ multiplies the digits of a count or a reference up without looking.
const std::string& without_long_numbers(const std::string& pattern) {
  constexpr size_t kMostDigits = 9;
  size_t digits = 0;
  bool counts = false;  // whether digits at this place are such a number
  for (const char c : pattern) {
    const bool is_digit = c >= '0' && c <= '9';
    digits = is_digit ? digits + 1 : 0;
    if (counts && digits > kMostDigits) throw std::regex_error(std::regex_constants::error_complexity);
    if (!is_digit) counts = c == '{' || c == '\\' || (counts && c == ',');
  }
  return pattern;
}

}  // namespace

LogPattern::LogPattern(const std::string& pattern) : regex_(without_long_numbers(pattern), kFlags) {}

bool LogPattern::found_in(std::string_view line) const {
  line = line.substr(0, kSearchedBytes);
  return std::regex_search(line.begin(), line.end(), regex_);
}

}  // namespace nest::process

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

}  // namespace

LogPattern::LogPattern(const std::string& pattern) : regex_(pattern, kFlags) {}

bool LogPattern::found_in(std::string_view line) const {
  line = line.substr(0, kSearchedBytes);
  return std::regex_search(line.begin(), line.end(), regex_);
}

}  // namespace nest::process

// Finds what somebody probably meant to write.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nest::cli {

// The number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate nearest to `word` without regard to case, or an empty string if none is near (about a third
// of the letters may differ). Of equally near candidates the first one wins.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace nest::cli

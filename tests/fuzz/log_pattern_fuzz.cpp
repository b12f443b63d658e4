// A pattern is refused or answers; one of letters is found where the text holds it.
#include "process/log_pattern.h"

#include <algorithm>
#include <optional>
#include <string>

#include "input.h"

namespace {

using nest::process::LogPattern;

std::optional<LogPattern> compile(const std::string& pattern) {
  try {
    return LogPattern(pattern);
  } catch (const std::regex_error&) {
    return std::nullopt;
  }
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// "pattern\ntext"
int run(nest::fuzz::Input input) {
  const std::string pattern(input.line());
  const std::string_view text = input.rest();
  const auto compiled = compile(pattern);
  const bool is_word = std::all_of(pattern.begin(), pattern.end(), is_letter);
  NEST_CHECK(compiled || !is_word, pattern);
  if (!compiled) return 0;
  const bool found = compiled->found_in(text);
  const std::string_view searched = text.substr(0, LogPattern::kSearchedBytes);
  NEST_CHECK(found == compiled->found_in(searched), pattern);
  if (is_word) NEST_CHECK(found == (searched.find(pattern) != std::string_view::npos), pattern);
  return 0;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return run({data, size}); }

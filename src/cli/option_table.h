// The one table of all options. The parser, the environment variables and --help are driven by it: a new
// option is a new row.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"

namespace nest::cli {

enum class Takes {
  kNothing,  // a flag
  kValue,    // one value; a later occurrence replaces an earlier one
  kValues,   // one value, every occurrence counts
  kWords,    // all words up to the next option, maybe none; a later occurrence replaces an earlier one
};

// Groups in the order of --help.
enum class Group { kModels, kLoad, kResults, kLogging, kOther };

struct OptionSpec {
  // All spellings that --help shows, e.g. {"-u", "--users"}.
  std::vector<std::string> names = {};
  // Further spellings that old scripts use.
  std::vector<std::string> legacy_names = {};
  // Environment variables; if several are set the first one counts.
  std::vector<std::string> environment = {};
  Takes takes = Takes::kNothing;
  std::string metavar = {};
  Group group = Group::kOther;
  // Not Locust's: does not exist when the binary is called `locust`.
  bool wrapper = false;
  // Only old Locust versions have it: a model may have an option of this name.
  bool old = false;
  // One paragraph for --help; empty: not shown.
  std::string help = {};
  // Called once for each value in order, for a flag with an empty value. Throws BadValue. Null: the option is
  // Locust's, but `missing` is not there yet.
  void (*set)(Options& options, const std::string& value) = nullptr;
  std::string missing = {};

  // The spelling by which errors name it, e.g. "-u/--users".
  std::string display_name() const;
  // Its first long name.
  const std::string& long_name() const;
};

// Every option, those that are known but not supported yet included.
const std::vector<OptionSpec>& option_table();

// The option spelled `name` ("-u", "--users", "--clients"), or null.
const OptionSpec* find_option(std::string_view name);

// The one option of Locust's with a long name that begins with `name` ("--us"), or null if there is none or
// more than one.
const OptionSpec* find_abbreviated(std::string_view name);

// Every long spelling of the dialect, for suggestions.
std::vector<std::string> all_long_names(const Dialect& dialect = {});

}  // namespace nest::cli

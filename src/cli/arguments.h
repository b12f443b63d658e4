// Splits an argument list into options, their values and positional words, by the rules of Python's argparse,
// which scripts written for Locust rely on: --name=value, a unique beginning of a long name, -nVALUE,
// -n=VALUE, joined flags (-yT), a value never looks like an option unless it is a negative number or has a
// space, "--" ends the options.
#pragma once

#include <string>
#include <vector>

#include "cli/option_table.h"

namespace nest::cli {

struct Occurrence {
  const OptionSpec* option;  // a row of option_table()
  std::vector<std::string> values;
};

struct Arguments {
  std::vector<Occurrence> options;
  std::vector<std::string> words;
  std::vector<std::string> extras;  // see Options::extras
};

// What the letter -T stands for; see Options.
enum class LetterT { kIncludeTasksets, kTags };

// Throws UsageError for an option that is not supported yet, a missing value, and a value for a flag. Stops
// at
// --help and --version: these are then the last option.
Arguments split_arguments(const std::vector<std::string>& args, LetterT letter_t,
                          const Dialect& dialect = {});

// The error text for arguments that nobody understands, with the nearest option there is: one of ours or of
// `further_names`.
std::string unrecognized_arguments(const std::vector<std::string>& args, const Dialect& dialect,
                                   const std::vector<std::string>& further_names = {});

}  // namespace nest::cli

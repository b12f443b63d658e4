// The texts of --help and --version, drawn from the option table, at most 80 columns wide.
#pragma once

#include <string>

#include "cli/options.h"

namespace nest::cli {

std::string help_text(const Dialect& dialect);
std::string init_help_text();
std::string version_text(const Dialect& dialect);

}  // namespace nest::cli

// The texts of --help and --version, drawn from the option table, at most 80 columns wide.
#pragma once

#include <string>

namespace nest::cli {

std::string help_text();
std::string init_help_text();
std::string version_text();

}  // namespace nest::cli

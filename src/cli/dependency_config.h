// Reads the "dependencies" of a configuration file.
#pragma once

#include <string>
#include <vector>

#include "cli/positioned_json.h"
#include "process/dependency_spec.h"

namespace nest::cli {

// `path` is the configuration file: errors name it, and working directories are relative to its folder, which
// is also where a helper process runs that has no "cwd". Throws UsageError.
std::vector<process::DependencySpec> read_dependencies(const JsonValue& list, const std::string& path);

// "unknown key 'x'" with the nearest of `known`, or all of them.
std::string unknown_key(const std::string& key, const std::vector<std::string>& known);

}  // namespace nest::cli

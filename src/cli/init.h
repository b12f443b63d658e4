// `locust-nest init`: writes the example project.
#pragma once

#include <filesystem>
#include <string>

namespace nest::cli {

// Creates `directory` if need be and the project in it. Returns what to print: the files and the command that
// runs them, ending with a newline. Throws UsageError, before it writes anything, if a file of the project
// exists already, and when something cannot be written.
std::string write_example_project(const std::filesystem::path& directory);

}  // namespace nest::cli

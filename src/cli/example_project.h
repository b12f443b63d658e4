// The files that `locust-nest init` writes.
#pragma once

#include <string>
#include <vector>

namespace nest::cli {

struct ProjectFile {
  std::string path;  // relative to the project, with forward slashes
  std::string text;
};

const std::vector<ProjectFile>& example_project();

}  // namespace nest::cli

#include "base/cores.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>

namespace nest {

namespace {

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

size_t cores_of_control_group(const std::string& groups, const std::string& root) {
  std::istringstream lines(groups);
  std::string folder;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0::")) folder = line.substr(3);
  }
  size_t cores = 0;
  // The limit of any group around it holds too.
  while (!folder.empty()) {
    std::istringstream limit(
        text_of(root + folder + "/cpu.max"));  // "max 100000", or microseconds in so many
    double quota = 0;
    double period = 0;
    if (limit >> quota >> period && quota > 0 && period > 0) {
      const auto allowed = static_cast<size_t>(std::ceil(quota / period));
      cores = cores == 0 ? allowed : std::min(cores, allowed);
    }
    folder.erase(folder.rfind('/'));
  }
  return cores;
}

size_t usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  // Fails where there are more processors than fit into a set.
  const bool is_told = ::sched_getaffinity(0, sizeof set, &set) == 0;
  const size_t cores = is_told ? static_cast<size_t>(CPU_COUNT(&set)) : std::thread::hardware_concurrency();
  const size_t allowed = cores_of_control_group(text_of("/proc/self/cgroup"), "/sys/fs/cgroup");
  return std::max<size_t>(allowed == 0 ? cores : std::min(cores, allowed), 1);
}

}  // namespace nest

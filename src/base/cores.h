// How many processors this process may use.
#pragma once

#include <cstddef>
#include <string>

namespace nest {

// Those that the calling thread may run on, or fewer if a control group (as of a container) allows less time:
// at least 1.
size_t usable_cores();

// The same of that group alone, rounded up; 0 for no limit. `groups` is the text of /proc/self/cgroup, `root`
// where the file system of control groups is mounted (version 2).
size_t cores_of_control_group(const std::string& groups, const std::string& root);

}  // namespace nest

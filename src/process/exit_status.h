// How a child process ended.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace nest::process {

// Looks at the child without collecting it, so that its id, and that of its process group, stay its own.
// Nothing while it runs; else "exited with status 3" or "was killed by signal 9 (SIGKILL)".
struct Ending {
  std::string description;
  // Other code of this process waited for any child and got ours (libev does): the id may soon be reused.
  bool collected_elsewhere = false;
};
std::optional<Ending> peek_ending(pid_t pid);

// Collects a child that has ended, or was sent SIGKILL: that may take a moment.
void reap(pid_t pid);

// Ends a child of ours for good; nothing if other code of this process has collected it.
void kill_and_reap(pid_t pid);

// Whether a process of the group still lives, other than `watch`: zombies do not count. False where /proc
// cannot be read.
bool group_is_alive(pid_t process_group, pid_t watch = -1);

}  // namespace nest::process

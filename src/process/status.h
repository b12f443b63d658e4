// What a Supervisor tells about one helper process.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace nest::process {

enum class State {
  kStarting,  // runs, and has not shown yet that it is ready
  kReady,
  kTimedOut,  // runs, and did not become ready in time
  kDied,      // ended without being asked to
  kStopping,
  kStopped,  // ended because we asked, or ended before and all that it had started was stopped
};

struct Status {
  std::string name;
  State state = State::kStarting;
  // kTimedOut, kDied: one line, "exited with status 1". kStopped: kept from before, or why it cannot be
  // stopped.
  std::string reason;
  bool required = true;
  pid_t pid = -1;
  // The latest lines that it printed, oldest first; kept for messages, so few and short.
  std::vector<std::string> last_output;

  bool operator==(const Status&) const = default;
};

}  // namespace nest::process

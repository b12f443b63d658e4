// Ends the process group of a helper when this program dies, in whatever way.
#pragma once

#include <sys/types.h>

namespace nest::process {

// Starts a small process that joins the group and does nothing but wait for the end of this program, to send
// SIGKILL to the group then. (The kernel's PR_SET_PDEATHSIG reaches the helper itself, not what it started.)
// It has every other signal blocked, so it ends exactly when the group is sent SIGKILL, by itself or by us.
//
// Returns its id, a child to be collected; -1 with errno set. REQUIRES: the group exists.
pid_t watch_group(pid_t process_group);

}  // namespace nest::process

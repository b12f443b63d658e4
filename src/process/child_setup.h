// What is done around a fork to make a child process, in a program that has other threads.
#pragma once

#include <sys/types.h>

#include <optional>

#include "base/file_descriptor.h"

namespace nest::process {

// A descriptor above standard error, so that dup2() in a child cannot overwrite it: `fd` itself, which is
// taken over, or a copy. Close-on-exec. Not valid, with errno set, if `fd` is not or there is none left.
FileDescriptor above_stdio(int fd);

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

// Both ends are close-on-exec and above standard error. Nothing, with errno set, if there are no descriptors.
std::optional<Pipe> make_pipe();

// fork(); all signals stay blocked in the child, which shares our handlers until the exec. -1 with errno set.
pid_t fork_with_signals_blocked();

// --- In the child, between fork and exec: async-signal-safe.

// No descriptor but the standard ones outlives the exec.
void close_on_exec_from_3();

}  // namespace nest::process

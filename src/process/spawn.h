// Starting one child process in a program that has other threads.
#pragma once

#include <sys/types.h>

#include "base/file_descriptor.h"
#include "process/dependency_spec.h"

namespace nest::process {

struct Spawned {
  pid_t pid = -1;         // also the id of its process group
  pid_t watch = -1;       // of the group: see group_watch.h. Ours to collect once the group was sent SIGKILL
  FileDescriptor pidfd;   // readable when the process has ended; not valid on kernels before 5.3
  FileDescriptor output;  // its standard output and standard error, in the order of writing; non-blocking
};

// Executes `spec.command` as the leader of a process group of its own: standard input is /dev/null, no other
// descriptor and no signal setting of ours is inherited. When this program dies, its whole group is sent
// SIGKILL; the kernel kills the process itself already when the calling thread ends, so call from a thread
// that lives as long as the program. Returns after the exec has succeeded; else throws UsageError, naming the
// dependency and the reason. Reads the environment: no other thread may change it meanwhile.
Spawned spawn(const DependencySpec& spec);

}  // namespace nest::process

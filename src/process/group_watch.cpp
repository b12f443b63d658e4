#include "process/group_watch.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "base/file_descriptor.h"
#include "process/child_setup.h"

namespace nest::process {

namespace {

// A pipe into which nobody writes: its reader sees the end of file when this program is gone. One for all
// helpers, for as long as the program lives; invalid descriptors if it cannot be made.
Pipe& lifeline() {
  static Pipe* const made = [] {
    // A forked copy of this program (multiprocessing in a model) may outlive it.
    ::pthread_atfork(nullptr, nullptr, [] { lifeline().write_end = FileDescriptor(); });
    auto pipe = make_pipe();
    return pipe ? new Pipe(std::move(*pipe)) : new Pipe;
  }();
  return *made;
}

// A shell rather than a copy of this program: that would keep all memory that it was copied with, and whoever
// kills this program by its name would kill the copy as well.
[[noreturn]] void run_watch(pid_t process_group, int input, int output) {
  static const char* const argv[] = {"sh", "-c", "read -r end; kill -s KILL 0 # the test is over", nullptr};
  static const char* const envp[] = {nullptr};
  if (::setpgid(0, process_group) != 0) ::_exit(126);
  if (::dup2(input, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(output, 2) < 0) ::_exit(126);
  close_on_exec_from_3();
  ::execve("/bin/sh", const_cast<char**>(argv), const_cast<char**>(envp));
  ::_exit(127);
}

}  // namespace

pid_t watch_group(pid_t process_group) {
  const int input = lifeline().read_end.get();
  if (input < 0) {
    errno = EMFILE;
    return -1;
  }
  const FileDescriptor output = above_stdio(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (output.get() < 0) return -1;
  const pid_t pid = fork_with_signals_blocked();
  if (pid == 0) run_watch(process_group, input, output.get());
  return pid;
}

}  // namespace nest::process

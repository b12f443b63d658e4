#include "base/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/errors.h"

namespace nest {

namespace {

bool closed_stdout = false;

}  // namespace

void occupy_closed_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    if (fd == STDOUT_FILENO) closed_stdout = true;
    // The lowest free number, which is this one.
    NEST_CHECK(::open("/dev/null", O_RDWR) == fd, std::strerror(errno));
  }
}

bool stdout_was_closed() { return closed_stdout; }

void write_to_stdout(const std::string& text) {
  if (closed_stdout) throw UsageError("cannot write to stdout: it is closed", 1);
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0)
    throw UsageError(std::string("cannot write to stdout: ") + std::strerror(errno), 1);
}

}  // namespace nest

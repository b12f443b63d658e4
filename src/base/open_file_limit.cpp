#include "base/open_file_limit.h"

#include <sys/resource.h>

#include <algorithm>
#include <string>

#include "base/errors.h"

namespace nest {

namespace {

constexpr rlim_t kEnough = 1 << 20;
// Python's modules, the event loops and one user.
constexpr rlim_t kFewest = 32;

}  // namespace

void raise_open_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = std::min(limit.rlim_max, kEnough);
  if (limit.rlim_cur < wanted) {
    rlimit raised = limit;
    raised.rlim_cur = wanted;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  if (limit.rlim_cur < kFewest)
    throw UsageError("only " + std::to_string(limit.rlim_cur) +
                         " files may be open at a time, too few to start: raise the limit (ulimit -n 10000)",
                     1);
}

}  // namespace nest

#include "process/output_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/errors.h"

namespace nest::process {

OutputLog::OutputLog(const std::string& path)
    : path_(path), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644)) {
  if (file_.get() < 0) {
    throw UsageError("cannot write the log of the dependencies, '" + path +
                     "': " + std::generic_category().message(errno));
  }
}

void OutputLog::write_line(std::string_view name, std::string_view line) {
  buffer_.clear();
  buffer_.append("[").append(name).append("] ").append(line).append("\n");
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(file_.get(), rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      if (error_.empty()) error_ = "cannot write '" + path_ + "': " + std::generic_category().message(errno);
      return;
    }
  }
}

}  // namespace nest::process

// One running helper process: its output, its readiness, its death and its end.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "base/clock.h"
#include "process/dependency_spec.h"
#include "process/exit_status.h"
#include "process/line_splitter.h"
#include "process/log_pattern.h"
#include "process/output_log.h"
#include "process/probe.h"
#include "process/spawn.h"
#include "process/status.h"

namespace nest::process {

// May be made in one thread and handed to another. Never blocks. Its descriptors wake the epoll instance,
// which must outlive it; whatever woke, advance() looks at everything.
class Helper {
 public:
  // How long the kernel gets to end a process that was sent SIGKILL.
  static constexpr Duration kKillLimit = std::chrono::seconds(5);

  // Starts the process. Throws UsageError when it cannot be executed, when the host of its readiness check is
  // unknown, and when somebody else answers there already.
  Helper(const DependencySpec& spec, const FileDescriptor& epoll);
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;

  void advance(SteadyTime now, OutputLog& log);

  // SIGTERM to its process group, and SIGKILL if any of it still lives after `grace`. A second call can only
  // shorten the grace period.
  void begin_stop(SteadyTime now, Duration grace);

  bool stopped() const { return status_.state == State::kStopped; }
  const Status& status() const { return status_; }

  // When to call advance() again if no descriptor wakes us before.
  SteadyTime deadline(SteadyTime now) const;

 private:
  bool running() const { return !ending_; }
  // The id of a process that was collected may soon be that of a stranger, who must not get our signals.
  bool group_is_ours() const { return !ending_ || !ending_->collected_elsewhere; }
  bool stopping() const { return status_.state == State::kStopping; }
  void pump_output(OutputLog& log, size_t at_most_bytes);
  void keep_line(const std::string& line, OutputLog& log);
  void check_ready(SteadyTime now);
  void check_ended(OutputLog& log);
  void continue_stop(SteadyTime now, OutputLog& log);
  void finish(OutputLog& log);
  void become_ready();

  DependencySpec spec_;
  Status status_;
  std::optional<Probe> probe_;
  std::optional<LogPattern> pattern_;
  Spawned process_;
  LineSplitter splitter_;
  std::deque<std::string> last_lines_;
  std::optional<Ending> ending_;
  SteadyTime ready_deadline_;
  SteadyTime stop_deadline_{};
  bool killed_ = false;
};

}  // namespace nest::process

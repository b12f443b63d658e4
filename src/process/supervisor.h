// Starts the helper processes of a run, watches them, keeps their output, and stops them in reverse order.
//
// Threads: one of our own reads the output, checks readiness and deaths, and does the stopping; it never
// touches Python. Every member function may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "process/dependency_spec.h"
#include "process/status.h"

namespace nest::process {

class Supervisor {
 public:
  static constexpr double kDefaultGraceS = 5.0;

  // Begins the log at `log_path`: "[name] line" for each line of output. Throws UsageError if it cannot.
  explicit Supervisor(const std::string& log_path);

  // Stops what is still running, with the default grace period. In a forked copy of this program it does
  // nothing: the processes belong to the original.
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Starts one more process and returns once it is executed, usually within milliseconds; whether it is ready
  // is told by poll(). Throws UsageError, naming the dependency: an invalid or twice used name, a command
  // that cannot be executed, a host of the readiness check that is unknown or answers already. The process is
  // killed when the calling thread ends: see spawn(). REQUIRES: begin_stop() was not called.
  void start(const DependencySpec& spec);

  // All processes, in the order of their start.
  std::vector<Status> poll() const;

  // Asks for the end of all processes, last started first, each only after the one before has gone: SIGTERM
  // to the process group, SIGKILL to what is left of it after `grace_s` seconds. Returns at once. Calling
  // again can only shorten the grace period.
  void begin_stop(double grace_s = kDefaultGraceS);

  // Waits until all have stopped; false if `timeout_s` seconds passed before. REQUIRES: begin_stop() was
  // called.
  bool wait_stopped(double timeout_s);

  // begin_stop() and wait. Idempotent. Takes at most the grace period plus the kernel's time for each
  // process.
  void stop_all(double grace_s = kDefaultGraceS);

  // Waits until `condition` holds for the states, which it is shown after every change. False on time-out.
  // `condition` runs under our lock: it must not call the Supervisor.
  bool wait_until(const std::function<bool(const std::vector<Status>&)>& condition, double timeout_s) const;

  // The first failure to write the log, empty if there was none.
  std::string log_error() const;

 private:
  class Pump;
  std::unique_ptr<Pump> pump_;
};

}  // namespace nest::process

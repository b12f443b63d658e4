#include "process/helper.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "base/errors.h"
#include "process/exit_status.h"

namespace nest::process {

namespace {

constexpr size_t kLastLines = 5;
constexpr size_t kLastLineBytes = 300;
constexpr size_t kBytesPerTurn = 64UL * 1024;         // then the other helpers get a look
constexpr size_t kBytesAfterEnd = 4UL * 1024 * 1024;  // what may still be in the pipe, and more
constexpr int kTakenPortPatienceMs = 200;
// While we wait for what no descriptor announces: grandchildren, and deaths on kernels without pidfd_open.
constexpr Duration kTick = std::chrono::milliseconds(20);

std::optional<Probe> make_probe(const DependencySpec& spec, const FileDescriptor& epoll) {
  std::optional<Endpoint> endpoint;
  if (spec.ready.kind == ReadyKind::kHttp) endpoint = parse_http_url(spec.ready.value);
  if (spec.ready.kind == ReadyKind::kTcp) endpoint = parse_host_port(spec.ready.value);
  if (!endpoint) return std::nullopt;
  auto addresses = resolve(*endpoint);
  if (addresses.empty()) {
    throw UsageError("dependency '" + spec.name + "': unknown host in '" + spec.ready.value + "'");
  }
  if (accepts_connections(addresses, kTakenPortPatienceMs)) {
    throw UsageError("dependency '" + spec.name + "': " + endpoint->authority() +
                     " is already in use by another process; end that process or change the port");
  }
  return Probe(std::move(*endpoint), std::move(addresses), epoll.get());
}

}  // namespace

Helper::Helper(const DependencySpec& spec, const FileDescriptor& epoll)
    : spec_(spec), ready_deadline_(SteadyTime::max()) {
  probe_ = make_probe(spec, epoll);
  if (spec.ready.kind == ReadyKind::kLog) pattern_.emplace(spec.ready.value);
  process_ = spawn(spec);
  epoll_watch_readable(epoll, process_.output.get());
  if (process_.pidfd.get() >= 0) epoll_watch_readable(epoll, process_.pidfd.get());
  status_.name = spec.name;
  status_.required = spec.required;
  status_.pid = process_.pid;
  const SteadyTime now = std::chrono::steady_clock::now();
  const Duration time_out = seconds_to_duration(spec.timeout_s);
  if (time_out < SteadyTime::max() - now) ready_deadline_ = now + time_out;
  if (!probe_ && !pattern_) become_ready();
}

void Helper::advance(SteadyTime now, OutputLog& log) {
  if (stopped()) return;
  pump_output(log, kBytesPerTurn);
  if (status_.state == State::kStarting) check_ready(now);
  if (running()) check_ended(log);
  if (stopping()) continue_stop(now, log);
}

void Helper::pump_output(OutputLog& log, size_t at_most_bytes) {
  std::array<char, 16384> bytes;
  for (size_t total = 0; process_.output.get() >= 0 && total < at_most_bytes;) {
    const ssize_t count = ::read(process_.output.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      for (const auto& line : splitter_.finish()) keep_line(line, log);
      process_.output = FileDescriptor();
      return;
    }
    total += static_cast<size_t>(count);
    for (const auto& line : splitter_.append({bytes.data(), static_cast<size_t>(count)}))
      keep_line(line, log);
  }
}

void Helper::keep_line(const std::string& line, OutputLog& log) {
  log.write_line(spec_.name, line);
  last_lines_.push_back(line.substr(0, kLastLineBytes));
  if (last_lines_.size() > kLastLines) last_lines_.pop_front();
  status_.last_output.assign(last_lines_.begin(), last_lines_.end());
  if (status_.state == State::kStarting && pattern_ && pattern_->found_in(line)) become_ready();
}

void Helper::become_ready() {
  status_.state = State::kReady;
  probe_.reset();
  pattern_.reset();
}

void Helper::check_ready(SteadyTime now) {
  if (probe_ && probe_->advance(now)) return become_ready();
  if (now < ready_deadline_) return;
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%g s", spec_.timeout_s);
  status_.state = State::kTimedOut;
  status_.reason = std::string("was not ready within ") + seconds + ": " +
                   (probe_ ? spec_.ready.value + ": " + probe_->last_failure()
                           : "no line of its output matched '" + spec_.ready.value + "'");
  probe_.reset();
  pattern_.reset();
}

void Helper::check_ended(OutputLog& log) {
  ending_ = peek_ending(process_.pid);
  if (!ending_) return;
  process_.pidfd = FileDescriptor();  // it would wake us for ever
  if (ending_->collected_elsewhere) {
    // Only now is its group surely still its own.
    ::kill(-process_.pid, SIGKILL);
  }
  if (stopping()) return;
  pump_output(log, kBytesAfterEnd);
  status_.state = State::kDied;
  status_.reason = ending_->description;
  probe_.reset();
  pattern_.reset();
}

void Helper::begin_stop(SteadyTime now, Duration grace) {
  if (stopped() || killed_) return;
  const SteadyTime deadline = grace < SteadyTime::max() - now ? now + grace : SteadyTime::max();
  if (stopping()) {
    stop_deadline_ = std::min(stop_deadline_, deadline);
    return;
  }
  status_.state = State::kStopping;
  probe_.reset();
  pattern_.reset();
  stop_deadline_ = deadline;
  if (group_is_ours()) ::kill(-process_.pid, SIGTERM);
}

void Helper::continue_stop(SteadyTime now, OutputLog& log) {
  if (!running() && !group_is_alive(process_.pid, process_.watch)) return finish(log);
  if (now < stop_deadline_) return;
  if (!killed_) {
    killed_ = true;
    stop_deadline_ = now + kKillLimit;
    if (group_is_ours()) ::kill(-process_.pid, SIGKILL);
    return;
  }
  status_.reason = "does not end, even after SIGKILL";
  finish(log);
}

void Helper::finish(OutputLog& log) {
  if (!running() && group_is_ours()) {
    ::kill(-process_.pid, SIGKILL);  // whoever /proc did not show; the zombie keeps the group's id ours
    reap(process_.pid);
  }
  kill_and_reap(process_.watch);  // it may have joined the group after that was killed
  pump_output(log, kBytesAfterEnd);
  for (const auto& line : splitter_.finish()) keep_line(line, log);
  process_.output = FileDescriptor();
  process_.pidfd = FileDescriptor();
  status_.state = State::kStopped;
}

SteadyTime Helper::deadline(SteadyTime now) const {
  SteadyTime earliest = SteadyTime::max();
  if (status_.state == State::kStarting) earliest = ready_deadline_;
  if (probe_) earliest = std::min(earliest, probe_->deadline());
  if (stopping()) earliest = std::min(stop_deadline_, ending_ ? now + kTick : SteadyTime::max());
  if (!stopped() && running() && process_.pidfd.get() < 0) earliest = std::min(earliest, now + kTick);
  return earliest;
}

}  // namespace nest::process

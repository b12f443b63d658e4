#include "process/supervisor.h"

#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>

#include "base/errors.h"
#include "process/helper.h"
#include "process/output_log.h"

namespace nest::process {

namespace {

// Rounded up, so that we never wake just before a deadline.
int milliseconds_until(SteadyTime deadline, SteadyTime now) {
  if (deadline == SteadyTime::max()) return -1;
  if (deadline <= now) return 0;
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count();
  return static_cast<int>(std::min<long>(rest, 60'000));
}

bool all_stopped(const std::vector<Status>& statuses) {
  return std::all_of(statuses.begin(), statuses.end(),
                     [](const Status& status) { return status.state == State::kStopped; });
}

}  // namespace

// What callers and the pump thread share lies under `mutex_`; `helpers_` and `log_` are the thread's own.
class Supervisor::Pump {
 public:
  explicit Pump(const std::string& log_path) : owner_(::getpid()), log_(log_path), epoll_(make_epoll()) {
    epoll_watch_readable(epoll_, wake_up_.fd());
    // Signals are for the threads of the program, which have something to do about them.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  ~Pump() {
    {
      const std::lock_guard lock(mutex_);
      quit_ = true;
    }
    wake_up_.wake();
    thread_.join();
  }

  bool is_forked_copy() const { return ::getpid() != owner_; }

  void start(const DependencySpec& spec) {
    {
      const std::lock_guard lock(mutex_);
      if (stop_grace_)
        throw std::logic_error("a supervisor that was stopped cannot start '" + spec.name + "'");
      if (!names_.insert(spec.name).second) {
        throw UsageError("dependency '" + spec.name + "': there are two of this name");
      }
    }
    std::unique_ptr<Helper> helper;
    try {
      helper = std::make_unique<Helper>(spec, epoll_);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      names_.erase(spec.name);
      throw;
    }
    {
      const std::lock_guard lock(mutex_);
      statuses_.push_back(helper->status());
      inbox_.push_back(std::move(helper));
    }
    wake_up_.wake();
  }

  std::vector<Status> poll() const {
    const std::lock_guard lock(mutex_);
    return statuses_;
  }

  void begin_stop(Duration grace) {
    {
      const std::lock_guard lock(mutex_);
      stop_grace_ = stop_grace_ ? std::min(*stop_grace_, grace) : grace;
    }
    wake_up_.wake();
  }

  bool wait_until(const std::function<bool(const std::vector<Status>&)>& condition, Duration timeout) const {
    std::unique_lock lock(mutex_);
    const auto holds = [&] { return condition(statuses_); };
    // wait_for() would overflow on our longest duration.
    if (timeout > std::chrono::hours(24 * 365)) {
      changed_.wait(lock, holds);
      return true;
    }
    return changed_.wait_for(lock, timeout, holds);
  }

  std::string log_error() const {
    const std::lock_guard lock(mutex_);
    return log_error_;
  }

 private:
  void run() {
    while (true) {
      std::optional<Duration> stop_grace;
      {
        const std::lock_guard lock(mutex_);
        if (quit_) return;
        for (auto& helper : inbox_) helpers_.push_back(std::move(helper));
        inbox_.clear();
        stop_grace = stop_grace_;
      }
      for (const auto& helper : helpers_) helper->advance(std::chrono::steady_clock::now(), log_);
      if (stop_grace) stop_last(*stop_grace);
      publish();
      wait_for_events();
    }
  }

  // The last one that still runs is the one to stop; the others wait for it.
  void stop_last(Duration grace) {
    for (auto helper = helpers_.rbegin(); helper != helpers_.rend(); ++helper) {
      if ((*helper)->stopped()) continue;
      const SteadyTime now = std::chrono::steady_clock::now();
      (*helper)->begin_stop(now, grace);
      (*helper)->advance(now, log_);
      if (!(*helper)->stopped()) return;
    }
  }

  void publish() {
    std::vector<Status> statuses;
    for (const auto& helper : helpers_) statuses.push_back(helper->status());
    const std::lock_guard lock(mutex_);
    for (const auto& helper : inbox_) statuses.push_back(helper->status());
    log_error_ = log_.error();
    if (statuses == statuses_) return;
    statuses_ = std::move(statuses);
    changed_.notify_all();
  }

  // Which descriptor woke us does not matter: every turn looks at everything.
  void wait_for_events() {
    const SteadyTime now = std::chrono::steady_clock::now();
    SteadyTime deadline = SteadyTime::max();
    for (const auto& helper : helpers_) deadline = std::min(deadline, helper->deadline(now));
    epoll_event events[16];
    ::epoll_wait(epoll_.get(), events, 16, milliseconds_until(deadline, now));
    wake_up_.clear();
  }

  const pid_t owner_;
  OutputLog log_;
  FileDescriptor epoll_;
  WakeFd wake_up_;
  std::vector<std::unique_ptr<Helper>> helpers_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::set<std::string> names_;
  std::vector<std::unique_ptr<Helper>> inbox_;
  std::vector<Status> statuses_;
  std::optional<Duration> stop_grace_;
  std::string log_error_;
  bool quit_ = false;

  std::thread thread_;
};

Supervisor::Supervisor(const std::string& log_path) : pump_(std::make_unique<Pump>(log_path)) {}

Supervisor::~Supervisor() {
  if (pump_->is_forked_copy()) {
    // Its thread exists only in the original, and the lock may have been held while we were copied.
    [[maybe_unused]] Pump* const left_alone = pump_.release();
    return;
  }
  stop_all();
}

void Supervisor::start(const DependencySpec& spec) {
  validate(spec);
  pump_->start(spec);
}

std::vector<Status> Supervisor::poll() const { return pump_->poll(); }

void Supervisor::begin_stop(double grace_s) {
  if (!pump_->is_forked_copy()) pump_->begin_stop(seconds_to_duration(grace_s));
}

bool Supervisor::wait_stopped(double timeout_s) {
  return pump_->is_forked_copy() || pump_->wait_until(all_stopped, seconds_to_duration(timeout_s));
}

void Supervisor::stop_all(double grace_s) {
  begin_stop(grace_s);
  wait_stopped(std::numeric_limits<double>::infinity());
}

bool Supervisor::wait_until(const std::function<bool(const std::vector<Status>&)>& condition,
                            double timeout_s) const {
  return pump_->wait_until(condition, seconds_to_duration(timeout_s));
}

std::string Supervisor::log_error() const { return pump_->log_error(); }

}  // namespace nest::process

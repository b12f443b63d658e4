// The engine as the Python thread sees it: who waits for what, and the loop that wakes them.
#pragma once

#include <Python.h>

#include <memory>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "http/engine.h"
#include "sched/stall_watch.h"
#include "sched/timer_queue.h"
#include "switch.h"

namespace nest::bindings {

// One per process; the Python thread's. gevent's loop watches the descriptors and calls drain() in the hub.
class Runtime {
 public:
  // A request under way: on the heap because the greenlet's stack is copied away while it waits (R2).
  struct PendingRequest {
    Waiter waiter;
    http::Exchange exchange;
    bool abandoned = false;  // its user is gone: freed when the I/O thread returns it
  };

  static Runtime& get();

  // Descriptors to be watched for reading.
  std::vector<int> descriptors() const { return {wake_.fd(), timer_fd_.fd(), http_.completion_fd()}; }

  // In the hub: resumes every greenlet whose request is complete or whose time has come.
  void drain();

  // Puts the calling greenlet to sleep; 0, or -1 with a Python exception set. Zero and less lets others run
  // once.
  int sleep(double seconds);

  // Sends the request and waits. Null with a Python exception set when the greenlet was interrupted: the
  // request is cancelled and belongs to the runtime.
  std::unique_ptr<PendingRequest> perform(std::unique_ptr<PendingRequest> request);

  std::shared_ptr<http::ConnectionPool> make_pool() { return http_.make_pool(); }

  // What requests without settings of their own use.
  void set_default_settings(std::shared_ptr<const http::ConnectionSettings> settings) {
    default_settings_ = std::move(settings);
  }

  // Tells `watch` of every greenlet that is resumed.
  void watch_for_stalls(std::unique_ptr<sched::StallWatch> watch) { watch_ = std::move(watch); }
  void beat() noexcept {
    if (watch_) watch_->beat();
  }

  // Ends all requests and stops all other threads; idempotent.
  void shutdown();

 private:
  struct Sleeper {
    Waiter waiter;
    sched::TimerId timer = sched::TimerId::kNone;
    bool due = false;        // taken out of the timers or the ready list by a drain() that will resume it
    bool abandoned = false;  // interrupted while `due`: that drain() frees it
  };

  Runtime();
  void resume_one(Waiter& waiter) {
    beat();
    resume(waiter);
  }
  void resume_sleepers(std::vector<Sleeper*>& sleepers);
  void wake_due_timers();
  void deliver_completions();

  WakeFd wake_;
  TimerFd timer_fd_;
  sched::TimerQueue timers_;
  std::vector<Sleeper*> ready_;
  std::unique_ptr<sched::StallWatch> watch_;
  bool draining_ = false;
  bool stopped_ = false;
  std::shared_ptr<const http::ConnectionSettings> default_settings_;
  http::HttpEngine http_;
};

}  // namespace nest::bindings

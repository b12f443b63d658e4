// The engine as the Python thread sees it: who waits for what, and the loop that wakes them.
#pragma once

#include <Python.h>

#include <memory>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "http/engine.h"
#include "sched/stall_watch.h"
#include "sched/thread_use.h"
#include "sched/timer_queue.h"
#include "switch.h"
#include "task_accounts.h"

namespace nest::bindings {

// One per process; the Python thread's. gevent's loop watches the descriptors and calls drain() in the hub.
class Runtime {
 public:
  // A request under way: on the heap because the greenlet's stack is copied away while it waits (R2).
  struct PendingRequest {
    Waiter waiter;
    http::Exchange exchange;
    bool completed = false;  // the I/O thread has returned it
    bool abandoned = false;  // its user is gone: freed when the I/O thread returns it
  };

  static Runtime& get();

  // A request that is empty. Those that are given back serve again, with the memory of their texts.
  std::unique_ptr<PendingRequest> make_request();
  void take_back(std::unique_ptr<PendingRequest> request);

  // Descriptors to be watched for reading.
  std::vector<int> descriptors() const { return {wake_.fd(), timer_fd_.fd(), http_.completion_fd()}; }

  // In the hub: resumes every greenlet of whose request there is news or whose time has come.
  void drain();

  // Puts the calling greenlet to sleep; 0, or -1 with a Python exception set. Zero and less lets others run
  // once.
  int sleep(double seconds);
  // The same between two tasks. Zero and less lets nobody run if the greenlet has waited for an answer since
  // the last time: then the others had their turn.
  int pause(double seconds);

  // Sends the request and waits. Null with a Python exception set when the greenlet was interrupted: the
  // request is cancelled and belongs to the runtime.
  std::unique_ptr<PendingRequest> perform(std::unique_ptr<PendingRequest> request);

  // The same in parts, for a request whose bodies are streamed. start() sends it and returns at once; -1 with
  // a Python exception set if that cannot be. wait() sleeps until there is news of it; -1 with a Python
  // exception set when the greenlet was interrupted. dispose() cancels what is still under way, and frees it.
  int start(PendingRequest& request);
  int wait(PendingRequest& request);
  void dispose(std::unique_ptr<PendingRequest> request);
  void cancel(const PendingRequest& request);
  // For the bodies.
  http::HttpEngine& engine() { return http_; }

  // For a user with these settings; the names are looked up as set_names() says.
  std::shared_ptr<http::ConnectionPool> make_pool(http::Network network) {
    network.names = names_;
    network.goes_direct = goes_direct_;
    return http_.make_pool(std::move(network));
  }
  // For pools made from now on.
  void set_goes_direct(bool direct) { goes_direct_ = direct; }
  void set_names(std::shared_ptr<const http::NameSettings> names) { names_ = std::move(names); }

  // What requests without settings of their own use.
  void set_default_settings(std::shared_ptr<const http::ConnectionSettings> settings) {
    default_settings_ = std::move(settings);
  }

  // Tells `watch` of every greenlet that is resumed.
  void watch_for_stalls(std::unique_ptr<sched::StallWatch> watch) { watch_ = std::move(watch); }
  void beat() noexcept {
    if (watch_) watch_->beat();
  }

  void look_again() noexcept {
    if (watch_) watch_->look_again();
  }

  const sched::ThreadUse& thread_use() const { return thread_use_; }
  TaskAccounts& task_accounts() { return task_accounts_; }

  // Ends all requests and stops all other threads; idempotent.
  void shutdown();

  // In a child process made by fork(): whoever waited in the parent waits in vain here, the caller can still
  // sleep but not send requests, and nothing that is shared with the parent is touched.
  void begin_anew_in_child();

 private:
  struct Sleeper {
    Waiter waiter;
    sched::TimerId timer = sched::TimerId::kNone;
    bool due = false;        // taken out of the timers or the ready list by a drain() that will resume it
    bool abandoned = false;  // interrupted while `due`: that drain() frees it
  };

  Runtime();
  int check_running() const;  // 0, or -1 with a Python exception set
  int suspend_caller(Waiter& waiter) {
    waiter.account = task_accounts_.current();
    if (!thread_use_.in_turn())
      thread_use_.end_unseen_turn(waiter.account, std::chrono::steady_clock::now(), thread_processor_time());
    return suspend(waiter);
  }
  void resume_one(Waiter& waiter, bool has_waited) {
    beat();
    has_waited_ = has_waited;
    thread_use_.begin_turn(waiter.account);
    resume(waiter);
    thread_use_.end_turn(std::chrono::steady_clock::now());
  }
  void resume_sleepers(std::vector<Sleeper*>& sleepers);
  void wake_due_timers();
  void call_for_drain(bool wanted);
  void deliver_news();

  WakeFd wake_;
  bool is_called_for_ = false;  // wake_ is readable
  TimerFd timer_fd_;
  sched::TimerQueue timers_;
  std::vector<Sleeper*> ready_;
  std::vector<std::unique_ptr<PendingRequest>> spare_;
  std::unique_ptr<sched::StallWatch> watch_;
  sched::ThreadUse thread_use_;
  TaskAccounts task_accounts_{thread_use_};
  bool draining_ = false;
  bool has_waited_ = false;  // the greenlet that drain() resumed, for an answer
  bool stopped_ = false;
  bool in_child_ = false;
  std::shared_ptr<const http::ConnectionSettings> default_settings_;
  bool goes_direct_ = true;
  std::shared_ptr<const http::NameSettings> names_ = std::make_shared<const http::NameSettings>();
  http::HttpEngine http_;
};

}  // namespace nest::bindings

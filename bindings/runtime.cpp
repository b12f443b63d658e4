#include "runtime.h"

#include <algorithm>

#include "http/curl_transport.h"

namespace nest::bindings {

Runtime& Runtime::get() {
  static auto* runtime = new Runtime;  // never destroyed: Python objects may outlive main()
  return *runtime;
}

Runtime::Runtime()
    : default_settings_(std::make_shared<http::ConnectionSettings>()), http_(&http::make_curl_transport) {}

void Runtime::shutdown() {
  stopped_ = true;
  watch_.reset();
  http_.shutdown();
  // Whoever still waits is never resumed: the process is about to end.
  for (http::Exchange* exchange = http_.take_completed(); exchange != nullptr;) {
    auto* request = static_cast<PendingRequest*>(exchange->waiter);
    exchange = exchange->next_handoff;
    if (request->abandoned) delete request;
  }
}

int Runtime::sleep(double seconds) {
  auto sleeper = std::make_unique<Sleeper>();
  const auto payload = reinterpret_cast<uint64_t>(sleeper.get());
  if (seconds > 0) {
    sleeper->timer = timers_.add(std::chrono::steady_clock::now() + seconds_to_duration(seconds), payload);
    if (!draining_) timer_fd_.set(*timers_.next());
  } else {
    ready_.push_back(sleeper.get());
    if (!draining_) wake_.wake();
  }
  const int result = suspend(sleeper->waiter);
  if (result == 0) return 0;
  if (sleeper->due) {
    sleeper.release()->abandoned = true;
  } else if (sleeper->timer != sched::TimerId::kNone) {
    timers_.cancel(sleeper->timer);
  } else {
    std::erase(ready_, sleeper.get());
  }
  return result;
}

std::unique_ptr<Runtime::PendingRequest> Runtime::perform(std::unique_ptr<PendingRequest> request) {
  if (stopped_) {
    PyErr_SetString(PyExc_RuntimeError, "the HTTP engine has been shut down");
    return nullptr;
  }
  if (!request->exchange.request.settings) request->exchange.request.settings = default_settings_;
  request->exchange.waiter = request.get();
  http_.submit(&request->exchange);
  if (suspend(request->waiter) == 0) {
    request->exchange.pool.reset();
    return request;
  }
  http_.cancel(&request->exchange);
  request.release()->abandoned = true;
  return nullptr;
}

void Runtime::drain() {
  draining_ = true;
  wake_.clear();
  http_.clear_completions();
  wake_due_timers();
  deliver_completions();
  std::vector<Sleeper*> ready;
  ready.swap(ready_);
  resume_sleepers(ready);
  draining_ = false;
  if (!ready_.empty()) wake_.wake();  // let the loop look at everything else first
  timer_fd_.set(timers_.next().value_or(SteadyTime::max()));
}

void Runtime::resume_sleepers(std::vector<Sleeper*>& sleepers) {
  for (Sleeper* sleeper : sleepers) sleeper->due = true;
  for (Sleeper* sleeper : sleepers) {
    if (sleeper->abandoned) {
      delete sleeper;
    } else {
      resume_one(sleeper->waiter);
    }
  }
}

void Runtime::wake_due_timers() {
  std::vector<sched::TimerQueue::Due> due;
  if (timers_.pop_due(std::chrono::steady_clock::now(), due) == 0) return;
  std::vector<Sleeper*> sleepers;
  sleepers.reserve(due.size());
  for (const auto& timer : due) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the payload is the address, put there by sleep()
    sleepers.push_back(reinterpret_cast<Sleeper*>(timer.payload));
  }
  resume_sleepers(sleepers);
}

void Runtime::deliver_completions() {
  for (http::Exchange* exchange = http_.take_completed(); exchange != nullptr;) {
    auto* request = static_cast<PendingRequest*>(exchange->waiter);
    exchange = exchange->next_handoff;
    if (request->abandoned) {
      delete request;
    } else {
      resume_one(request->waiter);
    }
  }
}

}  // namespace nest::bindings

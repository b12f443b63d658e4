#include "runtime.h"

#include <algorithm>
#include <utility>

#include "base/cores.h"
#include "http/direct_transport.h"

namespace nest::bindings {

Runtime& Runtime::get() {
  static auto* runtime = new Runtime;  // never destroyed: Python objects may outlive main()
  return *runtime;
}

Runtime::Runtime()
    : default_settings_(std::make_shared<http::ConnectionSettings>()),
      http_(
          [look_ups = std::make_shared<http::LookUps>(&http::LookUps::ask_system)](
              const FileDescriptor& epoll, http::Transport::Events events) {
            return http::make_direct_transport_with(look_ups, epoll, std::move(events));
          },
          http::IoThreads::for_cores(usable_cores())) {}

void Runtime::shutdown() {
  if (in_child_) return;
  stopped_ = true;
  watch_.reset();
  http_.shutdown();
  // Whoever still waits is never resumed: the process is about to end.
  for (http::Exchange* exchange = http_.take_news().completed; exchange != nullptr;) {
    auto* request = static_cast<PendingRequest*>(exchange->waiter);
    exchange = http_.next_completed(exchange);
    request->completed = true;
    if (request->abandoned) delete request;
  }
}

void Runtime::begin_anew_in_child() {
  stopped_ = true;
  in_child_ = true;
  // Its thread exists in the parent alone: it cannot be joined.
  static_cast<void>(watch_.release());
  wake_.replace();
  is_called_for_ = false;
  timer_fd_.replace();
  http_.let_go_of_parent();
  timers_ = sched::TimerQueue();
  ready_.clear();
}

int Runtime::sleep(double seconds) {
  auto sleeper = std::make_unique<Sleeper>();
  const auto payload = reinterpret_cast<uint64_t>(sleeper.get());
  if (seconds > 0) {
    sleeper->timer = timers_.add(std::chrono::steady_clock::now() + seconds_to_duration(seconds), payload);
    if (!draining_) timer_fd_.set(*timers_.next());
  } else {
    ready_.push_back(sleeper.get());
    if (!draining_) call_for_drain(true);
  }
  const int result = suspend_caller(sleeper->waiter);
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

int Runtime::pause(double seconds) {
  if (seconds <= 0 && draining_ && std::exchange(has_waited_, false)) return 0;
  return sleep(seconds);
}

std::unique_ptr<Runtime::PendingRequest> Runtime::make_request() {
  if (spare_.empty()) return std::make_unique<PendingRequest>();
  std::unique_ptr<PendingRequest> request = std::move(spare_.back());
  spare_.pop_back();
  return request;
}

void Runtime::take_back(std::unique_ptr<PendingRequest> request) {
  constexpr size_t kMostSpare = 256;
  if (spare_.size() >= kMostSpare) return;
  request->exchange.renew();
  request->waiter.woken = request->completed = request->abandoned = false;
  spare_.push_back(std::move(request));
}

std::unique_ptr<Runtime::PendingRequest> Runtime::perform(std::unique_ptr<PendingRequest> request) {
  if (start(*request) < 0) return nullptr;
  if (suspend_caller(request->waiter) == 0) return request;
  dispose(std::move(request));
  return nullptr;
}

int Runtime::check_running() const {
  if (!stopped_) return 0;
  PyErr_SetString(PyExc_RuntimeError,
                  in_child_ ? "a forked process has no HTTP engine: use requests, or another way to start it"
                            : "the HTTP engine has been shut down");
  return -1;
}

int Runtime::start(PendingRequest& request) {
  if (check_running() < 0) return -1;
  if (!request.exchange.request.settings) request.exchange.request.settings = default_settings_;
  request.exchange.waiter = &request;
  http_.submit(&request.exchange);
  return 0;
}

int Runtime::wait(PendingRequest& request) {
  if (check_running() < 0) return -1;
  http::Streaming& streaming = *request.exchange.streaming;
  streaming.python_waits_since = std::chrono::steady_clock::now();
  const int result = suspend_caller(request.waiter);
  streaming.python_waits_since = SteadyTime{};
  return result;
}

void Runtime::dispose(std::unique_ptr<PendingRequest> request) {
  if (request->completed) return;
  cancel(*request);
  request.release()->abandoned = true;
}

void Runtime::cancel(const PendingRequest& request) {
  if (!request.completed && !in_child_) http_.cancel(&request.exchange);
}

void Runtime::drain() {
  draining_ = true;
  thread_use_.begin_series(std::chrono::steady_clock::now());
  wake_due_timers();
  if (!in_child_) deliver_news();
  std::vector<Sleeper*> ready;
  ready.swap(ready_);
  resume_sleepers(ready);
  draining_ = false;
  if (!in_child_) http_.rest();
  call_for_drain(!ready_.empty());  // the loop looks at everything else first
  timer_fd_.set(timers_.next().value_or(SteadyTime::max()));
}

void Runtime::resume_sleepers(std::vector<Sleeper*>& sleepers) {
  for (Sleeper* sleeper : sleepers) sleeper->due = true;
  for (Sleeper* sleeper : sleepers) {
    if (sleeper->abandoned) {
      delete sleeper;
    } else {
      resume_one(sleeper->waiter, false);
    }
  }
}

void Runtime::call_for_drain(bool wanted) {
  if (wanted == is_called_for_) return;
  is_called_for_ = wanted;
  if (wanted)
    wake_.wake();
  else
    wake_.clear();
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

void Runtime::deliver_news() {
  const http::HttpEngine::News news = http_.take_news();
  for (http::Streaming* streaming = news.streaming; streaming != nullptr;) {
    auto* request = static_cast<PendingRequest*>(streaming->exchange->waiter);
    streaming = http::HttpEngine::next_news(streaming);
    if (!request->abandoned && request->waiter.greenlet != nullptr) resume_one(request->waiter, true);
  }
  for (http::Exchange* exchange = news.completed; exchange != nullptr;) {
    auto* request = static_cast<PendingRequest*>(exchange->waiter);
    exchange = http_.next_completed(exchange);
    if (request->abandoned) {
      delete request;
      continue;
    }
    request->completed = true;
    request->exchange.pool.reset();
    if (request->waiter.greenlet == nullptr) continue;
    if (!request->exchange.streaming || !request->exchange.streaming->reads_body)
      request->exchange.timings.resumed = thread_use_.last_moment();
    resume_one(request->waiter, true);
  }
}

}  // namespace nest::bindings

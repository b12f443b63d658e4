#include "http/engine.h"

#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <unordered_set>

#include "base/errors.h"

namespace nest::http {

namespace {

// Asks the scheduler for short slices, so that on a shared core the I/O thread runs, and stamps, as soon as
// there is something to do, although Python is computing. Kernels before 6.12 ignore it; no privilege is
// needed.
void ask_for_prompt_scheduling() {
  struct {  // the kernel's struct sched_attr, which the C library does not declare
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
  } attributes{};
  static_assert(sizeof attributes == 48);
  attributes.size = sizeof attributes;
  attributes.policy = SCHED_OTHER;
  attributes.nice = ::getpriority(PRIO_PROCESS, 0);
  attributes.runtime = 100'000;  // ns, the shortest slice there is
  ::syscall(SYS_sched_setattr, 0, &attributes, 0U);
}

}  // namespace

HttpEngine::Mailbox::~Mailbox() {
  for (Control* control = controls.take_all(); control != nullptr;) {
    delete std::exchange(control, control->next_handoff);
  }
}

void HttpEngine::Mailbox::post(std::unique_ptr<Control> control) {
  if (controls.push(control.release())) work_ready.wake();
}

// The I/O thread's side.
class HttpEngine::Loop {
 public:
  Loop(std::shared_ptr<Mailbox> mailbox, const TransportFactory& make_transport)
      : mailbox_(std::move(mailbox)), epoll_(make_epoll()) {
    epoll_watch_readable(epoll_, mailbox_->work_ready.fd());
    transport_ = make_transport(epoll_, [this](Exchange* exchange) { finish(exchange); });
  }

  void run() {
    std::array<epoll_event, 256> events{};
    while (!mailbox_->stopping.load(std::memory_order_acquire)) {
      const int count =
          ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms());
      NEST_CHECK(count >= 0 || errno == EINTR, std::string(std::strerror(errno)));
      bool work = false;
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<size_t>(i)];
        if (event.data.fd == mailbox_->work_ready.fd()) {
          mailbox_->work_ready.clear();
          work = true;
        } else {
          transport_->on_ready(event.data.fd, event.events);
        }
      }
      if (work) take_work();
      if (transport_->next_deadline() != SteadyTime::max())
        transport_->on_time(std::chrono::steady_clock::now());
      deliver();
    }
    take_work();
    const std::unordered_set<Exchange*> left(under_way_);
    for (Exchange* exchange : left) transport_->cancel(exchange);
    deliver();
  }

 private:
  // Controls are taken before the exchanges but carried out after them: whatever a control refers to was
  // submitted earlier, so it has been started by then.
  void take_work() {
    Control* control = mailbox_->controls.take_all();
    for (Exchange* exchange = mailbox_->submitted.take_all(); exchange != nullptr;) {
      Exchange* next = exchange->next_handoff;
      under_way_.insert(exchange);
      exchange->timings.started = std::chrono::steady_clock::now();
      transport_->start(exchange);
      exchange = next;
    }
    while (control != nullptr) {
      const std::unique_ptr<Control> owned(control);
      control = control->next_handoff;
      carry_out(*owned);
    }
  }

  void carry_out(Control& control) {
    if (control.cancelled != nullptr) {
      const auto found = under_way_.find(const_cast<Exchange*>(control.cancelled));
      if (found != under_way_.end() && (*found)->id == control.cancelled_id) transport_->cancel(*found);
    }
    if (control.released && control.released->state) transport_->release(std::move(control.released->state));
  }

  void finish(Exchange* exchange) {
    exchange->timings.completed = std::chrono::steady_clock::now();
    under_way_.erase(exchange);
    exchange->next_handoff = newest_done_;
    if (newest_done_ == nullptr) oldest_done_ = exchange;
    newest_done_ = exchange;
  }

  void deliver() {
    if (newest_done_ == nullptr) return;
    Exchange* newest = std::exchange(newest_done_, nullptr);
    if (mailbox_->completed.push_chain(newest, oldest_done_)) mailbox_->completions_ready.wake();
  }

  int timeout_ms() const {
    const SteadyTime deadline = transport_->next_deadline();
    if (deadline == SteadyTime::max()) return -1;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 3'600'000));
  }

  std::shared_ptr<Mailbox> mailbox_;
  FileDescriptor epoll_;
  std::unique_ptr<Transport> transport_;
  std::unordered_set<Exchange*> under_way_;
  Exchange* newest_done_ = nullptr;
  Exchange* oldest_done_ = nullptr;
};

HttpEngine::HttpEngine(TransportFactory make_transport) : mailbox_(std::make_shared<Mailbox>()) {
  thread_ = std::thread([mailbox = mailbox_, make = std::move(make_transport)] {
    ::pthread_setname_np(::pthread_self(), "nest-http");
    ask_for_prompt_scheduling();
    Loop(mailbox, make).run();
  });
}

HttpEngine::~HttpEngine() { shutdown(); }

std::shared_ptr<ConnectionPool> HttpEngine::make_pool() {
  return {new ConnectionPool, [mailbox = mailbox_](ConnectionPool* pool) {
            auto control = std::make_unique<Control>();
            control->released.reset(pool);
            // After the thread's end the transport has closed everything the pool's state refers to.
            if (!mailbox->stopping.load(std::memory_order_acquire)) mailbox->post(std::move(control));
          }};
}

void HttpEngine::submit(Exchange* exchange) {
  exchange->id = ++last_id_;
  exchange->timings.submitted = std::chrono::steady_clock::now();
  if (mailbox_->submitted.push(exchange)) mailbox_->work_ready.wake();
}

void HttpEngine::cancel(const Exchange* exchange) {
  auto control = std::make_unique<Control>();
  control->cancelled = exchange;
  control->cancelled_id = exchange->id;
  mailbox_->post(std::move(control));
}

void HttpEngine::shutdown() {
  if (!thread_.joinable()) return;
  mailbox_->stopping.store(true, std::memory_order_release);
  mailbox_->work_ready.wake();
  thread_.join();
}

}  // namespace nest::http

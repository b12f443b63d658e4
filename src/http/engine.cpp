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
    transport_ = make_transport(epoll_, {[this](Exchange* exchange) { finish(exchange); },
                                         [this](Exchange* exchange) { tell(*exchange->streaming); }});
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
    if (control.order == Control::Order::kRelease) {
      if (control.released->state) transport_->release(std::move(control.released->state));
      return;
    }
    const auto found = under_way_.find(const_cast<Exchange*>(control.exchange));
    if (found == under_way_.end() || (*found)->id != control.exchange_id) return;
    if (control.order == Control::Order::kCancel)
      transport_->cancel(*found);
    else
      transport_->resume(*found);
  }

  void tell(Streaming& streaming) {
    if (streaming.has_news.exchange(true)) return;
    streaming.next_handoff = newest_news_;
    if (newest_news_ == nullptr) oldest_news_ = &streaming;
    newest_news_ = &streaming;
  }

  void finish(Exchange* exchange) {
    if (!exchange->streaming || !exchange->streaming->header_complete)
      exchange->timings.completed = std::chrono::steady_clock::now();
    under_way_.erase(exchange);
    exchange->next_handoff = newest_done_;
    if (newest_done_ == nullptr) oldest_done_ = exchange;
    newest_done_ = exchange;
  }

  // News before completions: see take_news().
  void deliver() {
    bool wake = false;
    if (newest_news_ != nullptr)
      wake = mailbox_->news.push_chain(std::exchange(newest_news_, nullptr), oldest_news_);
    if (newest_done_ != nullptr)
      wake |= mailbox_->completed.push_chain(std::exchange(newest_done_, nullptr), oldest_done_);
    if (wake) mailbox_->completions_ready.wake();
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
  Streaming* newest_news_ = nullptr;
  Streaming* oldest_news_ = nullptr;
};

HttpEngine::HttpEngine(TransportFactory make_transport) : mailbox_(std::make_shared<Mailbox>()) {
  thread_ = std::thread([mailbox = mailbox_, make = std::move(make_transport)] {
    ::pthread_setname_np(::pthread_self(), "nest-http");
    ask_for_prompt_scheduling();
    Loop(mailbox, make).run();
  });
}

HttpEngine::~HttpEngine() { shutdown(); }

std::shared_ptr<ConnectionPool> HttpEngine::make_pool(Network network) {
  return {new ConnectionPool(std::move(network)), [mailbox = mailbox_](ConnectionPool* pool) {
            auto control = std::make_unique<Control>();
            control->released.reset(pool);
            // After the thread's end the transport has closed everything the pool's state refers to.
            if (!mailbox->stopping.load(std::memory_order_acquire)) mailbox->post(std::move(control));
          }};
}

void HttpEngine::submit(Exchange* exchange) {
  exchange->id = ++last_id_;
  exchange->timings.submitted = std::chrono::steady_clock::now();
  if (exchange->streaming) exchange->streaming->exchange = exchange;
  if (mailbox_->submitted.push(exchange)) mailbox_->work_ready.wake();
}

void HttpEngine::cancel(const Exchange* exchange) { order(Control::Order::kCancel, *exchange); }

void HttpEngine::order(Control::Order order, const Exchange& exchange) {
  auto control = std::make_unique<Control>();
  control->order = order;
  control->exchange = &exchange;
  control->exchange_id = exchange.id;
  mailbox_->post(std::move(control));
}

void HttpEngine::resume(Exchange& exchange) {
  if (exchange.streaming->transport_waits.exchange(false)) order(Control::Order::kResume, exchange);
}

bool HttpEngine::write_body(Exchange& exchange, std::string_view piece) {
  BodyPipe& pipe = exchange.streaming->request_body;
  if (!pipe.has_room(piece.size())) return false;
  pipe.write(piece);
  resume(exchange);
  return true;
}

void HttpEngine::end_body(Exchange& exchange) {
  exchange.streaming->request_body.end();
  resume(exchange);
}

void HttpEngine::consume_body(Exchange& exchange, size_t size) {
  BodyPipe& pipe = exchange.streaming->response_body;
  pipe.consume(size);
  if (pipe.is_half_empty()) resume(exchange);
}

HttpEngine::News HttpEngine::take_news() {
  // Completions first: all news of what is in them are then there to be taken.
  Exchange* completed = mailbox_->completed.take_all();
  return {mailbox_->news.take_all(), completed};
}

Streaming* HttpEngine::next_news(Streaming* taken) {
  Streaming* next = taken->next_handoff;
  taken->has_news.exchange(false);  // not a store: whoever looks at it next must see all that came before
  return next;
}

void HttpEngine::shutdown() {
  if (!thread_.joinable()) return;
  mailbox_->stopping.store(true, std::memory_order_release);
  mailbox_->work_ready.wake();
  thread_.join();
}

}  // namespace nest::http

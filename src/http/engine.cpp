#include "http/engine.h"

#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <thread>
#include <utility>

#include "base/doorbell.h"
#include "base/errors.h"
#include "base/handoff_queue.h"

namespace nest::http {

namespace {

// What one thread writes is kept apart from what others write to all the time.
constexpr size_t kCacheLine = 64;

// Asks the scheduler for short slices, so that on a shared core an I/O thread runs, and stamps, as soon as
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

IoThreads IoThreads::for_cores(size_t cores) {
  // The Python thread needs about one processor where it feeds two I/O threads or more, and cannot feed more
  // than these. Few users are served best by one thread, which takes more of their work at once.
  constexpr size_t kMost = 8;
  constexpr size_t kUsersEach = 16;
  return {std::clamp<size_t>(cores <= 2 ? cores : cores - 1, 1, kMost), kUsersEach};
}

enum class HttpEngine::Order : uint8_t { kRelease, kCancel, kResume };

// A message for an I/O thread besides exchanges to start.
struct HttpEngine::Control {
  Order order = Order::kRelease;
  size_t place = 0;  // where the exchange is, if it is still under way
  uint64_t exchange_id = 0;
  std::unique_ptr<UserPool> released;
  Control* next_handoff = nullptr;
};

// What all I/O threads hand to the Python thread.
struct alignas(kCacheLine) HttpEngine::Inbox {
  Doorbell bell;
  HandoffQueue<Streaming> news;
  HandoffQueue<Exchange> completed;

  bool is_empty() const { return completed.is_empty() && news.is_empty(); }
};

// What the Python thread hands to one I/O thread. Outlives the engine while pools do.
struct alignas(kCacheLine) HttpEngine::Mailbox : std::enable_shared_from_this<Mailbox> {
  Doorbell bell;
  HandoffQueue<Exchange> submitted;
  HandoffQueue<Control> controls;
  std::atomic<bool> stopping{false};

  alignas(kCacheLine) std::thread thread;  // the Python thread's, as is the next one
  size_t users = 0;

  ~Mailbox();
  void post(std::unique_ptr<Control> control);
  void stop();
  bool is_empty() const { return submitted.is_empty() && controls.is_empty() && !stopping.load(); }
};

class HttpEngine::UserPool final : public ConnectionPool {
 public:
  UserPool(Network of_user, Mailbox& of_thread) : ConnectionPool(std::move(of_user)), mailbox(of_thread) {}
  static Mailbox& mailbox_of(const Exchange& exchange) {
    return static_cast<UserPool&>(*exchange.pool).mailbox;
  }
  Mailbox& mailbox;
};

HttpEngine::Mailbox::~Mailbox() {
  for (Control* control = controls.take_all(); control != nullptr;) {
    delete std::exchange(control, control->next_handoff);
  }
}

void HttpEngine::Mailbox::post(std::unique_ptr<Control> control) {
  controls.push(control.release());
  bell.ring();
}

void HttpEngine::Mailbox::stop() {
  stopping.store(true);
  bell.ring();
}

// The I/O thread's side.
class HttpEngine::Loop {
 public:
  Loop(std::shared_ptr<Mailbox> mailbox, std::shared_ptr<Inbox> inbox, const TransportFactory& make_transport)
      : mailbox_(std::move(mailbox)), inbox_(std::move(inbox)), epoll_(make_epoll()) {
    epoll_watch_edges(epoll_, mailbox_->bell.fd());
    transport_ = make_transport(epoll_, {[this](Exchange* exchange) { finish(exchange); },
                                         [this](Exchange* exchange) { tell(*exchange->streaming); }});
  }

  void run() {
    std::array<epoll_event, 256> events{};
    while (!mailbox_->stopping.load(std::memory_order_acquire)) {
      const int count = wait(events);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<size_t>(i)];
        if (event.data.fd != mailbox_->bell.fd()) transport_->on_ready(event.data.fd, event.events);
      }
      take_work();
      if (transport_->next_deadline() != SteadyTime::max())
        transport_->on_time(std::chrono::steady_clock::now());
      deliver();
    }
    take_work();
    for (size_t place = 0; place < under_way_.size(); ++place) {
      if (under_way_[place] != nullptr) transport_->cancel(under_way_[place]);
    }
    deliver();
  }

 private:
  int wait(std::array<epoll_event, 256>& events) {
    int timeout = timeout_ms();
    if (timeout != 0) {
      mailbox_->bell.will_sleep();
      if (!mailbox_->is_empty()) timeout = 0;
    }
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout);
    NEST_CHECK(count >= 0 || errno == EINTR, std::string(std::strerror(errno)));
    mailbox_->bell.woke_up();
    return count;
  }

  // Controls are taken before the exchanges but carried out after them: whatever a control refers to was
  // submitted earlier, so it has been started by then.
  void take_work() {
    Control* control = mailbox_->controls.take_all();
    for (Exchange* exchange = mailbox_->submitted.take_all(); exchange != nullptr;) {
      Exchange* next = exchange->next_handoff;
      if (exchange->place >= under_way_.size()) under_way_.resize(2 * exchange->place + 1);
      under_way_[exchange->place] = exchange;
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
    if (control.order == Order::kRelease) {
      if (control.released->state) transport_->release(std::move(control.released->state));
      return;
    }
    Exchange* exchange = control.place < under_way_.size() ? under_way_[control.place] : nullptr;
    if (exchange == nullptr || exchange->id != control.exchange_id) return;
    if (control.order == Order::kCancel)
      transport_->cancel(exchange);
    else
      transport_->resume(exchange);
  }

  void tell(Streaming& streaming) {
    if (streaming.has_news.exchange(true)) return;
    streaming.next_handoff = newest_news_;
    if (newest_news_ == nullptr) oldest_news_ = &streaming;
    newest_news_ = &streaming;
  }

  void finish(Exchange* exchange) {
    if (exchange->timings.completed == SteadyTime{})
      exchange->timings.completed = std::chrono::steady_clock::now();
    under_way_[exchange->place] = nullptr;
    exchange->next_handoff = newest_done_;
    if (newest_done_ == nullptr) oldest_done_ = exchange;
    newest_done_ = exchange;
  }

  // News before completions: see take_news().
  void deliver() {
    if (newest_news_ == nullptr && newest_done_ == nullptr) return;
    if (newest_news_ != nullptr) inbox_->news.push_chain(std::exchange(newest_news_, nullptr), oldest_news_);
    if (newest_done_ != nullptr)
      inbox_->completed.push_chain(std::exchange(newest_done_, nullptr), oldest_done_);
    inbox_->bell.ring();
  }

  int timeout_ms() const {
    const SteadyTime deadline = transport_->next_deadline();
    if (deadline == SteadyTime::max()) return -1;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 3'600'000));
  }

  std::shared_ptr<Mailbox> mailbox_;
  std::shared_ptr<Inbox> inbox_;
  FileDescriptor epoll_;
  std::unique_ptr<Transport> transport_;
  std::vector<Exchange*> under_way_;  // by place
  Exchange* newest_done_ = nullptr;
  Exchange* oldest_done_ = nullptr;
  Streaming* newest_news_ = nullptr;
  Streaming* oldest_news_ = nullptr;
};

HttpEngine::HttpEngine(TransportFactory make_transport, IoThreads threads)
    : make_transport_(std::move(make_transport)), threads_(threads), inbox_(std::make_shared<Inbox>()) {
  inbox_->bell.will_sleep();
}

HttpEngine::~HttpEngine() { shutdown(); }

std::shared_ptr<ConnectionPool> HttpEngine::make_pool(Network network) {
  const std::shared_ptr<Mailbox> mailbox = mailbox_for_new_user();
  ++mailbox->users;
  return {new UserPool(std::move(network), *mailbox), [mailbox](UserPool* pool) {
            --mailbox->users;
            auto control = std::make_unique<Control>();
            control->released.reset(pool);
            // Without state no thread knows of it, and after the thread's end the transport has closed
            // everything the state refers to.
            if (mailbox->thread.joinable()) mailbox->post(std::move(control));
          }};
}

std::shared_ptr<HttpEngine::Mailbox> HttpEngine::mailbox_for_new_user() {
  size_t users = 0;
  for (const auto& mailbox : mailboxes_) users += mailbox->users;
  if (mailboxes_.size() < threads_.most && users >= mailboxes_.size() * threads_.users_each)
    mailboxes_.push_back(std::make_shared<Mailbox>());
  return *std::min_element(mailboxes_.begin(), mailboxes_.end(),
                           [](const auto& a, const auto& b) { return a->users < b->users; });
}

void HttpEngine::begin(Mailbox& mailbox) {
  mailbox.thread = std::thread([owned = mailbox.shared_from_this(), inbox = inbox_, make = make_transport_] {
    ::pthread_setname_np(::pthread_self(), "nest-http");
    ask_for_prompt_scheduling();
    Loop(owned, inbox, make).run();
  });
}

void HttpEngine::submit(Exchange* exchange) {
  NEST_CHECK(!is_shut_down_, "submitted after shutdown()");
  if (free_places_.empty()) free_places_.push_back(places_++);
  exchange->place = free_places_.back();
  free_places_.pop_back();
  exchange->id = ++last_id_;
  exchange->timings.submitted = std::chrono::steady_clock::now();
  if (exchange->streaming) exchange->streaming->exchange = exchange;
  Mailbox& mailbox = UserPool::mailbox_of(*exchange);
  if (!mailbox.thread.joinable()) begin(mailbox);
  mailbox.submitted.push(exchange);
  mailbox.bell.ring();
}

void HttpEngine::cancel(const Exchange* exchange) { order(Order::kCancel, *exchange); }

void HttpEngine::order(Order order, const Exchange& exchange) {
  if (!exchange.pool) return;  // it has come back
  auto control = std::make_unique<Control>();
  control->order = order;
  control->place = exchange.place;
  control->exchange_id = exchange.id;
  UserPool::mailbox_of(exchange).post(std::move(control));
}

void HttpEngine::resume(Exchange& exchange) {
  if (exchange.streaming->transport_waits.exchange(false)) order(Order::kResume, exchange);
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

int HttpEngine::completion_fd() const { return inbox_->bell.fd(); }

HttpEngine::News HttpEngine::take_news() {
  inbox_->bell.woke_up();
  // Completions first: all news of what is in them are then there to be taken.
  Exchange* completed = inbox_->completed.take_all();
  return {inbox_->news.take_all(), completed};
}

Streaming* HttpEngine::next_news(Streaming* taken) {
  Streaming* next = taken->next_handoff;
  taken->has_news.exchange(false);  // not a store: whoever looks at it next must see all that came before
  return next;
}

Exchange* HttpEngine::next_completed(Exchange* taken) {
  free_places_.push_back(taken->place);
  return taken->next_handoff;
}

void HttpEngine::rest() {
  if (!inbox_->is_empty()) {
    // The caller's loop looks at everything else and comes back, which wakes nobody and costs nothing.
    if (!std::exchange(is_lit_, true)) inbox_->bell.light();
    return;
  }
  is_lit_ = false;
  inbox_->bell.put_out();
  inbox_->bell.will_sleep();
  if (!inbox_->is_empty()) inbox_->bell.ring();
}

std::vector<Duration> HttpEngine::processor_times() const {
  std::vector<Duration> times;
  for (const auto& mailbox : mailboxes_) {
    clockid_t clock{};
    timespec used{};
    if (!mailbox->thread.joinable() ||
        ::pthread_getcpuclockid(mailbox->thread.native_handle(), &clock) != 0 ||
        ::clock_gettime(clock, &used) != 0)
      continue;
    times.push_back(std::chrono::seconds(used.tv_sec) + Duration(used.tv_nsec));
  }
  return times;
}

void HttpEngine::shutdown() {
  is_shut_down_ = true;
  for (const auto& mailbox : mailboxes_) mailbox->stop();
  for (const auto& mailbox : mailboxes_) {
    if (mailbox->thread.joinable()) mailbox->thread.join();
  }
}

void HttpEngine::let_go_of_parent() { inbox_->bell.replace(); }

}  // namespace nest::http

// The HTTP side of the program: an I/O thread that sends requests and stamps their times while Python is
// busy.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>

#include "base/file_descriptor.h"
#include "base/handoff_queue.h"
#include "http/exchange.h"
#include "http/transport.h"

namespace nest::http {

// Makes the transport that the I/O thread drives. Called on that thread with its epoll set.
using TransportFactory =
    std::function<std::unique_ptr<Transport>(const FileDescriptor& epoll, Transport::Events events)>;

// All functions: the Python thread only. Nothing blocks. Every submitted exchange comes out of take_news() as
// completed exactly once, cancelled or not; the caller owns it throughout but must not touch it in between,
// except for what Streaming allows.
class HttpEngine {
 public:
  explicit HttpEngine(TransportFactory make_transport);
  // Ends every exchange under way and closes all connections; joins the thread. What take_news() would
  // still return is the caller's to free: call shutdown() and take_news() first.
  ~HttpEngine();
  HttpEngine(const HttpEngine&) = delete;
  HttpEngine& operator=(const HttpEngine&) = delete;

  // A new user's connections. May be dropped on the Python thread at any time, also after the engine's end.
  std::shared_ptr<ConnectionPool> make_pool(Network network = {});

  void submit(Exchange* exchange);
  void cancel(const Exchange* exchange);

  // For an exchange with Streaming::sends_body. False, and nothing taken, if there is no room now; there will
  // be news when there is.
  bool write_body(Exchange& exchange, std::string_view piece);
  void end_body(Exchange& exchange);
  // For one with Streaming::reads_body. The unread rest of the oldest piece, valid until consume_body(); if
  // it is empty there will be news of more, or of the end.
  std::string_view peek_body(Exchange& exchange) { return exchange.streaming->response_body.front(); }
  void consume_body(Exchange& exchange, size_t size);

  // Readable while there may be news; clear_completions() before taking them.
  int completion_fd() const { return mailbox_->completions_ready.fd(); }
  void clear_completions() const { mailbox_->completions_ready.clear(); }

  // Two chains, oldest first, to be gone through from the first to the second: an exchange may be in both.
  struct News {
    Streaming* streaming;  // through next_news(): header, data or room has come
    Exchange* completed;   // through next_handoff
  };
  News take_news();
  // Goes from one link to the next, after which there may be news of it again.
  static Streaming* next_news(Streaming* taken);

  // Cancels what is under way and stops the thread; idempotent.
  void shutdown();

 private:
  // A message for the I/O thread besides exchanges to start.
  struct Control {
    enum class Order { kRelease, kCancel, kResume };
    Order order = Order::kRelease;
    const Exchange* exchange = nullptr;  // compared, followed only if known to be under way
    uint64_t exchange_id = 0;
    std::unique_ptr<ConnectionPool> released;
    Control* next_handoff = nullptr;
  };
  // Shared by both threads; outlives the engine while pools do.
  struct Mailbox {
    ~Mailbox();
    WakeFd work_ready;
    WakeFd completions_ready;
    HandoffQueue<Exchange> submitted;
    HandoffQueue<Control> controls;
    HandoffQueue<Streaming> news;
    HandoffQueue<Exchange> completed;
    std::atomic<bool> stopping{false};
    void post(std::unique_ptr<Control> control);
  };
  class Loop;

  void order(Control::Order order, const Exchange& exchange);
  // Lets the transfer go on if it stands still.
  void resume(Exchange& exchange);

  std::shared_ptr<Mailbox> mailbox_;
  std::thread thread_;
  uint64_t last_id_ = 0;
};

}  // namespace nest::http

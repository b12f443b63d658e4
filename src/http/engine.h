// The HTTP side of the program: an I/O thread that sends requests and stamps their times while Python is
// busy.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/file_descriptor.h"
#include "base/handoff_queue.h"
#include "http/exchange.h"
#include "http/transport.h"

namespace nest::http {

// Makes the transport that the I/O thread drives. Called on that thread with its epoll set.
using TransportFactory =
    std::function<std::unique_ptr<Transport>(const FileDescriptor& epoll, Transport::Completed completed)>;

// submit(), cancel(), make_pool(), take_completed(): the Python thread only. Nothing blocks. Every submitted
// exchange comes out of take_completed() exactly once, cancelled or not; the caller owns it throughout but
// must not touch it in between.
class HttpEngine {
 public:
  explicit HttpEngine(TransportFactory make_transport);
  // Ends every exchange under way and closes all connections; joins the thread. What take_completed() would
  // still return is the caller's to free: call shutdown() and take_completed() first.
  ~HttpEngine();
  HttpEngine(const HttpEngine&) = delete;
  HttpEngine& operator=(const HttpEngine&) = delete;

  // A new user's connections. May be dropped on the Python thread at any time, also after the engine's end.
  std::shared_ptr<ConnectionPool> make_pool();

  void submit(Exchange* exchange);
  void cancel(const Exchange* exchange);

  // Readable while there may be something to take; clear_completions() before taking.
  int completion_fd() const { return mailbox_->completions_ready.fd(); }
  void clear_completions() const { mailbox_->completions_ready.clear(); }
  // A chain through next_handoff, oldest first; null when there is nothing.
  Exchange* take_completed() { return mailbox_->completed.take_all(); }

  // Cancels what is under way and stops the thread; idempotent.
  void shutdown();

 private:
  // A message for the I/O thread besides exchanges to start.
  struct Control {
    const Exchange* cancelled = nullptr;  // compared, followed only if known to be under way
    uint64_t cancelled_id = 0;
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
    HandoffQueue<Exchange> completed;
    std::atomic<bool> stopping{false};
    void post(std::unique_ptr<Control> control);
  };
  class Loop;

  std::shared_ptr<Mailbox> mailbox_;
  std::thread thread_;
  uint64_t last_id_ = 0;
};

}  // namespace nest::http

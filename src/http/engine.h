// The HTTP side of the program: I/O threads that send requests and stamp their times while Python is busy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/file_descriptor.h"
#include "http/exchange.h"
#include "http/transport.h"

namespace nest::http {

// Makes the transport that an I/O thread drives. Called on that thread with its epoll set; on several at
// once.
using TransportFactory =
    std::function<std::unique_ptr<Transport>(const FileDescriptor& epoll, Transport::Events events)>;

// How many I/O threads there are: one more begins whenever each of them has `users_each` users with
// connections, until there are `most`.
struct IoThreads {
  size_t most = 1;
  size_t users_each = 1;

  // What is good for a process with so many processors.
  static IoThreads for_cores(size_t cores);
};

// All functions: the Python thread only. Nothing blocks. Every submitted exchange comes out of take_news() as
// completed exactly once, cancelled or not; the caller owns it throughout but must not touch it in between,
// except for what Streaming allows.
class HttpEngine {
 public:
  explicit HttpEngine(TransportFactory make_transport, IoThreads threads = {});
  // Ends every exchange under way and closes all connections; joins the threads. What take_news() would
  // still return is the caller's to free: call shutdown() and take_news() first.
  ~HttpEngine();
  HttpEngine(const HttpEngine&) = delete;
  HttpEngine& operator=(const HttpEngine&) = delete;

  // For pools made from now on.
  void spread_over(IoThreads threads) { threads_ = threads; }

  // A new user's connections, of the I/O thread with the fewest users. May be dropped on the Python thread at
  // any time, also after the engine's end.
  std::shared_ptr<ConnectionPool> make_pool(Network network = {});

  // The exchange has a pool of this engine, which it keeps until it comes back.
  void submit(Exchange* exchange);
  // Nothing if the exchange has come back.
  void cancel(const Exchange* exchange);

  // For an exchange with Streaming::sends_body. False, and nothing taken, if there is no room now; there will
  // be news when there is.
  bool write_body(Exchange& exchange, std::string_view piece);
  void end_body(Exchange& exchange);
  // For one with Streaming::reads_body. The unread rest of the oldest piece, valid until consume_body(); if
  // it is empty there will be news of more, or of the end.
  std::string_view peek_body(Exchange& exchange) { return exchange.streaming->response_body.front(); }
  void consume_body(Exchange& exchange, size_t size);

  // Readable while there may be news that come after rest().
  int completion_fd() const;

  // Two chains, oldest first, to be gone through from the first to the second: an exchange may be in both.
  struct News {
    Streaming* streaming;  // through next_news(): header, data or room has come
    Exchange* completed;   // through next_completed()
  };
  // From now until rest() no I/O thread wakes the Python thread, which is at work.
  News take_news();
  // Goes from one link to the next, after which there may be news of it again.
  static Streaming* next_news(Streaming* taken);
  // The same, after which the exchange may be submitted again, or freed.
  Exchange* next_completed(Exchange* taken);
  void rest();

  // What each I/O thread has used of a processor since it began; empty after shutdown().
  std::vector<Duration> processor_times() const;

  // Cancels what is under way and stops the threads; idempotent.
  void shutdown();

  // After fork(), where there are no I/O threads: a completion_fd() that is not shared with the parent.
  void let_go_of_parent();

 private:
  enum class Order : uint8_t;
  struct Control;
  struct Inbox;
  struct Mailbox;
  class UserPool;
  class Loop;

  std::shared_ptr<Mailbox> mailbox_for_new_user();
  void begin(Mailbox& mailbox);
  void order(Order order, const Exchange& exchange);
  // Lets the transfer go on if it stands still.
  void resume(Exchange& exchange);

  const TransportFactory make_transport_;
  IoThreads threads_;
  const std::shared_ptr<Inbox> inbox_;
  std::vector<std::shared_ptr<Mailbox>> mailboxes_;
  std::vector<size_t> free_places_;
  size_t places_ = 0;
  bool is_lit_ = false;  // the completion descriptor, by rest()
  bool is_shut_down_ = false;
  uint64_t last_id_ = 0;
};

}  // namespace nest::http

// How requests get to a server: the seam between the I/O thread and whatever speaks HTTP.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "http/exchange.h"
#include "http/host_names.h"

namespace nest::http {

// What is a user's own about reaching servers. Never changes while the user has connections.
struct Network {
  std::shared_ptr<const NameSettings> names = std::make_shared<const NameSettings>();
  std::optional<Duration> name_time_to_live;  // instead of that of `names`
  std::string local_address;                  // numeric; empty: whichever the system chooses
  bool goes_direct = true;                    // HTTP/1.1 without libcurl's transfers, where that can be
  int http_version = 11;                      // where the server can, as in Response::version: 11, 20 or 30

  Duration time_to_live() const { return name_time_to_live.value_or(names->time_to_live); }
};

// One user's connections: N users are N clients to the server. Created and dropped on any thread; everything
// inside belongs to the I/O thread. Transports derive their own.
class ConnectionPool {
 public:
  // What a transport keeps for this user; made at the first request, destroyed on the I/O thread.
  class State {
   public:
    virtual ~State() = default;
  };
  explicit ConnectionPool(Network of_user) : network(std::move(of_user)) {}
  const Network network;
  std::unique_ptr<State> state;
};

// All calls on the I/O thread.
class Transport {
 public:
  // None may call back into the transport.
  struct Events {
    // Receives every started exchange exactly once.
    std::function<void(Exchange*)> completed;
    // An exchange with `streaming` has a complete header, a piece of its response's body, or room for one of
    // its request's.
    std::function<void(Exchange*)> progressed;
  };

  virtual ~Transport() = default;

  // Takes up the exchange; its failure or response is delivered later, never from inside start().
  virtual void start(Exchange* exchange) = 0;
  // Ends an exchange early with FailureKind::kCancelled; nothing if it is not under way (any more).
  virtual void cancel(Exchange* exchange) = 0;
  // Goes on with an exchange under way that had Streaming::transport_waits set.
  virtual void resume(Exchange* exchange) = 0;
  // The user is gone: closes idle connections. No exchange of this pool is under way.
  virtual void release(std::unique_ptr<ConnectionPool::State> state) = 0;

  // Descriptors the transport added to the epoll set it was given.
  virtual void on_ready(int fd, uint32_t epoll_events) = 0;
  // When on_time() must be called next; SteadyTime::max() for never.
  virtual SteadyTime next_deadline() const = 0;
  virtual void on_time(SteadyTime now) = 0;
};

}  // namespace nest::http

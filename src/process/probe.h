// Asks a network address again and again, without blocking, whether a helper process is ready.
//
// TCP: an accepted connection. HTTP: "GET path HTTP/1.0" answered with a status of 200 to 299. Plain http
// only; redirects are not followed. Attempts go through the host's addresses in turn.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_descriptor.h"
#include "process/endpoint.h"

namespace nest::process {

// One thread. Its sockets announce themselves to the epoll instance, edge-triggered.
class Probe {
 public:
  static constexpr Duration kRetryAfter = std::chrono::milliseconds(50);
  static constexpr Duration kAttemptLimit = std::chrono::seconds(5);

  // HTTP if the endpoint has a path, else TCP. `addresses` is what resolve(endpoint) gave, not empty.
  // `epoll_fd` must outlive the probe.
  Probe(Endpoint endpoint, std::vector<SocketAddress> addresses, int epoll_fd);

  // Does what can be done at once. True when the endpoint is ready; no call may follow.
  bool advance(SteadyTime now);

  // When to call advance() again if no descriptor wakes us before.
  SteadyTime deadline() const { return deadline_; }

  // Why the latest attempt failed: "connection refused", "answered 503".
  const std::string& last_failure() const { return last_failure_; }

 private:
  enum class Step { kIdle, kConnecting, kReading };

  void begin_attempt(SteadyTime now);
  bool finish_connecting(SteadyTime now);
  bool read_answer(SteadyTime now);
  bool judge(SteadyTime now);
  void fail(std::string why, SteadyTime now);

  Endpoint endpoint_;
  std::vector<SocketAddress> addresses_;
  int epoll_fd_;
  size_t next_address_ = 0;
  Step step_ = Step::kIdle;
  FileDescriptor socket_;
  std::string answer_;
  std::string last_failure_ = "not tried yet";
  SteadyTime deadline_{};
};

}  // namespace nest::process

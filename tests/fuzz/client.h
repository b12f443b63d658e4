// One user of the transports, on the network of network.h: what HttpEngine's two threads do, in
// one.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "http/exchange.h"
#include "http/transport.h"

namespace nest::fuzz {

inline SteadyTime now() { return std::chrono::steady_clock::now(); }

// Whether they are in order.
void check_times(const http::Timings& times);

// All users of the program have one transport, as in a run; one user at a time.
class Client {
 public:
  // `attend` lets the server take what has come; whether there was anything.
  explicit Client(std::function<bool()> attend, http::Network network = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void start(http::Exchange& exchange);
  bool is_done(const http::Exchange& exchange) const;
  // If it is not done.
  void cancel(http::Exchange& exchange);

  // A piece of the request's body, if it is still wanted and there is room.
  void upload(http::Exchange& exchange, std::string_view piece);
  void end_upload(http::Exchange& exchange);
  // Takes what has come of the response's body.
  std::string read(http::Exchange& exchange);

  // Until nothing happens without time passing.
  void settle();
  // Lets time pass while somebody waits for it.
  void wait();

 private:
  void complete(http::Exchange* exchange);
  void resume(http::Exchange& exchange);

  const std::function<bool()> attend_;
  const std::shared_ptr<http::ConnectionPool> pool_;
  std::set<const http::Exchange*> under_way_;
  bool starting_ = false;
};

}  // namespace nest::fuzz

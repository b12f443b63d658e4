// An engine with one user, driven the way the Python thread does it.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "http/curl_transport.h"
#include "http/direct_transport.h"
#include "http/engine.h"

namespace nest::http::testing {

class EngineDriver : public ::testing::Test {
 protected:
  std::unique_ptr<Exchange> make(const std::string& url, const std::string& method = "GET") {
    auto exchange = std::make_unique<Exchange>();
    exchange->request.method = method;
    exchange->request.url = url;
    exchange->pool = pool_;
    return exchange;
  }

  void submit(Exchange& exchange) {
    completed_.erase(&exchange);  // an earlier one may have been at the same address
    engine_.submit(&exchange);
  }

  // Takes news until `condition` holds; fails after a generous deadline.
  template <class Condition>
  void wait_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "what is waited for never happened";
      pollfd poller{engine_.completion_fd(), POLLIN, 0};
      ::poll(&poller, 1, 50);
      take();
    }
  }

  void wait_for(const Exchange* exchange) {
    wait_until([&] { return completed_.count(exchange) != 0; });
  }

  void take() {
    const HttpEngine::News news = engine_.take_news();
    for (Streaming* streaming = news.streaming; streaming != nullptr;)
      streaming = HttpEngine::next_news(streaming);
    for (Exchange* done = news.completed; done != nullptr; done = engine_.next_completed(done))
      ++completed_[done];
    engine_.rest();
  }

  std::unique_ptr<Exchange> run(std::unique_ptr<Exchange> exchange) {
    submit(*exchange);
    wait_for(exchange.get());
    EXPECT_EQ(completed_[exchange.get()], 1);
    return exchange;
  }

  std::unique_ptr<Exchange> get(const std::string& url) { return run(make(url)); }

  explicit EngineDriver(TransportFactory make_transport, IoThreads threads = {})
      : engine_(std::move(make_transport), threads) {}

  HttpEngine engine_;
  std::shared_ptr<ConnectionPool> pool_ = engine_.make_pool();
  std::map<const Exchange*, int> completed_;
};

struct TransportKind {
  const char* name;
  std::unique_ptr<Transport> (*make)(std::shared_ptr<LookUps>, const FileDescriptor&, Transport::Events);
};

inline void PrintTo(const TransportKind& kind, std::ostream* out) { *out << kind.name; }

inline auto both_transports() {
  return ::testing::Values(TransportKind{"curl", &make_curl_transport_with},
                           TransportKind{"direct", &make_direct_transport_with});
}

inline std::string name_of(const ::testing::TestParamInfo<TransportKind>& info) { return info.param.name; }

// Over each of the transports.
class EngineTest : public EngineDriver, public ::testing::WithParamInterface<TransportKind> {
 protected:
  explicit EngineTest(IoThreads threads = {})
      : EngineTest(std::make_shared<LookUps>(&LookUps::ask_system), threads) {}
  EngineTest(std::shared_ptr<LookUps> look_ups, IoThreads threads)
      : EngineDriver([look_ups = std::move(look_ups), make = GetParam().make](
                         const FileDescriptor& epoll,
                         Transport::Events events) { return make(look_ups, epoll, std::move(events)); },
                     threads) {}
};

}  // namespace nest::http::testing

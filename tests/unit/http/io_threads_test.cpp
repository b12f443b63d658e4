// Users spread over several I/O threads.
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine_fixture.h"
#include "http/engine.h"
#include "scripted_server.h"

namespace nest::http {
namespace {

using testing::always;
using testing::Connection;
using testing::EngineDriver;
using testing::ScriptedServer;

constexpr IoThreads kThree{3, 1};

// Answers at once, with the number of its thread as status, but for what has the method HANG.
class AnsweringTransport final : public Transport {
 public:
  AnsweringTransport(int number, Events events) : number_(number), events_(std::move(events)) {}
  ~AnsweringTransport() override { EXPECT_TRUE(silent_.empty()); }

  void start(Exchange* exchange) override {
    if (exchange->request.method == "HANG")
      silent_.insert(exchange);
    else
      answered_.push_back(exchange);
  }
  void cancel(Exchange* exchange) override {
    if (silent_.erase(exchange) == 0 && std::erase(answered_, exchange) == 0) return;
    exchange->failure.kind = FailureKind::kCancelled;
    events_.completed(exchange);
  }
  void resume(Exchange* /*exchange*/) override {}
  void release(std::unique_ptr<ConnectionPool::State> /*state*/) override {}
  void on_ready(int /*fd*/, uint32_t /*epoll_events*/) override {}
  SteadyTime next_deadline() const override { return answered_.empty() ? SteadyTime::max() : SteadyTime{}; }
  void on_time(SteadyTime /*now*/) override {
    for (Exchange* exchange : std::exchange(answered_, {})) {
      exchange->response.status = number_;
      events_.completed(exchange);
    }
  }

 private:
  const int number_;
  const Events events_;
  std::vector<Exchange*> answered_;
  std::unordered_set<Exchange*> silent_;
};

TransportFactory answering() {
  return [number = std::make_shared<std::atomic<int>>(0)](const FileDescriptor& /*epoll*/,
                                                          Transport::Events events) {
    return std::make_unique<AnsweringTransport>(++*number, std::move(events));
  };
}

class SpreadUsersTest : public EngineDriver {
 protected:
  SpreadUsersTest() : EngineDriver(answering(), kThree) { pool_.reset(); }

  // Which thread answered.
  int thread_of(const std::shared_ptr<ConnectionPool>& pool) {
    pool_ = pool;
    const int number = get("http://x.test/")->response.status;
    pool_.reset();
    return number;
  }
};

TEST_F(SpreadUsersTest, EachThreadHasAsManyUsersAsTheOthers) {
  std::vector<std::shared_ptr<ConnectionPool>> pools;
  std::map<int, int> users;
  for (int i = 0; i < 9; ++i) ++users[thread_of(pools.emplace_back(engine_.make_pool()))];
  EXPECT_EQ(users, (std::map<int, int>{{1, 3}, {2, 3}, {3, 3}}));
  // Whoever comes takes the place of whoever has gone.
  const int left = thread_of(pools[4]);
  pools[4] = nullptr;
  EXPECT_EQ(thread_of(engine_.make_pool()), left);
}

TEST_F(SpreadUsersTest, AUserStaysWithItsThread) {
  std::vector<std::shared_ptr<ConnectionPool>> pools;
  std::vector<int> threads;
  for (int i = 0; i < 6; ++i) threads.push_back(thread_of(pools.emplace_back(engine_.make_pool())));
  for (size_t i = pools.size(); i-- > 0;) EXPECT_EQ(thread_of(pools[i]), threads[i]);
}

TEST_F(SpreadUsersTest, AnotherThreadBeginsOnlyWhenTheOthersHaveTheirUsers) {
  engine_.spread_over({2, 4});
  std::vector<std::shared_ptr<ConnectionPool>> pools;
  std::string threads;
  for (int i = 0; i < 10; ++i) threads += std::to_string(thread_of(pools.emplace_back(engine_.make_pool())));
  EXPECT_EQ(threads, "1111222212");
}

TEST_F(SpreadUsersTest, ACancelReachesTheThreadOfItsUser) {
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int i = 0; i < 6; ++i) {
    pool_ = engine_.make_pool();
    exchanges.push_back(make("http://x.test/", "HANG"));
    submit(*exchanges.back());
  }
  for (const size_t i : {4U, 0U, 5U, 1U, 3U}) {
    engine_.cancel(exchanges[i].get());
    wait_for(exchanges[i].get());
    EXPECT_EQ(exchanges[i]->failure.kind, FailureKind::kCancelled);
  }
  EXPECT_EQ(completed_.size(), 5U);
  engine_.shutdown();
  take();
  EXPECT_EQ(completed_[exchanges[2].get()], 1);
}

TEST_F(SpreadUsersTest, ACancelThatComesTooLateHitsNobodyElse) {
  pool_ = engine_.make_pool();
  for (int i = 0; i < 100; ++i) {
    const auto first = make("http://x.test/");
    submit(*first);
    engine_.cancel(first.get());
    wait_for(first.get());
    // Takes the place of the first one among those under way, maybe before that is cancelled.
    const auto second = make("http://x.test/");
    engine_.cancel(first.get());
    submit(*second);
    wait_for(second.get());
    ASSERT_EQ(second->failure.kind, FailureKind::kNone);
  }
}

// All sides busy, and asleep in between: who is not woken keeps its users waiting for good.
TEST_F(SpreadUsersTest, NothingIsLostOrLeftLying) {
  constexpr int kRequestsEach = 400;
  struct User {
    std::shared_ptr<ConnectionPool> pool;
    std::unique_ptr<Exchange> exchange;
    int left = kRequestsEach;
    int thread = 0;
  };
  std::vector<User> users(30);
  for (User& user : users) {
    user.pool = engine_.make_pool();
    pool_ = user.pool;
    user.exchange = make("http://x.test/");
    user.exchange->waiter = &user;
    engine_.submit(user.exchange.get());
  }
  size_t at_work = users.size();
  while (at_work > 0) {
    pollfd poller{engine_.completion_fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&poller, 1, 20'000), 1) << at_work << " users wait for news that nobody brings";
    for (Exchange* done = engine_.take_news().completed; done != nullptr;) {
      auto* user = static_cast<User*>(done->waiter);
      done = engine_.next_completed(done);
      if (user->thread == 0) user->thread = user->exchange->response.status;
      ASSERT_EQ(user->exchange->response.status, user->thread);
      if (--user->left > 0)
        engine_.submit(user->exchange.get());
      else
        --at_work;
    }
    engine_.rest();
  }
  EXPECT_EQ(engine_.take_news().completed, nullptr);
  const std::vector<Duration> used = engine_.processor_times();
  EXPECT_EQ(used.size(), kThree.most);
  for (const Duration each : used) EXPECT_GT(each, Duration::zero());
  engine_.shutdown();
  EXPECT_TRUE(engine_.processor_times().empty());
}

// With libcurl and a server.
class IoThreadsTest : public EngineDriver, public ::testing::WithParamInterface<size_t> {
 protected:
  IoThreadsTest() : EngineDriver(&make_direct_transport, {GetParam(), 1}) {}
};

TEST_P(IoThreadsTest, EachUserHasOneConnectionAndEachRequestItsAnswer) {
  const ScriptedServer server([](Connection& connection) {
    for (std::string request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      const std::string path = request.substr(5, request.find(' ', 5) - 5);
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(path.size()) + "\r\n\r\n" +
                      path);
    }
  });
  constexpr size_t kUsers = 12;
  std::vector<std::shared_ptr<ConnectionPool>> pools;
  for (size_t i = 0; i < kUsers; ++i) pools.push_back(engine_.make_pool());
  for (int round = 0; round < 5; ++round) {
    std::vector<std::unique_ptr<Exchange>> exchanges;
    for (size_t i = 0; i < kUsers; ++i) {
      pool_ = pools[i];
      exchanges.push_back(make(server.url("/" + std::to_string(i) + "." + std::to_string(round))));
      submit(*exchanges.back());
    }
    for (size_t i = 0; i < kUsers; ++i) {
      wait_for(exchanges[i].get());
      EXPECT_EQ(exchanges[i]->response.body, std::to_string(i) + "." + std::to_string(round));
      EXPECT_EQ(completed_[exchanges[i].get()], 1);
    }
    completed_.clear();
  }
  EXPECT_EQ(server.accepted(), static_cast<int>(kUsers));
}

TEST_P(IoThreadsTest, PoolsMayGoInTheMidstOfTheirRequests) {
  const ScriptedServer server([](Connection& connection) { connection.hang(); });
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int i = 0; i < 9; ++i) {
    pool_ = engine_.make_pool();
    exchanges.push_back(make(server.url("/")));
    submit(*exchanges.back());
  }
  pool_.reset();
  for (const auto& exchange : exchanges) engine_.cancel(exchange.get());
  for (const auto& exchange : exchanges) {
    wait_for(exchange.get());
    exchange->pool.reset();
    EXPECT_EQ(exchange->failure.kind, FailureKind::kCancelled);
  }
}

TEST_P(IoThreadsTest, ShutdownEndsWhatIsUnderWayEverywhere) {
  const ScriptedServer server([](Connection& connection) { connection.hang(); });
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int i = 0; i < 9; ++i) {
    pool_ = engine_.make_pool();
    exchanges.push_back(make(server.url("/")));
    submit(*exchanges.back());
  }
  engine_.shutdown();
  take();
  for (const auto& exchange : exchanges) {
    EXPECT_EQ(completed_[exchange.get()], 1);
    EXPECT_EQ(exchange->failure.kind, FailureKind::kCancelled);
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, IoThreadsTest, ::testing::Values(1, 3));

}  // namespace
}  // namespace nest::http

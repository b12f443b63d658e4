#include "http/direct_transport.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine_fixture.h"
#include "scripted_server.h"

namespace nest::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Connection;
using testing::EngineTest;
using testing::ScriptedServer;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr size_t kMuch = 64 << 20;  // more than the sockets' buffers hold

bool happens(std::promise<void>& promise) {
  return promise.get_future().wait_for(seconds(20)) == std::future_status::ready;
}

// A request in each of its states, and its connection.
class DirectTransportTest : public EngineTest {
 protected:
  std::unique_ptr<Exchange> make_post(const std::string& url, size_t size) {
    auto exchange = make(url, "POST");
    exchange->request.has_body = true;
    exchange->request.body.assign(size, 'x');
    return exchange;
  }
};

INSTANTIATE_TEST_SUITE_P(Http, DirectTransportTest, testing::both_transports(), testing::name_of);

TEST_P(DirectTransportTest, CancellingClosesTheConnectionWhateverTheStateOfTheRequest) {
  struct State {
    bool is_handshake;
    size_t body;
    std::string answer;
  };
  const std::string head = "HTTP/1.1 200 OK\r\n";
  for (const State& state :
       std::initializer_list<State>{{true, 0, ""},
                                    {false, kMuch, ""},
                                    {false, kMuch, head},
                                    {false, 0, ""},
                                    {false, 0, "HTTP"},
                                    {false, 0, "HTTP/1.1 100 Continue\r\n\r\n"},
                                    {false, 0, head + "X-A: "},
                                    {false, 0, head + "Content-Length: 9\r\n\r\n"},
                                    {false, 0, head + "Content-Length: 9\r\n\r\nabc"},
                                    {false, 0, head + "Transfer-Encoding: chunked\r\n\r\n5\r\nab"},
                                    {false, 0, head + "Content-Encoding: gzip\r\n\r\n\x1f\x8b"}}) {
    std::promise<void> reached, cancelled, gone;
    std::atomic<int> number{0};
    const ScriptedServer server([&, go_on = cancelled.get_future().share()](Connection& connection) {
      if (number++ > 0) return testing::always(kOk)(connection);
      if (!state.is_handshake) connection.read_through("\r\n\r\n");
      connection.send(state.answer);
      reached.set_value();
      go_on.wait();
      connection.hang();
      gone.set_value();
    });
    pool_ = engine_.make_pool();
    const std::string url = state.is_handshake ? "https" + server.url("/").substr(4) : server.url("/");
    const auto exchange = state.body > 0 ? make_post(url, state.body) : make(url);
    submit(*exchange);
    ASSERT_TRUE(happens(reached));
    engine_.cancel(exchange.get());
    wait_for(exchange.get());
    EXPECT_EQ(exchange->failure.kind, FailureKind::kCancelled) << state.answer;
    cancelled.set_value();
    EXPECT_TRUE(happens(gone)) << state.answer;
    EXPECT_EQ(get(server.url("/"))->response.body, "ok");
    EXPECT_EQ(completed_[exchange.get()], 1);
  }
}

TEST_P(DirectTransportTest, SilenceIsTimedWhereverInTheResponseItFalls) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  for (const std::string& answer : std::initializer_list<std::string>{
           "HTTP", "HTTP/1.1 103 Early Hints\r\n\r\n", head + "X-A: ", head + "\r\n",
           head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: "}) {
    const ScriptedServer server([&](Connection& connection) {
      connection.read_request();
      connection.send(answer);
      connection.hang();
    });
    auto exchange = make(server.url("/"));
    exchange->request.read_timeout = milliseconds(50);
    EXPECT_EQ(run(std::move(exchange))->failure.kind, FailureKind::kReadTimeout) << answer;
  }
}

TEST_P(DirectTransportTest, AnEarlyAnswerToALargeBodyIsTheResponse) {
  struct Server {
    std::string answer;
    bool reads_on;
    int connections;  // for this request and the next
  };
  for (const Server& kind : std::initializer_list<Server>{
           {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly", true, 1},
           {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nearly", false, 2},
           {"HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nearly", false, 2},
           {"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 5\r\n\r\nearly", false, 2}}) {
    std::promise<void> answered;
    const ScriptedServer server([&, is_answered = answered.get_future().share()](Connection& connection) {
      if (connection.read_through("\r\n\r\n").starts_with("GET")) return connection.send(kOk);
      connection.send(kind.answer);
      if (kind.reads_on) {
        connection.skip(kMuch);
        testing::always(kOk)(connection);
      } else {
        is_answered.wait();
        connection.hang();
      }
    });
    pool_ = engine_.make_pool();
    const auto done = run(make_post(server.url("/"), kMuch));
    answered.set_value();
    EXPECT_EQ(done->failure.kind, FailureKind::kNone) << done->failure.message;
    EXPECT_EQ(done->response.body, "early");
    EXPECT_EQ(get(server.url("/"))->response.body, "ok");
    EXPECT_EQ(server.accepted(), kind.connections) << kind.answer;
  }
}

TEST_P(DirectTransportTest, ParallelRequestsOfAUserHaveAConnectionEachOfWhichAHundredStayOpen) {
  constexpr int kRequests = 104;
  std::atomic<int> waiting{0};
  std::atomic<int> ended{0};
  const ScriptedServer server([&](Connection& connection) {
    while (!connection.read_request().empty()) {
      ++waiting;
      while (waiting < kRequests) std::this_thread::sleep_for(milliseconds(1));
      connection.send(kOk);
    }
    ++ended;
  });
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int i = 0; i < kRequests; ++i) submit(*exchanges.emplace_back(make(server.url("/"))));
  for (const auto& exchange : exchanges) wait_for(exchange.get());
  EXPECT_EQ(server.accepted(), kRequests);
  wait_until([&] { return ended >= kRequests - 100; });
  for (const auto& exchange : exchanges) {
    EXPECT_EQ(exchange->response.body, "ok");
  }
  EXPECT_EQ(ended, kRequests - 100);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(get(server.url("/"))->response.body, "ok");
  EXPECT_EQ(server.accepted(), kRequests);
}

}  // namespace
}  // namespace nest::http

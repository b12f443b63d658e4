#include "http/tcp_connect.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <cerrno>
#include <memory>
#include <string>
#include <thread>

#include "engine_fixture.h"
#include "scripted_server.h"
#include "unanswering_server.h"

namespace nest::http {
namespace {

using std::chrono::milliseconds;
using testing::EngineTest;
using testing::ScriptedServer;
using testing::UnansweringServer;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

uint16_t port_of(const ScriptedServer& server) {
  return static_cast<uint16_t>(std::stoi(server.url("").substr(server.url("").rfind(':') + 1)));
}

// What comes of it in the end.
int outcome(const ConnectionAttempt& attempt) {
  pollfd poller{attempt.socket.get(), POLLOUT, 0};
  EXPECT_EQ(::poll(&poller, 1, 10'000), 1);
  return attempt.os_error != 0 ? attempt.os_error : connection_error(attempt.socket.get());
}

TEST(TcpConnect, TellsWhatBecomesOfAConnection) {
  Endpoint endpoint{"127.0.0.1", 0};
  {
    const ScriptedServer server(testing::always(kOk));
    endpoint.port = port_of(server);
    EXPECT_EQ(outcome(begin_to_connect(endpoint, "")), 0);
    EXPECT_EQ(outcome(begin_to_connect(endpoint, "127.0.0.2")), 0);
  }
  EXPECT_EQ(outcome(begin_to_connect(endpoint, "")), ECONNREFUSED);
  const UnansweringServer server;
  const ConnectionAttempt attempt = begin_to_connect(server.endpoint(), "");
  EXPECT_EQ(attempt.os_error, 0);
  EXPECT_EQ(connection_error(attempt.socket.get()), EINPROGRESS);
}

TEST(TcpConnect, HasNoSocketForWhatCannotBe) {
  EXPECT_LT(begin_to_connect({"name.test", 80}, "").socket.get(), 0);
  EXPECT_LT(begin_to_connect({"fe80::1%lo", 80}, "").socket.get(), 0);
  EXPECT_LT(begin_to_connect({"127.0.0.1", 80}, "192.0.2.1").socket.get(), 0);
  EXPECT_LT(begin_to_connect({"127.0.0.1", 80}, "::1").socket.get(), 0);
}

class ConnectingTest : public EngineTest {};

INSTANTIATE_TEST_SUITE_P(Http, ConnectingTest, testing::both_transports(), testing::name_of);

TEST_P(ConnectingTest, AConnectionThatDoesNotComeAboutRunsIntoTheLimitThatApplies) {
  struct Limits {
    milliseconds connect, read;
    FailureKind kind;
  };
  const UnansweringServer server;
  for (const Limits& limits : {Limits{milliseconds(60), {}, FailureKind::kConnectTimeout},
                               Limits{milliseconds(60), milliseconds(1), FailureKind::kConnectTimeout},
                               Limits{{}, milliseconds(60), FailureKind::kReadTimeout}}) {
    auto exchange = make(server.url());
    exchange->request.connect_timeout = limits.connect;
    exchange->request.read_timeout = limits.read;
    exchange = run(std::move(exchange));
    EXPECT_EQ(exchange->failure.kind, limits.kind);
    const TimeParts parts = exchange->timings.parts();
    EXPECT_GE(parts.connect, milliseconds(50));
    EXPECT_EQ(parts.dns + parts.connect, exchange->timings.response_time());
  }
}

TEST_P(ConnectingTest, IsCancelledAtOnce) {
  const UnansweringServer server;
  const auto exchange = make(server.url());
  submit(*exchange);
  engine_.cancel(exchange.get());
  wait_for(exchange.get());
  EXPECT_EQ(exchange->failure.kind, FailureKind::kCancelled);
  const auto other = make(server.url());
  submit(*other);
  engine_.shutdown();
  wait_for(other.get());
  EXPECT_EQ(other->failure.kind, FailureKind::kCancelled);
}

TEST_P(ConnectingTest, AConnectionTakesTimeOnceAndItsLimitNoLonger) {
  const ScriptedServer server([](testing::Connection& connection) {
    connection.read_request();
    std::this_thread::sleep_for(milliseconds(120));
    connection.send(kOk);
    connection.hang();
  });
  auto exchange = make(server.url("/"));
  exchange->request.connect_timeout = milliseconds(40);
  exchange = run(std::move(exchange));
  EXPECT_EQ(exchange->response.status, 200);
  EXPECT_GT(exchange->timings.connect, Duration::zero());
  EXPECT_LT(exchange->timings.parts().connect, milliseconds(100));
  EXPECT_GE(exchange->timings.parts().first_byte, milliseconds(100));
}

}  // namespace
}  // namespace nest::http

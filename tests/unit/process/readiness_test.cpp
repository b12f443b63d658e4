// When a helper process counts as ready, and what is told when it never is.
#include <gtest/gtest.h>

#include "scratch.h"

namespace nest::process {
namespace {

class Readiness : public testing::Test {
 protected:
  ScratchDirectory scratch;
  Supervisor supervisor{scratch.path("log")};
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  const std::string port = address.substr(address.find(':') + 1);

  // Answers the requests with these statuses, one each, and the last one for ever. "" closes the connection.
  DependencySpec http_server(const std::string& statuses) {
    return ready_when(python("web", R"(
import socket
listener = socket.create_server(("127.0.0.1", )" +
                                        port + R"())
statuses = [)" + statuses + R"(]
while True:
    connection, _ = listener.accept()
    request = connection.recv(4096).decode()
    print(request.split("\r\n")[0])
    connection.sendall(statuses[0].encode())
    connection.close()
    statuses = statuses[1:] or statuses
)"),
                      ReadyKind::kHttp, "http://" + address + "/health?deep=1");
  }
};

TEST_F(Readiness, NeedsNoCheck) {
  supervisor.start(shell("data", "exec sleep 1000"));
  EXPECT_EQ(supervisor.poll().front().state, State::kReady);
}

TEST_F(Readiness, ComesWithALineOfTheOutput) {
  // It answers only after it was seen to be starting.
  supervisor.start(ready_when(shell("data", "echo starting; while ! [ -e " + scratch.path("go") +
                                                " ]; do sleep 0.01; done; "
                                                "echo now listening on port 80 >&2; exec sleep 1000"),
                              ReadyKind::kLog, "listening on port \\d+$"));
  await_line(supervisor, "data", "starting");
  EXPECT_EQ(supervisor.poll().front().state, State::kStarting);
  scratch.write("go", "");
  await(supervisor, "data", State::kReady);
}

TEST_F(Readiness, ComesWithATcpConnection) {
  supervisor.start(ready_when(python("data",
                                     "import socket, time\n"
                                     "listener = socket.create_server(('127.0.0.1', " +
                                         port +
                                         "))\n"
                                         "time.sleep(1000)"),
                              ReadyKind::kTcp, address));
  await(supervisor, "data", State::kReady);
}

TEST_F(Readiness, ComesWithAnHttpStatusOf2xx) {
  supervisor.start(http_server(R"("HTTP/1.1 204 No Content\r\n\r\n")"));
  await(supervisor, "web", State::kReady);
  await_line(supervisor, "web", "GET /health?deep=1 HTTP/1.0");
}

TEST_F(Readiness, WaitsUntilTheHttpServerAnswersWell) {
  supervisor.start(
      http_server(R"("", "garbage\r\n", "HTTP/1.1 503 Not Yet\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n")"));
  await(supervisor, "web", State::kReady);
  // What it printed may be read a little after its answer.
  size_t printed = 0;
  supervisor.wait_until(
      [&](const std::vector<Status>& statuses) {
        return (printed = statuses.front().last_output.size()) >= 4;
      },
      kDeadlineS);
  EXPECT_EQ(printed, 4U);
}

TEST_F(Readiness, TellsTheLastHttpAnswerWhenTimeIsUp) {
  DependencySpec spec = http_server(R"("HTTP/1.1 503 Not Yet\r\n\r\n")");
  spec.timeout_s = 3;
  supervisor.start(spec);
  EXPECT_EQ(await(supervisor, "web", State::kTimedOut).reason,
            "was not ready within 3 s: http://" + address + "/health?deep=1: answered 503");
}

TEST_F(Readiness, TellsWhyItCouldNotConnectWhenTimeIsUp) {
  DependencySpec spec = ready_when(shell("data", "exec sleep 1000"), ReadyKind::kTcp, address);
  spec.timeout_s = 0.2;
  supervisor.start(spec);
  EXPECT_EQ(await(supervisor, "data", State::kTimedOut).reason,
            "was not ready within 0.2 s: " + address + ": Connection refused");
}

TEST_F(Readiness, TellsThePatternThatDidNotMatchWhenTimeIsUp) {
  DependencySpec spec =
      ready_when(shell("data", "echo hello; exec sleep 1000"), ReadyKind::kLog, "listening");
  spec.timeout_s = 0.2;
  supervisor.start(spec);
  EXPECT_EQ(await(supervisor, "data", State::kTimedOut).reason,
            "was not ready within 0.2 s: no line of its output matched 'listening'");
}

TEST_F(Readiness, NeverComesAfterDeath) {
  supervisor.start(ready_when(shell("data", "echo broken; exit 3"), ReadyKind::kTcp, address));
  const Status status = await(supervisor, "data", State::kDied);
  EXPECT_EQ(status.reason, "exited with status 3");
  EXPECT_EQ(status.last_output, Lines({"broken"}));
}

TEST_F(Readiness, IsNotBlockedByAnEvilPatternOrALongLine) {
  supervisor.start(
      ready_when(shell("data", "head -c 4000 /dev/zero | tr '\\0' a; echo '!'; echo ready; exec sleep 1000"),
                 ReadyKind::kLog, "(a*)*b|^ready$"));
  await(supervisor, "data", State::kReady);
}

TEST_F(Readiness, NeedsAKnownHost) {
  const auto spec = ready_when(shell("data", "exit"), ReadyKind::kTcp, "no-such-host.invalid:80");
  EXPECT_EQ(usage_error_of([&] { supervisor.start(spec); }),
            "dependency 'data': unknown host in 'no-such-host.invalid:80'");
}

}  // namespace
}  // namespace nest::process

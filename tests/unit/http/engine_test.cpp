#include "http/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "engine_fixture.h"
#include "scripted_server.h"

namespace nest::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::always;
using testing::Connection;
using testing::EngineTest;
using testing::ScriptedServer;

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Test: yes\r\n\r\nhello";

INSTANTIATE_TEST_SUITE_P(Http, EngineTest, testing::both_transports(), testing::name_of);

TEST_P(EngineTest, DeliversStatusHeadersAndBody) {
  const ScriptedServer server(always(kOk));
  const auto done = get(server.url("/x"));
  EXPECT_EQ(done->failure.kind, FailureKind::kNone);
  EXPECT_EQ(done->response.status, 200);
  EXPECT_EQ(done->response.reason(), "OK");
  EXPECT_EQ(done->response.body, "hello");
  ASSERT_EQ(done->response.headers().size(), 2U);
  EXPECT_EQ(done->response.headers()[1].first, "X-Test");
  EXPECT_EQ(done->response.headers()[1].second, "yes");
}

TEST_P(EngineTest, StampsTheTimesInOrder) {
  const ScriptedServer server(always(kOk));
  const Timings times = get(server.url("/"))->timings;
  EXPECT_LE(times.submitted, times.started);
  EXPECT_LE(times.started, times.sending);
  EXPECT_LE(times.sending, times.sent);
  EXPECT_LE(times.sent, times.first_byte);
  EXPECT_LE(times.first_byte, times.header_end);
  EXPECT_LE(times.header_end, times.completed);
}

Duration sum(const TimeParts& parts) {
  return parts.dns + parts.connect + parts.tls + parts.send + parts.first_byte + parts.download;
}

TEST_P(EngineTest, OnlyANewConnectionTakesTimeToBeMade) {
  const ScriptedServer server(always(kOk));
  for (const bool is_new : {true, false}) {
    const Timings times = get(server.url("/"))->timings;
    const TimeParts parts = times.parts();
    EXPECT_EQ(parts.dns > Duration::zero(), is_new);
    EXPECT_EQ(parts.connect > Duration::zero(), is_new);
    EXPECT_EQ(parts.tls, Duration::zero());
    EXPECT_GE(parts.send, Duration::zero());
    EXPECT_EQ(sum(parts), times.response_time());
  }
}

TEST_P(EngineTest, EachDelayOfTheServerIsTimedWhereItBelongs) {
  constexpr auto kDelay = milliseconds(40);
  constexpr size_t kBody = 30'000'000;  // more than the kernel takes
  const ScriptedServer server([=](Connection& connection) {
    connection.read_through("\r\n\r\n");
    std::this_thread::sleep_for(kDelay);
    connection.skip(kBody);
    std::this_thread::sleep_for(2 * kDelay);
    connection.send("HTTP/1.1 200 OK\r\n");
    std::this_thread::sleep_for(kDelay);
    connection.send("Content-Length: 5\r\n\r\n");
    std::this_thread::sleep_for(kDelay);
    connection.send("hello");
  });
  auto exchange = make(server.url("/"), "POST");
  exchange->request.body.assign(kBody, 'x');
  exchange->request.has_body = true;
  const auto done = run(std::move(exchange));
  const TimeParts parts = done->timings.parts();
  EXPECT_GE(parts.send, kDelay);
  EXPECT_GE(parts.first_byte, kDelay) << "what the kernel still had to send is part of it";
  // A stamp may come late, which takes from one part what it adds to the one before.
  EXPECT_GE(parts.download, kDelay);
  EXPECT_GE(done->timings.until_header(), 4 * kDelay);
  EXPECT_GE(done->timings.response_time() - done->timings.until_header(), kDelay / 2);
  EXPECT_EQ(sum(parts), done->timings.response_time());
}

TEST_P(EngineTest, AnInterimResponseIsNotTheFirstByte) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 103 Early Hints\r\n\r\n");
    std::this_thread::sleep_for(milliseconds(40));
    connection.send(kOk);
  });
  const auto done = get(server.url("/"));
  EXPECT_EQ(done->response.status, 200);
  EXPECT_GE(done->timings.parts().first_byte, milliseconds(20));
}

TEST_P(EngineTest, TheLastPartOfAFailedRequestLastsUntilTheFailure) {
  const ScriptedServer server([](Connection& connection) { connection.hang(); });
  auto silent = make(server.url("/"));
  silent->request.read_timeout = milliseconds(50);
  const TimeParts waited = run(std::move(silent))->timings.parts();
  EXPECT_GE(waited.first_byte, milliseconds(40));
  EXPECT_EQ(waited.download, Duration::zero());

  const auto refused = get("http://127.0.0.1:1/");
  const TimeParts tried = refused->timings.parts();
  EXPECT_EQ(refused->failure.kind, FailureKind::kRefused);
  EXPECT_GT(tried.connect, Duration::zero());
  EXPECT_EQ(tried.dns + tried.connect, refused->timings.response_time());
}

TEST_P(EngineTest, SendsMethodHeadersAndBodyAndNothingOfItsOwn) {
  std::string seen;
  {
    const ScriptedServer server([&seen](Connection& connection) {
      seen = connection.read_request();
      connection.send(kOk);
    });
    auto exchange = make(server.url("/path?q=1"), "PATCH");
    exchange->request.headers.set("Accept", "*/*");
    exchange->request.headers.set("accept", "text/plain");
    exchange->request.headers.set("Accept-Encoding", "gzip");
    exchange->request.headers.set("X-Empty", "");
    exchange->request.body = "{}";
    exchange->request.has_body = true;
    run(std::move(exchange));
  }
  EXPECT_TRUE(seen.starts_with("PATCH /path?q=1 HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("accept: text/plain\r\n"), std::string::npos) << seen;
  EXPECT_TRUE(seen.find("X-Empty:\r\n") != std::string::npos ||
              seen.find("X-Empty: \r\n") != std::string::npos)
      << seen;
  EXPECT_NE(seen.find("Content-Length: 2\r\n"), std::string::npos) << seen;
  EXPECT_EQ(seen.find("User-Agent"), std::string::npos) << seen;
  EXPECT_EQ(seen.find("Content-Type"), std::string::npos) << seen;
  EXPECT_EQ(seen.find("*/*"), std::string::npos) << seen;
  EXPECT_TRUE(seen.ends_with("\r\n\r\n{}")) << seen;
}

TEST_P(EngineTest, AnEmptyPostSaysThatItsLengthIsZero) {
  std::string seen;
  {
    const ScriptedServer server([&seen](Connection& connection) {
      seen = connection.read_request();
      connection.send(kOk);
    });
    run(make(server.url("/"), "POST"));
  }
  EXPECT_NE(seen.find("Content-Length: 0\r\n"), std::string::npos) << seen;
}

TEST_P(EngineTest, AHeadRequestHasNoBodyAndDoesNotBreakTheConnection) {
  const ScriptedServer server([](Connection& connection) {
    for (std::string request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      connection.send(request.starts_with("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" : kOk);
    }
  });
  EXPECT_EQ(run(make(server.url("/"), "HEAD"))->response.body, "");
  EXPECT_EQ(get(server.url("/"))->response.body, "hello");
  EXPECT_EQ(run(make(server.url("/"), "POST"))->response.body, "hello");
  EXPECT_EQ(server.accepted(), 1);
}

TEST_P(EngineTest, OneUserKeepsItsConnectionAndNeverUsesAnothersOne) {
  const ScriptedServer server(always(kOk));
  for (int i = 0; i < 5; ++i) get(server.url("/"));
  EXPECT_EQ(server.accepted(), 1);
  const std::shared_ptr<ConnectionPool> first = pool_;
  pool_ = engine_.make_pool();
  for (int i = 0; i < 5; ++i) get(server.url("/"));
  EXPECT_EQ(server.accepted(), 2);
  pool_ = first;
  get(server.url("/"));
  EXPECT_EQ(server.accepted(), 2);
}

TEST_P(EngineTest, AConnectionThatDiedIdleIsReplaced) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send(kOk);
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(server.url("/"))->failure.kind, FailureKind::kNone);
  EXPECT_EQ(server.accepted(), 3);
}

// Answers the first request of a connection and ends it at the second; counts the requests.
ScriptedServer::Script dies_at_the_second(std::atomic<int>& requests, bool by_reset) {
  return [&requests, by_reset](Connection& connection) {
    if (connection.read_request().empty()) return;
    ++requests;
    connection.send(kOk);
    if (connection.read_request().empty()) return;
    ++requests;
    if (by_reset) connection.reset();
  };
}

TEST_P(EngineTest, ARequestWhoseConnectionDiesIsSentAgainIfItIsSafe) {
  for (const bool by_reset : {false, true}) {
    std::atomic<int> requests{0};
    const ScriptedServer server(dies_at_the_second(requests, by_reset));
    pool_ = engine_.make_pool();
    // More often than libcurl alone would do it with one handle.
    for (int i = 0; i < 8; ++i) {
      EXPECT_EQ(get(server.url("/"))->failure.kind, FailureKind::kNone);
      EXPECT_EQ(run(make(server.url("/"), i % 2 == 0 ? "HEAD" : "DELETE"))->failure.kind, FailureKind::kNone);
      pool_ = engine_.make_pool();
    }
    EXPECT_EQ(requests, 24);
  }
}

TEST_P(EngineTest, ARequestWhoseConnectionDiesIsNotSentAgainIfTheServerMayHaveActedOnIt) {
  for (const bool by_reset : {false, true}) {
    const FailureKind expected = by_reset ? FailureKind::kConnectionReset : FailureKind::kConnectionClosed;
    std::atomic<int> requests{0};
    const ScriptedServer server(dies_at_the_second(requests, by_reset));
    for (int i = 0; i < 8; ++i) {
      pool_ = engine_.make_pool();
      EXPECT_EQ(get(server.url("/"))->failure.kind, FailureKind::kNone);
      auto exchange = make(server.url("/"), i % 2 == 0 ? "POST" : "PUT");
      exchange->request.has_body = i % 4 != 0;
      if (exchange->request.has_body) exchange->request.body = "x";
      EXPECT_EQ(run(std::move(exchange))->failure.kind, expected);
    }
    EXPECT_EQ(requests, 16);
    EXPECT_EQ(server.accepted(), 8);
  }
}

TEST_P(EngineTest, ARequestIsSentAgainOnlyOnce) {
  std::atomic<int> requests{0};
  std::atomic<int> waiting{0};
  const ScriptedServer server([&](Connection& connection) {
    connection.read_request();
    if (++waiting <= 3) {
      while (waiting < 3) std::this_thread::sleep_for(milliseconds(1));
      connection.send(kOk);
      if (connection.read_request().empty()) return;
    }
    ++requests;
  });
  // Three connections, all of which die at the next request, and so does a fourth one at its first.
  std::vector<std::unique_ptr<Exchange>> first;
  for (int i = 0; i < 3; ++i) first.push_back(make(server.url("/")));
  for (auto& exchange : first) submit(*exchange);
  for (auto& exchange : first) wait_for(exchange.get());
  EXPECT_EQ(get(server.url("/"))->failure.kind, FailureKind::kConnectionClosed);
  EXPECT_EQ(requests, 2);
  EXPECT_EQ(server.accepted(), std::string(GetParam().name) == "curl" ? 3 : 4);
}

TEST_P(EngineTest, AConnectionThatEndedIdleIsNoticedBeforeARequestIsSent) {
  const auto closes = [](Connection& connection) { connection.close(); };
  const auto resets = [](Connection& connection) { connection.reset(); };
  const auto says_so = [](Connection& connection) {
    connection.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    connection.close();
  };
  const auto speaks_unasked = [](Connection& connection) {
    connection.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
  };
  for (const ScriptedServer::Script& end :
       std::initializer_list<ScriptedServer::Script>{closes, resets, says_so, speaks_unasked}) {
    std::promise<void> answered;
    std::promise<void> ended;
    std::atomic<int> number{0};
    const ScriptedServer server([&, first = answered.get_future().share()](Connection& connection) {
      connection.read_request();
      connection.send(kOk);
      if (number++ > 0) return connection.hang();
      first.wait();
      end(connection);
      ended.set_value();
      connection.hang();
    });
    pool_ = engine_.make_pool();
    EXPECT_EQ(get(server.url("/"))->response.status, 200);
    answered.set_value();
    ended.get_future().wait();
    const auto done = run(make(server.url("/"), "POST"));
    EXPECT_EQ(done->failure.kind, FailureKind::kNone) << done->failure.message;
    EXPECT_EQ(done->response.status, 200);
    EXPECT_EQ(server.accepted(), 2);
  }
}

TEST_P(EngineTest, AUserConnectsFromItsLocalAddress) {
  std::string peer;
  {
    const ScriptedServer server([&peer](Connection& connection) {
      connection.read_request();
      peer = connection.peer();
      connection.send(kOk);
    });
    Network network;
    network.local_address = "127.0.0.2";
    pool_ = engine_.make_pool(std::move(network));
    EXPECT_EQ(get(server.url("/"))->response.status, 200);
  }
  EXPECT_EQ(peer, "127.0.0.2");
}

TEST_P(EngineTest, ALocalAddressThatIsNotOursKeepsTheConnectionFromBeingMade) {
  const ScriptedServer server(always(kOk));
  Network network;
  network.local_address = "192.0.2.1";
  pool_ = engine_.make_pool(network);
  auto done = get(server.url("/"));
  EXPECT_EQ(done->failure.kind, FailureKind::kUnreachable);
  EXPECT_EQ(done->failure.os_error, EADDRNOTAVAIL);
  network.local_address = "::1";
  pool_ = engine_.make_pool(network);
  done = get(server.url("/"));
  EXPECT_EQ(done->failure.os_error, EAFNOSUPPORT);
  EXPECT_EQ(server.accepted(), 0);
}

TEST_P(EngineTest, ManyUsersAreServedAtOnce) {
  constexpr int kUsers = 200;
  const ScriptedServer server(always(kOk));
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int i = 0; i < kUsers; ++i) {
    exchanges.push_back(make(server.url("/")));
    exchanges.back()->pool = engine_.make_pool();
    submit(*exchanges.back());
  }
  for (const auto& exchange : exchanges) {
    wait_for(exchange.get());
    EXPECT_EQ(exchange->response.body, "hello") << exchange->failure.message;
  }
  EXPECT_EQ(server.accepted(), kUsers);
}

TEST_P(EngineTest, ChunksInterimResponsesAndRepeatedHeadersAreUnderstood) {
  const ScriptedServer server(always(
      "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n"
      "HTTP/1.1 404 Not Here\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n"));
  const auto done = get(server.url("/"));
  EXPECT_EQ(done->response.status, 404);
  EXPECT_EQ(done->response.reason(), "Not Here");
  EXPECT_EQ(done->response.body, "abcde");
  EXPECT_TRUE(done->response.has_set_cookie);
  EXPECT_EQ(done->response.headers().size(), 3U);
}

TEST_P(EngineTest, WhatIsTooLongIsCountedAndNotKept) {
  const ScriptedServer server(
      always("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhello" + std::string(99'995, 'x')));
  for (const uint64_t limit : {uint64_t{0}, uint64_t{5}, uint64_t{100'000}, UINT64_MAX}) {
    auto exchange = make(server.url("/"));
    exchange->request.max_response_body = limit;
    const auto done = run(std::move(exchange));
    EXPECT_EQ(done->response.body.size(), std::min<uint64_t>(limit, 100'000));
    EXPECT_EQ(done->response.body_length, 100'000U);
    EXPECT_EQ(done->failure.kind, FailureKind::kNone);
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST_P(EngineTest, HeaderLinesThatGoOnAreJoined) {
  const ScriptedServer server(
      always("HTTP/1.1 200 OK\r\nX-Long: a\r\n b\r\n\tc: d\r\nContent-Length: 0\r\n\r\n"));
  const auto done = get(server.url("/"));
  const auto headers = done->response.headers();
  ASSERT_EQ(headers.size(), 2U);
  EXPECT_EQ(headers[0].second, "a b c: d");
}

// libcurl before 8.1.1 took the last line of the response before it, which was gone.
TEST_P(EngineTest, AHeaderThatBeginsWithALineThatGoesOnContinuesNoOtherResponse) {
  std::atomic<int> answered{0};
  const ScriptedServer server([&](Connection& connection) {
    while (!connection.read_request().empty())
      connection.send(answered++ % 2 == 0 ? kOk : "HTTP/1.1 200 OK\r\n\tX-Y: z\r\nContent-Length: 0\r\n\r\n");
  });
  for (int round = 0; round < 10; ++round) {
    EXPECT_EQ(get(server.url("/"))->response.body, "hello");
    EXPECT_EQ(get(server.url("/"))->failure.kind, FailureKind::kBadResponse);
  }
}

TEST_P(EngineTest, AnAnswerThatNobodyAskedForEndsTheConnection) {
  std::atomic<bool> is_first{true};
  std::promise<void> closed;
  const ScriptedServer server([&](Connection& connection) {
    const bool unasked = is_first.exchange(false);
    while (!connection.read_request().empty()) {
      connection.send(kOk);
      if (unasked) connection.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    }
    if (unasked) closed.set_value();
  });
  EXPECT_EQ(get(server.url("/"))->response.status, 200);
  ASSERT_EQ(closed.get_future().wait_for(seconds(20)), std::future_status::ready);
  EXPECT_EQ(get(server.url("/"))->response.status, 200);
  EXPECT_EQ(server.accepted(), 2);
}

TEST_P(EngineTest, ABodyWithoutLengthEndsWithTheConnection) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.0 200 OK\r\n\r\nhello");
  });
  const auto done = get(server.url("/"));
  EXPECT_EQ(done->failure.kind, FailureKind::kNone);
  EXPECT_EQ(done->response.version, 10);
  EXPECT_EQ(done->response.body, "hello");
}

TEST_P(EngineTest, NamesARefusedConnection) {
  std::string url;
  { url = ScriptedServer(always(kOk)).url("/"); }
  const auto done = get(url);
  EXPECT_EQ(done->failure.kind, FailureKind::kRefused);
  EXPECT_EQ(done->failure.os_error, ECONNREFUSED);
  EXPECT_EQ(done->response.status, 0);
}

TEST_P(EngineTest, NamesWhatServersDoWrong) {
  const auto failure_of = [this](const ScriptedServer::Script& script) {
    const ScriptedServer server(script);
    return get(server.url("/"))->failure.kind;
  };
  const auto after_request = [](const std::string& answer) {
    return [answer](Connection& connection) {
      connection.read_request();
      connection.send(answer);
    };
  };
  EXPECT_EQ(failure_of(after_request("")), FailureKind::kConnectionClosed);
  EXPECT_EQ(failure_of(after_request("rubbish\r\n\r\n")), FailureKind::kBadResponse);
  EXPECT_EQ(failure_of(after_request("rubbish without end")), FailureKind::kBadResponse);
  EXPECT_EQ(failure_of(after_request("HTTP/1.1 two\r\n\r\n")), FailureKind::kBadResponse);
  EXPECT_EQ(failure_of(after_request("HTTP/1.1 200 OK\r\nX-Cut: o")), FailureKind::kTruncated);
  EXPECT_EQ(failure_of(after_request("HTTP/1.1 103 Soon\r\n\r\n")), FailureKind::kConnectionClosed);
  EXPECT_EQ(failure_of(after_request("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")),
            FailureKind::kBadResponse);
  EXPECT_EQ(failure_of(after_request("HTTP/1.1 99 Low\r\nContent-Length: 0\r\n\r\n")),
            FailureKind::kBadResponse);
  for (const std::string line : {"HTTP/21234.1 20", "HTTP/Upgrade:", "HTTP/2 20012", "HTTP/1.1 0200"})
    EXPECT_EQ(failure_of(after_request(line + "\r\nContent-Length: 0\r\n\r\n")), FailureKind::kBadResponse);
  EXPECT_EQ(failure_of(after_request("HTTP/1.1 200 OK\r\nX\ry: 1\r\nContent-Length: 0\r\n\r\n")),
            FailureKind::kBadResponse);
  EXPECT_EQ(failure_of(after_request("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")),
            FailureKind::kTruncated);
  EXPECT_EQ(failure_of(after_request("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")),
            FailureKind::kBadChunk);
  EXPECT_EQ(
      failure_of(after_request("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")),
      FailureKind::kBadEncoding);
  EXPECT_EQ(failure_of([](Connection& connection) {
              connection.read_request();
              connection.reset();
            }),
            FailureKind::kConnectionReset);
}

TEST_P(EngineTest, AnEndlessHeaderIsCutOff) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\n");
    const std::string line = "X-Flood: " + std::string(60'000, 'x') + "\r\n";
    for (int i = 0; i < 100; ++i) connection.send(line);
  });
  EXPECT_EQ(get(server.url("/"))->failure.kind, FailureKind::kHeaderTooLarge);
}

TEST_P(EngineTest, ThereIsNoStatusBeforeTheHeaderIsComplete) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-Cut: o");
    connection.hang();
  });
  auto exchange = make(server.url("/"));
  exchange->request.read_timeout = milliseconds(50);
  const auto done = run(std::move(exchange));
  EXPECT_EQ(done->failure.kind, FailureKind::kReadTimeout);
  EXPECT_EQ(done->response.status, 0);
}

TEST_P(EngineTest, ABodyInAnUnknownEncodingComesAsItIs) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Encoding: utf-8\r\nContent-Length: 2\r\n\r\nok");
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: 4\r\n\r\n");
    connection.send(std::string("\xcb\xcf\x06\0", 4));
  });
  EXPECT_EQ(get(server.url("/"))->response.body, "ok");
  EXPECT_EQ(get(server.url("/"))->response.body, "ok") << "the next one is decoded again";
}

TEST_P(EngineTest, ASilentServerRunsIntoTheReadTimeout) {
  const ScriptedServer server([](Connection& connection) { connection.hang(); });
  auto exchange = make(server.url("/"));
  exchange->request.read_timeout = milliseconds(50);
  exchange->request.connect_timeout = seconds(5);
  const auto done = run(std::move(exchange));
  EXPECT_EQ(done->failure.kind, FailureKind::kReadTimeout);
  EXPECT_GE(done->timings.response_time(), milliseconds(50));
}

TEST_P(EngineTest, TheTimeoutOfARequestIsNoneForTheNext) {
  const ScriptedServer server([](Connection& connection) {
    bool is_first = true;
    while (!connection.read_request().empty()) {
      if (!std::exchange(is_first, false)) std::this_thread::sleep_for(milliseconds(150));
      connection.send(kOk);
    }
  });
  auto limited = make(server.url("/"));
  limited->request.read_timeout = milliseconds(50);
  EXPECT_EQ(run(std::move(limited))->response.status, 200);
  EXPECT_EQ(get(server.url("/"))->response.status, 200);
  EXPECT_EQ(server.accepted(), 1);
}

TEST_P(EngineTest, AServerThatReadsSlowlyIsNotSilent) {
  constexpr size_t kPiece = 4 << 20;  // more than the sockets keep
  const ScriptedServer server([](Connection& connection) {
    connection.read_through("\r\n\r\n");
    for (int i = 0; i < 5; ++i) {
      std::this_thread::sleep_for(milliseconds(300));
      connection.skip(kPiece);
    }
    connection.send(kOk);
  });
  auto exchange = make(server.url("/"), "POST");
  exchange->request.body = std::string(5 * kPiece, 'x');
  exchange->request.has_body = true;
  exchange->request.read_timeout = milliseconds(1200);
  const auto done = run(std::move(exchange));
  EXPECT_EQ(done->failure.kind, FailureKind::kNone);
  EXPECT_GT(done->timings.response_time(), milliseconds(1200));
}

TEST_P(EngineTest, ATimeoutBeforeTheWholeBodyIsSentIsNamedSo) {
  std::promise<void> end;
  {
    const ScriptedServer server(
        [ended = end.get_future().share()](Connection& /*connection*/) { ended.wait(); });
    // All but the last fit into the buffers of the sockets.
    for (const size_t size : {1U, 60'000U, 70'000U, 200'000U, 64U << 20}) {
      auto exchange = make(server.url("/"), "POST");
      exchange->request.body.assign(size, 'x');
      exchange->request.has_body = true;
      exchange->request.read_timeout = milliseconds(100);
      const auto done = run(std::move(exchange));
      EXPECT_EQ(done->failure.kind, size < 64U << 20 ? FailureKind::kReadTimeout : FailureKind::kSendTimeout)
          << size;
    }
    end.set_value();
  }
}

TEST_P(EngineTest, AServerThatGoesSilentInTheBodyRunsIntoTheReadTimeout) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    connection.hang();
  });
  auto exchange = make(server.url("/"));
  exchange->request.read_timeout = milliseconds(50);
  const auto done = run(std::move(exchange));
  EXPECT_EQ(done->failure.kind, FailureKind::kReadTimeout);
  EXPECT_EQ(done->response.status, 200);
}

TEST_P(EngineTest, AServerThatDripsIsNotSilent) {
  const ScriptedServer server([](Connection& connection) {
    while (!connection.read_request().empty()) {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
      for (int i = 0; i < 6; ++i) {
        std::this_thread::sleep_for(milliseconds(110));
        connection.send("x");
      }
    }
  });
  for (int i = 0; i < 2; ++i) {
    auto exchange = make(server.url("/"));
    exchange->request.read_timeout = milliseconds(500);  // less than the whole takes, more than one pause
    const auto done = run(std::move(exchange));
    EXPECT_EQ(done->failure.kind, FailureKind::kNone) << done->failure.message;
    EXPECT_GT(done->timings.response_time(), milliseconds(500));
  }
  // What was watched is forgotten: the loop outlives the moment at which it would have looked again.
  std::this_thread::sleep_for(milliseconds(600));
  EXPECT_EQ(get(server.url("/"))->failure.kind, FailureKind::kNone);
}

TEST_P(EngineTest, ACancelledRequestComesBackOnceAndCancelled) {
  const ScriptedServer server([](Connection& connection) { connection.hang(); });
  const auto exchange = make(server.url("/"));
  submit(*exchange);
  engine_.cancel(exchange.get());
  wait_for(exchange.get());
  EXPECT_EQ(exchange->failure.kind, FailureKind::kCancelled);
  engine_.cancel(exchange.get());
  const ScriptedServer another(always(kOk));
  EXPECT_EQ(get(another.url("/"))->failure.kind, FailureKind::kNone);
  EXPECT_EQ(completed_[exchange.get()], 1) << "cancelling what has come back must do nothing";
}

TEST_P(EngineTest, RequestsThatWaitForTheConnectionOfAnotherAreCancelledOneByOne) {
  const ScriptedServer server([](Connection& connection) { connection.hang(); });
  Network network;
  network.http_version = 20;
  pool_ = engine_.make_pool(network);
  const std::string url = "https" + server.url("/").substr(4);  // the handshake never ends
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int i = 0; i < 4; ++i) {
    exchanges.push_back(make(url));
    submit(*exchanges.back());
  }
  for (const size_t i : {2U, 0U, 3U, 1U}) {  // the first one makes the connection, then the second one
    engine_.cancel(exchanges[i].get());
    wait_for(exchanges[i].get());
    EXPECT_EQ(exchanges[i]->failure.kind, FailureKind::kCancelled);
  }
}

TEST_P(EngineTest, ARequestThatIsCancelledUnsentHasNoStatus) {
  const ScriptedServer server([](Connection& connection) {
    if (connection.read_request().starts_with("GET /answered")) {
      connection.send("HTTP/1.0 404 No\r\nContent-Length: 0\r\n\r\n");
    } else {
      connection.hang();  // it may have been sent before it is cancelled
    }
  });
  EXPECT_EQ(get(server.url("/answered"))->response.status, 404);  // whose handle is used again
  const auto exchange = make(server.url("/silent"));
  submit(*exchange);
  engine_.cancel(exchange.get());
  wait_for(exchange.get());
  EXPECT_EQ(exchange->failure.kind, FailureKind::kCancelled);
  EXPECT_EQ(exchange->response.status, 0);
  EXPECT_EQ(exchange->response.version, 11);
}

TEST_P(EngineTest, PoolsMayGoWhileOthersWork) {
  const ScriptedServer server(always(kOk));
  for (int i = 0; i < 20; ++i) {
    pool_ = engine_.make_pool();
    const auto done = get(server.url("/"));
    EXPECT_EQ(done->response.status, 200);
    done->pool.reset();
  }
  EXPECT_EQ(server.accepted(), 20);
}

TEST_P(EngineTest, ShutdownEndsWhatIsUnderWay) {
  const ScriptedServer server([](Connection& connection) { connection.hang(); });
  const auto exchange = make(server.url("/"));
  submit(*exchange);
  engine_.shutdown();
  engine_.shutdown();
  take();
  EXPECT_EQ(completed_[exchange.get()], 1);
  EXPECT_EQ(exchange->failure.kind, FailureKind::kCancelled);
}

TEST_P(EngineTest, AUrlThatIsNoneFailsAsSuch) {
  EXPECT_EQ(get("ftp://127.0.0.1/x")->failure.kind, FailureKind::kInvalidUrl);
  EXPECT_EQ(get("http://[bad/")->failure.kind, FailureKind::kInvalidUrl);
  EXPECT_EQ(get("http://127.0.0.1/" + std::string(8'000'000, 'x'))->failure.kind, FailureKind::kInvalidUrl);
}

}  // namespace
}  // namespace nest::http

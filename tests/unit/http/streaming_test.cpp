#include "http/streaming.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine_fixture.h"
#include "scripted_server.h"

namespace nest::http {
namespace {

using std::chrono::milliseconds;
using testing::Connection;
using testing::EngineTest;
using testing::ScriptedServer;

constexpr size_t kMany = 64 << 20;  // more than any socket buffers
constexpr size_t kBuffers = 40 << 20;

std::string header(const std::string& lines) { return "HTTP/1.1 200 OK\r\n" + lines + "\r\n\r\n"; }

// Reads responses while they arrive and sends bodies while they are made, as the Python side does.
class StreamingTest : public EngineTest {
 protected:
  StreamingTest() : EngineTest(IoThreads{3, 1}) {}

  std::unique_ptr<Exchange> make_download(const std::string& url) {
    auto exchange = make(url);
    exchange->streaming = std::make_unique<Streaming>();
    exchange->streaming->reads_body = true;
    return exchange;
  }

  std::unique_ptr<Exchange> make_upload(const std::string& url, int64_t length) {
    auto exchange = make(url, "POST");
    exchange->request.has_body = true;
    exchange->streaming = std::make_unique<Streaming>();
    exchange->streaming->sends_body = true;
    exchange->streaming->body_length = length;
    if (length == Streaming::kUnknownLength) exchange->request.headers.set("Transfer-Encoding", "chunked");
    return exchange;
  }

  bool is_complete(const Exchange& exchange) const { return completed_.count(&exchange) != 0; }

  // Submits, and waits for the header or a failure.
  void open(Exchange& exchange) {
    submit(exchange);
    wait_until([&] { return exchange.streaming->header_complete || is_complete(exchange); });
  }

  // Waits for more of the body; empty at its end.
  std::string read(Exchange& exchange) {
    std::string piece;
    const auto arrives = [&] {
      piece = engine_.peek_body(exchange);
      return !piece.empty() || is_complete(exchange);
    };
    wait_until(arrives);
    if (piece.empty()) arrives();  // it may have come just before the end
    engine_.consume_body(exchange, piece.size());
    return piece;
  }

  std::string read_all(Exchange& exchange) {
    std::string body;
    for (std::string piece = read(exchange); !piece.empty(); piece = read(exchange)) body += piece;
    return body;
  }

  void send(Exchange& exchange, const std::string& piece) {
    take();
    wait_until([&] { return is_complete(exchange) || engine_.write_body(exchange, piece); });
  }

  void end(Exchange& exchange) {
    engine_.end_body(exchange);
    wait_for(&exchange);
  }
};

INSTANTIATE_TEST_SUITE_P(Http, StreamingTest, testing::both_transports(), testing::name_of);

TEST_P(StreamingTest, BodiesOfSeveralUsersCrossAtOnce) {
  constexpr size_t kSize = 1 << 20;  // four times what is kept of one
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send(header("Content-Length: " + std::to_string(kSize)) + std::string(kSize, 'x'));
  });
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int user = 0; user < 6; ++user) {
    pool_ = engine_.make_pool();
    exchanges.push_back(make_download(server.url("/")));
    submit(*exchanges.back());
  }
  std::vector<size_t> sizes(exchanges.size(), 0);
  const auto all_is_read = [&] {
    bool all = true;
    for (size_t i = 0; i < exchanges.size(); ++i) {
      const bool is_last = is_complete(*exchanges[i]);  // before looking: nothing comes after it
      for (std::string_view piece = engine_.peek_body(*exchanges[i]); !piece.empty();
           piece = engine_.peek_body(*exchanges[i])) {
        sizes[i] += piece.size();
        engine_.consume_body(*exchanges[i], piece.size());
      }
      all &= is_last;
    }
    return all;
  };
  wait_until(all_is_read);
  EXPECT_EQ(sizes, std::vector<size_t>(exchanges.size(), kSize));
}

TEST_P(StreamingTest, TheHeaderComesBeforeTheBody) {
  std::promise<void> header_seen;
  const ScriptedServer server([&header_seen](Connection& connection) {
    connection.read_request();
    connection.send(header("Content-Length: 8\r\nX-Test: yes"));
    header_seen.get_future().wait();
    connection.send("one ");
    connection.send("two.");
  });
  const auto exchange = make_download(server.url("/"));
  open(*exchange);
  EXPECT_TRUE(exchange->streaming->header_complete);
  EXPECT_FALSE(is_complete(*exchange));
  EXPECT_EQ(exchange->response.status, 200);
  EXPECT_EQ(exchange->response.version, 11);
  EXPECT_EQ(exchange->response.headers().back().second, "yes");
  const Duration until_header = exchange->timings.response_time();
  EXPECT_GT(until_header, Duration::zero());
  header_seen.set_value();
  EXPECT_EQ(read_all(*exchange), "one two.");
  wait_for(exchange.get());
  EXPECT_EQ(exchange->failure.kind, FailureKind::kNone);
  EXPECT_EQ(exchange->response.body, "");
  EXPECT_EQ(exchange->timings.response_time(), until_header);
}

TEST_P(StreamingTest, InterimHeadersAreNotTheResponses) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 102 Wait\r\nX-Interim: 1\r\n\r\n");
    connection.send(header("Transfer-Encoding: chunked") + "3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n");
  });
  const auto exchange = make_download(server.url("/"));
  open(*exchange);
  EXPECT_EQ(exchange->response.status, 200);
  EXPECT_EQ(exchange->response.headers().size(), 1U);
  EXPECT_EQ(read_all(*exchange), "abc");
}

TEST_P(StreamingTest, AGzippedBodyIsHandedOverAsItWasSentAndOnlyThen) {
  const std::string hello(
      "\037\213\010\000\000\000\000\000\002\003\313\110\315\311\311\007\000\206\246\020\066\005\000\000\000",
      25);
  const ScriptedServer server(testing::always(
      header("Content-Encoding: gzip\r\nContent-Length: " + std::to_string(hello.size())) + hello));
  for (int i = 0; i < 2; ++i) {
    const auto exchange = make_download(server.url("/"));
    open(*exchange);
    EXPECT_TRUE(exchange->streaming->is_encoded);
    EXPECT_EQ(read_all(*exchange), hello);
    EXPECT_EQ(get(server.url("/"))->response.body, "hello");
  }
}

TEST_P(StreamingTest, AReaderThatPausesStopsTheServer) {
  std::promise<size_t> refused;
  const ScriptedServer server([&refused](Connection& connection) {
    connection.read_request();
    connection.send(header("Content-Length: " + std::to_string(kMany)));
    const size_t sent = connection.send_until_refused(kMany);
    refused.set_value(sent);
    connection.send(std::string(kMany - sent, 'x'));
    connection.hang();
  });
  const auto exchange = make_download(server.url("/"));
  open(*exchange);
  EXPECT_LT(refused.get_future().get(), kBuffers);
  // What is here without asking for more.
  BodyPipe& pipe = exchange->streaming->response_body;
  size_t buffered = 0;
  for (size_t size = pipe.front().size(); size > 0; size = pipe.front().size()) {
    buffered += size;
    pipe.consume(size);
  }
  EXPECT_GT(buffered, BodyPipe::kCapacity / 2);
  EXPECT_LE(buffered, BodyPipe::kCapacity);
  engine_.consume_body(*exchange, 0);
  size_t total = buffered;
  for (std::string piece = read(*exchange); !piece.empty(); piece = read(*exchange)) total += piece.size();
  EXPECT_EQ(total, kMany);
  wait_for(exchange.get());
  EXPECT_EQ(exchange->failure.kind, FailureKind::kNone) << exchange->failure.message;
}

TEST_P(StreamingTest, AReadResponseGivesItsConnectionBack) {
  const ScriptedServer server(testing::always(header("Content-Length: 5") + "hello"));
  for (int i = 0; i < 3; ++i) {
    const auto exchange = make_download(server.url("/"));
    open(*exchange);
    EXPECT_EQ(read_all(*exchange), "hello");
  }
  EXPECT_EQ(get(server.url("/"))->response.body, "hello");
  EXPECT_EQ(server.accepted(), 1);
}

TEST_P(StreamingTest, CancellingClosesTheConnectionAlsoOfATransferThatStandsStill) {
  std::promise<void> full;
  std::promise<void> gone;
  const ScriptedServer server([&](Connection& connection) {
    connection.read_request();
    connection.send(header("Content-Length: " + std::to_string(kMany)));
    const size_t sent = connection.send_until_refused(kMany);
    full.set_value();
    connection.send(std::string(kMany - sent, 'x'));  // ends early once the client has closed
    gone.set_value();
  });
  const auto exchange = make_download(server.url("/"));
  open(*exchange);
  full.get_future().wait();
  engine_.cancel(exchange.get());
  wait_for(exchange.get());
  EXPECT_EQ(exchange->failure.kind, FailureKind::kCancelled);
  gone.get_future().wait();
}

TEST_P(StreamingTest, AnEarlyEndIsAFailureAfterWhatHasArrived) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send(header("Content-Length: 9") + "abc");
  });
  const auto exchange = make_download(server.url("/"));
  open(*exchange);
  EXPECT_TRUE(exchange->streaming->header_complete);
  EXPECT_EQ(read_all(*exchange), "abc");
  EXPECT_EQ(exchange->failure.kind, FailureKind::kTruncated);
  EXPECT_EQ(exchange->response.status, 200);
}

TEST_P(StreamingTest, WithoutAResponseThereIsNoHeader) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send("rubbish\r\n\r\n");
  });
  const auto exchange = make_download(server.url("/"));
  open(*exchange);
  EXPECT_FALSE(exchange->streaming->header_complete);
  EXPECT_EQ(exchange->failure.kind, FailureKind::kBadResponse);
}

TEST_P(StreamingTest, SilenceCountsOnlyWhileSomebodyWaitsForTheServer) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send(header("Content-Length: 9"));
    connection.hang();
  });
  const auto exchange = make_download(server.url("/"));
  exchange->request.read_timeout = milliseconds(40);
  open(*exchange);
  std::this_thread::sleep_for(milliseconds(200));
  take();
  EXPECT_FALSE(is_complete(*exchange)) << "nobody was reading";
  const SteadyTime since = std::chrono::steady_clock::now();
  exchange->streaming->python_waits_since = since;
  EXPECT_EQ(read(*exchange), "");
  EXPECT_EQ(exchange->failure.kind, FailureKind::kReadTimeout);
  EXPECT_GE(std::chrono::steady_clock::now() - since, milliseconds(40));
}

TEST_P(StreamingTest, ABodyOfUnknownLengthIsSentInChunksAsItsPiecesCome) {
  std::string head;
  std::string first;
  std::promise<void> first_seen;
  std::string rest;
  {
    const ScriptedServer server([&](Connection& connection) {
      head = connection.read_through("\r\n\r\n");
      first = connection.read_through("one\r\n");
      first_seen.set_value();
      rest = connection.read_through("0\r\n\r\n");
      connection.send(header("Content-Length: 5") + "hello");
      connection.hang();
    });
    const auto exchange = make_upload(server.url("/up"), Streaming::kUnknownLength);
    submit(*exchange);
    send(*exchange, "one");
    first_seen.get_future().wait();
    send(*exchange, std::string(20, 'y'));
    end(*exchange);
    EXPECT_EQ(exchange->response.body, "hello");
    EXPECT_EQ(exchange->failure.kind, FailureKind::kNone) << exchange->failure.message;
  }
  EXPECT_TRUE(head.starts_with("POST /up HTTP/1.1\r\n")) << head;
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << head;
  EXPECT_EQ(head.find("Content-Length"), std::string::npos) << head;
  EXPECT_EQ(head.find("Expect"), std::string::npos) << head;
  EXPECT_EQ(first, "3\r\none\r\n");
  EXPECT_EQ(rest, "14\r\n" + std::string(20, 'y') + "\r\n0\r\n\r\n");
}

TEST_P(StreamingTest, ABodyOfKnownLengthIsSentAsItIs) {
  std::string request;
  {
    const ScriptedServer server([&request](Connection& connection) {
      request = connection.read_request();
      connection.send(header("Content-Length: 5") + "hello");
      connection.hang();
    });
    const auto exchange = make_upload(server.url("/up"), 7);
    submit(*exchange);
    send(*exchange, "one");
    std::this_thread::sleep_for(milliseconds(20));
    send(*exchange, "four");
    end(*exchange);
    EXPECT_EQ(exchange->failure.kind, FailureKind::kNone) << exchange->failure.message;
    const auto plain = make(server.url("/"), "POST");  // the handle forgets how the body came
    EXPECT_EQ(plain->streaming, nullptr);
  }
  EXPECT_NE(request.find("Content-Length: 7\r\n"), std::string::npos) << request;
  EXPECT_EQ(request.find("Transfer-Encoding"), std::string::npos) << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\nonefour")) << request;
}

TEST_P(StreamingTest, PlainRequestsFollowOnTheSameConnection) {
  const ScriptedServer server([](Connection& connection) {
    for (int i = 0; i < 2; ++i) {
      connection.read_through("0\r\n\r\n");
      connection.send(header("Content-Length: 5") + "hello");
      connection.send(connection.read_request().ends_with("\r\n\r\nplain")
                          ? header("Content-Length: 2") + "ok"
                          : header("Content-Length: 0"));
    }
    connection.hang();
  });
  for (int i = 0; i < 2; ++i) {
    const auto upload = make_upload(server.url("/up"), Streaming::kUnknownLength);
    submit(*upload);
    send(*upload, "piece");
    end(*upload);
    EXPECT_EQ(upload->response.body, "hello");
    auto plain = make(server.url("/"), "POST");
    plain->request.body = "plain";
    plain->request.has_body = true;
    EXPECT_EQ(run(std::move(plain))->response.body, "ok");
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST_P(StreamingTest, AServerThatDoesNotReadStopsTheWriter) {
  std::promise<void> go_on;
  std::atomic<size_t> received = 0;
  const ScriptedServer server([&](Connection& connection) {
    go_on.get_future().wait();
    connection.read_through("\r\n\r\n");
    received = connection.skip(kMany);
    connection.send(header("Content-Length: 5") + "hello");
    connection.hang();
  });
  const auto exchange = make_upload(server.url("/"), static_cast<int64_t>(kMany));
  submit(*exchange);
  const std::string piece(64 * 1024, 'x');
  size_t written = 0;
  const auto write_for = [&](milliseconds patience) {  // until nothing is taken for so long
    for (auto last = std::chrono::steady_clock::now();
         written < kMany && std::chrono::steady_clock::now() - last < patience;) {
      take();
      if (!engine_.write_body(*exchange, piece)) continue;
      written += piece.size();
      last = std::chrono::steady_clock::now();
    }
  };
  write_for(milliseconds(300));
  EXPECT_LT(written, kBuffers);
  EXPECT_GT(written, BodyPipe::kCapacity / 2);
  go_on.set_value();
  for (; written < kMany; written += piece.size()) send(*exchange, piece);
  end(*exchange);
  EXPECT_EQ(received, kMany);
}

TEST_P(StreamingTest, AnAnswerThatClosesEndsTheUpload) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_through("one\r\n");
    std::this_thread::sleep_for(milliseconds(20));  // until there is nothing more to be sent
    connection.send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig");
    connection.hang();
  });
  const auto exchange = make_upload(server.url("/"), Streaming::kUnknownLength);
  submit(*exchange);
  send(*exchange, "one");
  wait_for(exchange.get());
  EXPECT_EQ(exchange->failure.kind, FailureKind::kNone) << exchange->failure.message;
  EXPECT_EQ(exchange->response.status, 413);
  EXPECT_EQ(exchange->response.body, "big");
}

TEST_P(StreamingTest, AnEarlyAnswerCountsAlsoIfTheServerThenCloses) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_through("one\r\n");
    connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
  });
  const auto exchange = make_upload(server.url("/"), Streaming::kUnknownLength);
  submit(*exchange);
  while (!is_complete(*exchange)) {
    send(*exchange, "one");
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_EQ(exchange->failure.kind, FailureKind::kNone) << exchange->failure.message;
  EXPECT_EQ(exchange->response.status, 413);
  EXPECT_EQ(exchange->response.body, "big");
}

TEST_P(StreamingTest, AnEarlyAnswerDoesNotCutOffTheUploadOfAServerThatReadsOn) {
  const ScriptedServer server([](Connection& connection) {
    for (int i = 0; i < 2; ++i) {
      connection.read_through("one\r\n");
      connection.send("HTTP/1.1 401 No\r\nContent-Length: 3\r\n\r\nwho");
      connection.read_through("0\r\n\r\n");
    }
    connection.hang();
  });
  for (int i = 0; i < 2; ++i) {
    const auto exchange = make_upload(server.url("/"), Streaming::kUnknownLength);
    submit(*exchange);
    send(*exchange, "one");
    std::this_thread::sleep_for(milliseconds(20));
    send(*exchange, "two");
    end(*exchange);
    EXPECT_EQ(exchange->failure.kind, FailureKind::kNone) << exchange->failure.message;
    EXPECT_EQ(exchange->response.status, 401);
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST_P(StreamingTest, AConnectionThatIsClosedWithoutAnAnswerEndsTheUpload) {
  const ScriptedServer server([](Connection& connection) { connection.read_through("one\r\n"); });
  const auto exchange = make_upload(server.url("/"), Streaming::kUnknownLength);
  submit(*exchange);
  while (!is_complete(*exchange)) {
    send(*exchange, "one");
    std::this_thread::sleep_for(milliseconds(5));
  }
  // What comes after the close is answered with a reset, which may be seen first.
  EXPECT_TRUE(exchange->failure.kind == FailureKind::kConnectionClosed ||
              exchange->failure.kind == FailureKind::kConnectionReset)
      << exchange->failure.message;
}

TEST_P(StreamingTest, AServerThatStopsReadingIsNotTakenForOneThatDoesNotAnswer) {
  for (const bool ends : {false, true}) {
    const ScriptedServer server([](Connection& connection) {
      connection.read_through("one\r\n");
      connection.hang();
    });
    for (const int64_t length : {Streaming::kUnknownLength, int64_t{3}}) {
      const auto exchange = make_upload(server.url("/"), length);
      exchange->request.read_timeout = milliseconds(60);
      submit(*exchange);
      exchange->streaming->python_waits_since = std::chrono::steady_clock::now();
      send(*exchange, ends ? "one" : "on");
      if (ends) engine_.end_body(*exchange);
      wait_for(exchange.get());
      EXPECT_EQ(exchange->failure.kind, ends ? FailureKind::kReadTimeout : FailureKind::kSendTimeout);
    }
  }
}

TEST_P(StreamingTest, ABodyWithALengthIsNotSentInChunksWhateverElseTheHeadersSay) {
  std::string request;
  {
    const ScriptedServer server([&request](Connection& connection) {
      request = connection.read_request();
      connection.send(header("Content-Length: 0"));
      connection.hang();
    });
    const auto exchange = make_upload(server.url("/"), 3);
    exchange->request.headers.set("Transfer-Encoding", "chunked");
    exchange->request.headers.set("Content-Length", "3");
    exchange->request.headers.set("Expect", "100-continue");
    submit(*exchange);
    send(*exchange, "one");
    end(*exchange);
    EXPECT_EQ(exchange->failure.kind, FailureKind::kNone) << exchange->failure.message;
  }
  for (const std::string line : {"Transfer-Encoding: chunked", "Content-Length: 3", "Expect: 100-continue"})
    EXPECT_NE(request.find(line + "\r\n"), std::string::npos) << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\none")) << request;
}

TEST_P(StreamingTest, ABrokenConnectionEndsTheUpload) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_through("one\r\n");
    connection.reset();
  });
  const auto exchange = make_upload(server.url("/"), Streaming::kUnknownLength);
  submit(*exchange);
  while (!is_complete(*exchange)) send(*exchange, "one");
  EXPECT_EQ(exchange->failure.kind, FailureKind::kConnectionReset) << exchange->failure.message;
}

TEST_P(StreamingTest, ACancelledUploadNeverLooksComplete) {
  std::promise<std::string> rest;
  const ScriptedServer server([&rest](Connection& connection) {
    connection.read_through("one\r\n");
    rest.set_value(connection.read_through("0\r\n"));
  });
  const auto exchange = make_upload(server.url("/"), Streaming::kUnknownLength);
  submit(*exchange);
  send(*exchange, "one");
  std::this_thread::sleep_for(milliseconds(20));
  engine_.cancel(exchange.get());
  wait_for(exchange.get());
  EXPECT_EQ(exchange->failure.kind, FailureKind::kCancelled);
  EXPECT_EQ(rest.get_future().get(), "");
}

TEST_P(StreamingTest, BothBodiesCrossAtOnce) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_through("\r\n\r\n");
    connection.send(header("Transfer-Encoding: chunked"));
    for (int i = 0; i < 50; ++i) connection.send(connection.read_through("y\r\n"));
    connection.send(connection.read_through("0\r\n\r\n"));
    connection.hang();
  });
  const auto exchange = make_upload(server.url("/"), Streaming::kUnknownLength);
  exchange->streaming->reads_body = true;
  open(*exchange);
  std::string echoed;
  for (int i = 0; i < 50; ++i) {
    const std::string piece = std::string(1'000, 'x') + "y";
    send(*exchange, piece);
    std::string echo;
    while (echo.size() < piece.size() && !is_complete(*exchange)) echo += read(*exchange);
    EXPECT_EQ(echo, piece);
  }
  end(*exchange);
  EXPECT_EQ(exchange->failure.kind, FailureKind::kNone) << exchange->failure.message;
}

TEST_P(StreamingTest, ShutdownEndsWhatStandsStill) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send(header("Content-Length: " + std::to_string(kMany)));
    connection.send_until_refused(kMany);
    connection.hang();
  });
  const auto download = make_download(server.url("/"));
  const auto upload = make_upload(server.url("/"), Streaming::kUnknownLength);
  submit(*upload);
  open(*download);
  engine_.shutdown();
  take();
  EXPECT_TRUE(is_complete(*download));
  EXPECT_TRUE(is_complete(*upload));
  EXPECT_EQ(download->failure.kind, FailureKind::kCancelled);
}

}  // namespace
}  // namespace nest::http

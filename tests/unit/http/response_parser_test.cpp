#include "http/response_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "http/header_block.h"

namespace nest::http {
namespace {

using Event = ResponseParser::Event;

struct Outcome {
  Response response;
  std::string body;
  Failure failure;
  bool ended = false;
  bool persists = false;
  size_t left = 0;  // bytes behind the response
  int interim = 0;
};

// Feeds pieces of that size; then, if it is to, closes.
Outcome parse(std::string_view bytes, size_t piece, bool answers_head = false, bool closes = true) {
  Outcome outcome;
  ResponseParser parser;
  parser.begin(outcome.response, answers_head);
  const auto take = [&](Event event) {
    if (event == Event::kInterim) ++outcome.interim;
    if (event == Event::kBody) outcome.body.append(parser.body());
    if (event == Event::kFailed) outcome.failure = parser.failure();
    outcome.ended = event == Event::kEnd;
    return event != Event::kMore && event != Event::kEnd && event != Event::kFailed;
  };
  while (!bytes.empty() && !outcome.ended && outcome.failure.kind == FailureKind::kNone) {
    std::string_view input = bytes.substr(0, piece);
    const size_t given = input.size();
    while (take(parser.next(input))) {
    }
    bytes.remove_prefix(given);
    outcome.left = input.size() + bytes.size();
  }
  outcome.persists = outcome.ended && parser.persists();
  if (closes && !outcome.ended && outcome.failure.kind == FailureKind::kNone) take(parser.close());
  return outcome;
}

class ResponseParserTest : public ::testing::TestWithParam<size_t> {
 protected:
  Outcome read(std::string_view bytes, bool answers_head = false, bool closes = true) {
    return parse(bytes, GetParam(), answers_head, closes);
  }
};

INSTANTIATE_TEST_SUITE_P(InPiecesOf, ResponseParserTest, ::testing::Values(1, 2, 7, 1 << 20),
                         ::testing::PrintToStringParamName());

TEST_P(ResponseParserTest, ABodyHasTheLengthThatIsAnnounced) {
  const Outcome outcome =
      read("HTTP/1.1 201 Made it\r\nContent-Length: 5\r\nSet-Cookie: a=1\r\n\r\nhello", false, false);
  EXPECT_TRUE(outcome.ended);
  EXPECT_TRUE(outcome.persists);
  EXPECT_EQ(outcome.response.status, 201);
  EXPECT_EQ(outcome.response.version, 11);
  EXPECT_EQ(outcome.response.reason(), "Made it");
  EXPECT_TRUE(outcome.response.has_set_cookie);
  EXPECT_EQ(outcome.response.header("content-length"), "5");
  EXPECT_EQ(outcome.body, "hello");
}

TEST_P(ResponseParserTest, ChunksAreJoinedAndTrailersSkipped) {
  const Outcome good = read(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: 3\r\n\r\n"
      "5;name=value\r\nhello\r\n00B\n, all of it\r\n0\r\nX-Sum: 1\r\n\r\n",
      false, false);
  EXPECT_TRUE(good.ended);
  EXPECT_TRUE(good.persists);
  EXPECT_EQ(good.body, "hello, all of it");
}

TEST_P(ResponseParserTest, WithoutALengthTheBodyEndsWithTheConnection) {
  const Outcome outcome = read("HTTP/1.1 200 OK\r\n\r\nall of it");
  EXPECT_TRUE(outcome.ended);
  EXPECT_FALSE(outcome.persists);
  EXPECT_EQ(outcome.body, "all of it");
  EXPECT_TRUE(read("HTTP/1.0 200 OK\n\n").ended);
}

TEST_P(ResponseParserTest, SomeResponsesHaveNoBodyWhateverTheySay) {
  for (const std::string status : {"204 No Content", "304 Not Modified"}) {
    const Outcome outcome = read("HTTP/1.1 " + status + "\r\nContent-Length: 5\r\n\r\n", false, false);
    EXPECT_TRUE(outcome.ended && outcome.persists) << status;
  }
  EXPECT_TRUE(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true, false).persists);
  EXPECT_TRUE(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true, false).persists);
  const Outcome switched = read("HTTP/1.1 101 Other\r\n\r\nnot http", false, false);
  EXPECT_TRUE(switched.ended);
  EXPECT_FALSE(switched.persists);
  EXPECT_GT(switched.left, 0U);
}

TEST_P(ResponseParserTest, InterimResponsesAreNotTheResponse) {
  const Outcome outcome = read(
      "HTTP/1.1 100 Continue\r\nX-No: 1\r\n\r\nHTTP/1.1 103 Early\r\nSet-Cookie: a=1\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      false, false);
  EXPECT_TRUE(outcome.ended);
  EXPECT_EQ(outcome.interim, 2);
  EXPECT_EQ(outcome.response.status, 200);
  EXPECT_FALSE(outcome.response.has_set_cookie);
  EXPECT_EQ(outcome.response.headers().size(), 1U);
}

TEST_P(ResponseParserTest, KnowsWhetherTheConnectionStays) {
  const auto persists = [this](const std::string& version, const std::string& lines) {
    return read("HTTP/" + version + " 200 OK\r\n" + lines + "Content-Length: 0\r\n\r\n", false, false)
        .persists;
  };
  EXPECT_TRUE(persists("1.1", ""));
  EXPECT_FALSE(persists("1.1", "Connection: Close\r\n"));
  EXPECT_FALSE(persists("1.1", "Connection: TE, close\r\n"));
  EXPECT_FALSE(persists("1.0", ""));
  EXPECT_TRUE(persists("1.0", "connection: Keep-Alive\r\n"));
}

TEST_P(ResponseParserTest, LinesThatGoOnAreJoinedAndNotTakenForHeaders) {
  const Outcome outcome =
      read("HTTP/1.1 200 OK\r\nX-A: one\r\n Content-Length: 7\r\nContent-Length: 0\r\n\r\n", false, false);
  EXPECT_TRUE(outcome.ended);
  EXPECT_EQ(outcome.response.header("x-a"), "one Content-Length: 7");
}

TEST_P(ResponseParserTest, WhatComesBehindIsLeft) {
  if (GetParam() < 100) return;  // in one piece with it
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxmore").left, 4U);
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nmore").left, 4U);
}

TEST_P(ResponseParserTest, NamesWhatIsBroken) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string chunks = head + "Transfer-Encoding: chunked\r\n\r\n";
  const auto fails = [this](const std::string& bytes, FailureKind kind, const std::string& message) {
    const Outcome outcome = read(bytes);
    EXPECT_EQ(outcome.failure.kind, kind) << bytes;
    EXPECT_EQ(outcome.failure.message, message) << bytes;
  };
  using Kind = FailureKind;
  fails("", Kind::kConnectionClosed, "Empty reply from server");
  fails("SSH-2.0-x\r\n", Kind::kBadResponse, kNotHttp);
  fails("HTTP", Kind::kBadResponse, kNotHttp);
  fails("HTTP/1", Kind::kBadResponse, "Unsupported HTTP version in response");
  fails("HTTP/1.1 20", Kind::kBadResponse, kNotHttp);
  fails("HTTP/1.1 200 O", Kind::kTruncated, "closed within the header");
  fails("\r\nHTTP/1.1 200 OK\r\n\r\n", Kind::kBadResponse, kNotHttp);
  fails("HTTP/1.1 99 Low\r\n\r\n", Kind::kBadResponse, kNotHttp);
  fails("HTTP/1.1 2000 High\r\n\r\n", Kind::kBadResponse, "Unsupported response code in HTTP response");
  fails("HTTP/1.1 OK\r\n\r\n", Kind::kBadResponse, "Unsupported HTTP version in response");
  fails("HTTP/1.1\r\n\r\n", Kind::kBadResponse, "Unsupported HTTP version in response");
  fails("HTTP/2.0 200 OK\r\n\r\n", Kind::kBadResponse, "Unsupported HTTP version (2.0) in response");
  fails("HTTP/1.2 200 OK\r\n\r\n", Kind::kBadResponse, "Unsupported HTTP version (1.2) in response");
  fails(head + "no colon\r\n\r\n", Kind::kBadResponse, "Header without colon");
  fails(head + " X: 1\r\n\r\n", Kind::kBadResponse, "a header that begins with a continuation");
  fails(head + std::string("X: \0\r\n\r\n", 8), Kind::kBadResponse, "Nul byte in header");
  fails(head + "Content-Length: -1\r\n\r\n", Kind::kBadResponse, "Invalid Content-Length: value");
  fails(head + "Content-Length: x\r\n\r\n", Kind::kBadResponse, "Invalid Content-Length: value");
  fails(head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", Kind::kBadResponse, "several lengths");
  fails("HTTP/1.1 304 No\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", Kind::kBadResponse,
        "several lengths");
  fails(head + "X: ", Kind::kTruncated, "closed within the header");
  fails(head + "Content-Length: 9\r\n\r\nhello", Kind::kTruncated,
        "transfer closed with 4 bytes remaining to read");
  fails(chunks, Kind::kTruncated, "transfer closed with outstanding read data remaining");
  fails(chunks + "5\r\nhel", Kind::kTruncated, "transfer closed with outstanding read data remaining");
  fails(chunks + "x\r\n", Kind::kBadChunk, "Illegal or missing hexadecimal sequence in chunked-encoding");
  fails(chunks + "0x5\r\nhello\r\n", Kind::kBadChunk,
        "Illegal or missing hexadecimal sequence in chunked-encoding");
  fails(chunks + "fffffffffffffffff\r\n", Kind::kBadChunk,
        "Illegal or missing hexadecimal sequence in chunked-encoding");
  fails(chunks + "00000000000000001\r\n", Kind::kBadChunk, "Too long hexadecimal number in chunked-encoding");
  fails(chunks + "1;" + std::string(2 * kMaxHeaderLine, 'x'), Kind::kBadChunk,
        "Too long extension in chunked-encoding");
  fails(chunks + "1\r\nxx\r\n", Kind::kBadChunk, "Malformed encoding found in chunked-encoding");
}

TEST(ResponseParser, NothingGrowsWithoutBound) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string line = "X-A: " + std::string(1000, 'a') + "\r\n";
  std::string many = head;
  while (many.size() < 2 * kMaxHeaderBlock) many += line;
  const auto message = [](const std::string& bytes) { return parse(bytes, 1 << 16).failure.message; };
  EXPECT_EQ(message(many), "header");
  std::string interim;
  while (interim.size() < 2 * kMaxHeaderBlock) interim += "HTTP/1.1 103 Early\r\nX-A: 1\r\n\r\n";
  EXPECT_EQ(message(interim), "header");
  EXPECT_EQ(message(head + "X: " + std::string(2 * kMaxHeaderLine, 'a')), "header line");
  EXPECT_EQ(message("HTTP/1.1 200 " + std::string(2 * kMaxStatusLine, 'a')), "status line");
  EXPECT_EQ(message(std::string(2 * kMaxStatusLine, 'a')), "status line");
  EXPECT_EQ(message(head + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + many.substr(head.size())), "header");
}

TEST(ResponseParser, ServesForManyResponses) {
  ResponseParser parser;
  for (const std::string bytes : {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\n\r\nx",
                                  "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"}) {
    Response response;
    parser.begin(response, false);
    std::string_view input = bytes;
    EXPECT_EQ(parser.next(input), Event::kHeader);
    EXPECT_EQ(parser.content_encoding(), response.status == 200 ? "gzip" : "");
    while (parser.next(input) == Event::kBody) {
    }
    EXPECT_EQ(parser.close(), Event::kEnd);
  }
}

}  // namespace
}  // namespace nest::http

#include "http/tls_stream.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <thread>

#include "base/file_descriptor.h"
#include "tls_pair.h"

namespace nest::http {
namespace {

using testing::TlsPair;

TEST(TlsStream, CarriesBothWays) {
  TlsPair pair;
  EXPECT_TRUE(pair.stream().read(pair.buffer(), 100).result.again);
  EXPECT_EQ(pair.stream().write("ping").size, 4U);
  EXPECT_EQ(pair.peer_reads(), "ping");
  pair.peer_writes("pong");
  const Received received = pair.stream().read(pair.buffer(), 100);
  EXPECT_EQ(std::string(pair.buffer(), received.result.size), "pong");
  EXPECT_TRUE(received.is_drained);
  EXPECT_FALSE(pair.stream().has_input());
}

TEST(TlsStream, LosesNothingOfWhatIsReadInPieces) {
  TlsPair pair;
  std::string sent;
  for (int i = 0; i < 20; ++i) {
    const std::string piece(1500, static_cast<char>('a' + i));
    pair.peer_writes(piece);
    sent += piece;
  }
  std::string read;
  while (true) {
    const Received received = pair.stream().read(pair.buffer(), 700);
    if (received.result.again) break;
    ASSERT_FALSE(received.result.is_broken()) << received.result.failure.message;
    ASSERT_GT(received.result.size, 0U);
    read.append(pair.buffer(), received.result.size);
  }
  EXPECT_EQ(read, sent);
}

TEST(TlsStream, AwaitsTheRestOfARecord) {
  TlsPair pair;
  const std::string first = pair.peer_encrypts("ping");
  const std::string second = pair.peer_encrypts("pong");
  pair.peer_sends_raw(first + second.substr(0, 9));
  const Received received = pair.stream().read(pair.buffer(), 100);
  EXPECT_EQ(std::string(pair.buffer(), received.result.size), "ping");
  EXPECT_FALSE(pair.stream().has_input()) << "there is nothing to read before the rest has come";
  EXPECT_TRUE(pair.stream().read(pair.buffer(), 100).result.again);
  pair.peer_sends_raw(second.substr(9));
  EXPECT_EQ(std::string(pair.buffer(), pair.stream().read(pair.buffer(), 100).result.size), "pong");
}

TEST(TlsStream, KnowsOfWholeRecordsThatWereNotRead) {
  TlsPair pair;
  const std::string first = pair.peer_encrypts("ping");
  pair.peer_sends_raw(first + pair.peer_encrypts("pong"));
  EXPECT_EQ(std::string(pair.buffer(), pair.stream().read(pair.buffer(), 4).result.size), "ping");
  EXPECT_TRUE(pair.stream().has_input());
  EXPECT_EQ(std::string(pair.buffer(), pair.stream().read(pair.buffer(), 4).result.size), "pong");
  EXPECT_FALSE(pair.stream().has_input());
}

TEST(TlsStream, TakesNoErrorOfOthersForItsOwn) {
  TlsPair pair;
  ERR_raise(ERR_LIB_PEM, ERR_R_PASSED_NULL_PARAMETER);
  EXPECT_TRUE(pair.stream().read(pair.buffer(), 100).result.again);
  const std::string text(1 << 20, 'x');
  IoResult result = pair.stream().write(text);
  while (!result.again && !result.is_broken()) {
    ERR_raise(ERR_LIB_PEM, ERR_R_PASSED_NULL_PARAMETER);
    result = pair.stream().write(text);
  }
  EXPECT_FALSE(result.is_broken()) << result.failure.message;
}

TEST(TlsStream, WritesOnWhereItHadToStop) {
  TlsPair pair;
  const std::string text(4 << 20, 'x');
  size_t written = 0;
  size_t read = 0;
  while (read < text.size()) {
    if (written < text.size()) {
      const IoResult result = pair.stream().write(std::string_view(text).substr(written));
      ASSERT_FALSE(result.is_broken()) << result.failure.message;
      written += result.size;
      if (!result.again) continue;
    }
    const std::string piece = pair.peer_reads();
    ASSERT_EQ(piece.find_first_not_of('x'), std::string::npos);
    read += piece.size();
  }
  EXPECT_EQ(written, text.size());
}

TEST(TlsStream, AnEndIsAnEndWithAGoodbyeAndWithout) {
  for (const bool says_goodbye : {true, false}) {
    TlsPair pair;
    pair.peer_writes("last");
    pair.peer_closes(says_goodbye);
    EXPECT_EQ(pair.stream().read(pair.buffer(), 100).result.size, 4U);
    const IoResult end = pair.stream().read(pair.buffer(), 100).result;
    EXPECT_EQ(end.size, 0U);
    EXPECT_FALSE(end.again || end.is_broken()) << end.failure.message;
  }
}

TEST(TlsStream, WhatIsNoRecordBreaksIt) {
  TlsPair pair;
  pair.peer_sends_raw("HTTP/1.1 400 Plain\r\n\r\n");
  const IoResult result = pair.stream().read(pair.buffer(), 100).result;
  EXPECT_EQ(result.failure.kind, FailureKind::kTls);
  EXPECT_NE(result.failure.message.find("SSL routines"), std::string::npos) << result.failure.message;
}

}  // namespace
}  // namespace nest::http

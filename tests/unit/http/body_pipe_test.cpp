#include "http/body_pipe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>

namespace nest::http {
namespace {

TEST(BodyPipe, GivesPiecesInOrderAndInParts) {
  BodyPipe pipe;
  EXPECT_TRUE(pipe.front().empty());
  pipe.write("one");
  pipe.write("");
  pipe.write("two");
  EXPECT_EQ(pipe.front(), "one");
  pipe.consume(2);
  EXPECT_EQ(pipe.front(), "e");
  pipe.consume(1);
  EXPECT_EQ(pipe.front(), "two");
  pipe.clear();
  EXPECT_TRUE(pipe.front().empty());
}

TEST(BodyPipe, IsAtItsEndOnlyOnceAllIsRead) {
  BodyPipe pipe;
  pipe.write("last");
  EXPECT_FALSE(pipe.at_end());
  pipe.end();
  EXPECT_FALSE(pipe.at_end());
  pipe.consume(4);
  EXPECT_TRUE(pipe.at_end());
}

TEST(BodyPipe, HasNoRoomBeyondItsCapacityAndAgainOncePiecesAreRead) {
  BodyPipe pipe;
  const std::string piece(10'000, 'x');
  size_t written = 0;
  for (; pipe.has_room(piece.size()); written += piece.size()) pipe.write(piece);
  EXPECT_LE(written, BodyPipe::kCapacity);
  EXPECT_GT(written, BodyPipe::kCapacity * 9 / 10);
  EXPECT_FALSE(pipe.is_half_empty());
  pipe.consume(piece.size() - 1);
  EXPECT_FALSE(pipe.has_room(piece.size())) << "the piece is still held";
  pipe.consume(1);
  EXPECT_TRUE(pipe.has_room(piece.size()));
}

TEST(BodyPipe, CountsWhatSmallPiecesCost) {
  BodyPipe pipe;
  size_t pieces = 0;
  for (; pipe.has_room(1); ++pieces) pipe.write("x");
  EXPECT_LT(pieces, BodyPipe::kCapacity / 16);
}

TEST(BodyPipe, TakesAPieceOfAnySizeWhenItIsEmpty) {
  BodyPipe pipe;
  const std::string piece(BodyPipe::kCapacity * 2, 'x');
  ASSERT_TRUE(pipe.has_room(piece.size()));
  pipe.write(piece);
  EXPECT_FALSE(pipe.has_room(1));
  pipe.clear();
  EXPECT_TRUE(pipe.is_half_empty());
}

TEST(BodyPipe, LosesNothingBetweenTwoThreads) {
  constexpr size_t kTotal = 5'000'000;
  BodyPipe pipe;
  std::thread writer([&pipe] {
    for (size_t written = 0; written < kTotal;) {
      const size_t size = std::min<size_t>(1 + written % 9'973, kTotal - written);
      if (!pipe.has_room(size)) {
        std::this_thread::yield();
        continue;
      }
      pipe.write(std::string(size, static_cast<char>(size % 251)));
      written += size;
    }
    pipe.end();
  });
  size_t read = 0;
  while (!pipe.at_end()) {
    const std::string_view piece = pipe.front();
    if (piece.empty()) {
      std::this_thread::yield();
      continue;
    }
    EXPECT_EQ(piece.front(), static_cast<char>(std::min<size_t>(1 + read % 9'973, kTotal - read) % 251));
    read += piece.size();
    pipe.consume(piece.size());
  }
  EXPECT_EQ(read, kTotal);
  writer.join();
}

}  // namespace
}  // namespace nest::http

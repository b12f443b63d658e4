#include "http/body_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace nest::http {
namespace {

using namespace std::string_literals;

// "hello" three times over, as gzip, zlib, raw deflate, brotli and zstd have it.
const std::string kText = "hellohellohello";
const std::string kRaw = "\xcb\x48\xcd\xc9\xc9\xcf\x80\x13\x00"s;
const std::string kGzip =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03"s + kRaw + "\x0b\xb4\x21\x3e\x0f\x00\x00\x00"s;
const std::string kZlib = "\x78\x9c"s + kRaw + "\x31\xb0\x06\x3d"s;
const std::string kBrotli = "\x0b\x07\x80"s + kText + "\x03"s;
const std::string kZstd = "\x28\xb5\x2f\xfd\x20\x0f\x79\x00\x00"s + kText;

struct Decoded {
  std::string text;
  bool whole = true;
  std::string error;
};

Decoded decode(std::string_view codings, std::string_view data, size_t piece) {
  Decoded decoded;
  const auto decoder = BodyDecoder::make(codings);
  while (!data.empty() && decoded.whole) {
    decoded.whole =
        decoder->decode(data.substr(0, piece), [&](std::string_view text) { decoded.text.append(text); });
    data.remove_prefix(std::min(piece, data.size()));
  }
  decoded.error = decoder->error();
  return decoded;
}

class BodyDecoderTest : public ::testing::TestWithParam<size_t> {};

INSTANTIATE_TEST_SUITE_P(InPiecesOf, BodyDecoderTest, ::testing::Values(1, 3, 1000),
                         ::testing::PrintToStringParamName());

TEST_P(BodyDecoderTest, KnowsTheUsualCodings) {
  EXPECT_EQ(decode("gzip", kGzip, GetParam()).text, kText);
  EXPECT_EQ(decode("X-GZIP", kGzip, GetParam()).text, kText);
  EXPECT_EQ(decode("deflate", kZlib, GetParam()).text, kText);
  EXPECT_EQ(decode("deflate", kRaw, GetParam()).text, kText);
  EXPECT_EQ(decode("br", kBrotli, GetParam()).text, kText);
  EXPECT_EQ(decode("zstd", kZstd, GetParam()).text, kText);
}

TEST_P(BodyDecoderTest, SeveralMembersOfGzipAreOneTextAndWhatFollowsIsDropped) {
  EXPECT_EQ(decode("gzip", kGzip + kGzip, GetParam()).text, kText + kText);
  const Decoded decoded = decode("gzip", kGzip + "something else", GetParam());
  EXPECT_TRUE(decoded.whole);
  EXPECT_EQ(decoded.text, kText);
  EXPECT_TRUE(decode("deflate", kZlib + "something else", GetParam()).whole);
  EXPECT_EQ(decode("gzip", kGzip + kGzip.substr(0, kGzip.size() - 8) + "12345678", GetParam()).text,
            kText + kText);
}

TEST_P(BodyDecoderTest, SeveralCodingsAreUndoneInReverse) {
  const std::string stored = "\x1f\x8b\x08\0\0\0\0\0\0\xff"s + "\x01"s + static_cast<char>(kZlib.size()) +
                             "\0"s + static_cast<char>(~kZlib.size()) + "\xff"s + kZlib;
  EXPECT_EQ(decode("deflate, gzip", stored, GetParam()).text, kText);
  EXPECT_EQ(decode("identity, deflate", kZlib, GetParam()).text, kText);
}

TEST_P(BodyDecoderTest, SaysWhatIsBroken) {
  const Decoded decoded = decode("gzip", "not gzip at all, and long", GetParam());
  EXPECT_FALSE(decoded.whole);
  EXPECT_EQ(decoded.error, "incorrect header check");
  EXPECT_FALSE(decode("br", "\xff\xff\xff\xff\xff", GetParam()).whole);
  EXPECT_FALSE(decode("br", kBrotli + "more", GetParam()).whole);
  EXPECT_FALSE(decode("zstd", "not zstd at all", GetParam()).whole);
  EXPECT_FALSE(decode("deflate", "\xff\xff\xff\xff\xff\xff", GetParam()).whole);
}

TEST_P(BodyDecoderTest, DataThatEndTooSoonAreTakenForWhatThereIs) {
  const Decoded decoded = decode("gzip", std::string_view(kGzip).substr(0, 17), GetParam());
  EXPECT_TRUE(decoded.whole);
  EXPECT_TRUE(kText.starts_with(decoded.text));
}

// Blocks of nothing without end, which neither pile up nor are gone through again and again.
TEST(BodyDecoder, DataThatGiveNothingAreNotKept) {
  std::string blocks = "\x78\x9c"s;
  while (blocks.size() < 2 << 20) blocks += "\x00\x00\x00\xff\xff"s;
  const Decoded decoded = decode("deflate", blocks + kRaw + "\x31\xb0\x06\x3d"s, 64);
  EXPECT_TRUE(decoded.whole) << decoded.error;
  EXPECT_EQ(decoded.text, kText);
}

TEST(BodyDecoder, ThereIsNoneForNothing) {
  EXPECT_EQ(BodyDecoder::make("identity"), nullptr);
  EXPECT_EQ(BodyDecoder::make(""), nullptr);
  EXPECT_EQ(BodyDecoder::make("gzip,gzip,gzip,gzip,gzip,gzip"), nullptr);
}

}  // namespace
}  // namespace nest::http

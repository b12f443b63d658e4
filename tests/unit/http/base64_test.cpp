#include "http/base64.h"

#include <gtest/gtest.h>

namespace nest::http {
namespace {

TEST(Base64Test, EncodesTheExamplesOfItsRfc) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64Test, EncodesEveryByte) { EXPECT_EQ(base64(std::string_view("\xfb\xff\0", 3)), "+/8A"); }

}  // namespace
}  // namespace nest::http

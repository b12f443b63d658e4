#include "http/unix_url.h"

#include <gtest/gtest.h>

namespace nest::http {
namespace {

TEST(UnixUrl, HasTheSocketsPathInTheHostsPlace) {
  const auto parsed = unix_url("http+unix://%2Ftmp%2fA%20b.sock/path?q=%2F");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->socket, "/tmp/A b.sock");
  EXPECT_EQ(parsed->url, "http://localhost/path?q=%2F");
  EXPECT_EQ(unix_url("http+unix://%2Fs")->url, "http://localhost");
  EXPECT_EQ(unix_url("http+unix://%2Fs?x")->url, "http://localhost?x");
  EXPECT_EQ(unix_url("http+unix://%/")->socket, "%");
  EXPECT_EQ(unix_url("http+unix://%zz%2/")->socket, "%zz%2");
}

TEST(UnixUrl, IsNoOtherUrl) {
  EXPECT_FALSE(unix_url("http://localhost/"));
  EXPECT_FALSE(unix_url("http+unix:///path"));
  EXPECT_FALSE(unix_url("http+unix"));
  EXPECT_FALSE(unix_url(""));
}

}  // namespace
}  // namespace nest::http

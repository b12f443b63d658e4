#include "http/plain_url.h"

#include <gtest/gtest.h>

namespace nest::http {
namespace {

TEST(PlainUrl, AcceptsWhatGoesOnTheWireUnchanged) {
  for (const char* url : {"http://host/", "https://host:8443/a/b.c?x=1&y=2",
                          "http://127.0.0.1:80/%2F%20?q=/./..", "http://host/a~b!$&'()*+,;=:@"}) {
    EXPECT_TRUE(is_plain_url(url)) << url;
  }
}

TEST(PlainUrl, LeavesToOthersWhatNeedsNormalising) {
  for (const char* url : {"",
                          "/",
                          "host/",
                          "ftp://host/",
                          "HTTP://host/",
                          "http://",
                          "http:///",
                          "http://host/path?",
                          "http://host",
                          "http://host?x",
                          "http://Host/",
                          "http://user:pw@host/",
                          "http://[::1]/",
                          "http://host:/",
                          "http://host:80x/",
                          "http://host:123456/",
                          "http://host:65536/",
                          "http://host:080/",
                          "http://host:0/",
                          "http://.host/",
                          "http://host/a b",
                          "http://host/\xc3\xbc",
                          "http://host/#f",
                          "http://host/a/../b",
                          "http://host/./b",
                          "http://host/%2f",
                          "http://host/%",
                          "http://host/%4",
                          "http://host/%41",
                          "http://host/{x}",
                          "http://host/a\"b"}) {
    EXPECT_FALSE(is_plain_url(url)) << url;
  }
}

TEST(PlainUrl, EscapesWhatNeedsIt) {
  EXPECT_EQ(escaped_url("http://host/a b?q=\xc3\xa4|[\"]"), "http://host/a%20b?q=%C3%A4%7C%5B%22%5D");
  EXPECT_EQ(escaped_url("http://host/a%2F b"), "http://host/a%2F%20b");
  EXPECT_EQ(escaped_url("http://host/a\r\nb"), "http://host/a%0D%0Ab");
  EXPECT_EQ(escaped_url("http://host/"), "http://host/");
}

TEST(PlainUrl, DoesNotEscapeWhereThatIsNotAll) {
  for (const char* url :
       {"", "/", "/a b", "http://host", "http://host?a b", "http://h st/", "http://host/a b#f",
        "http://host/ /../b", "http://host/ %", "http://host/ %41", "HTTP://host/ ", "http://a@host/ ",
        "http://\xc3\xa4/", "http://host/ ?", "http://host\\/a"}) {
    EXPECT_EQ(escaped_url(url), std::nullopt) << url;
  }
}

}  // namespace
}  // namespace nest::http

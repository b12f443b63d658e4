#include "http/request_head.h"

#include <gtest/gtest.h>

#include <string>

namespace nest::http {
namespace {

TEST(RequestHeadTest, KnowsWhereAPlainUrlLeads) {
  const auto target = target_of("http://127.0.0.1:8080/a/b?c=d");
  ASSERT_TRUE(target);
  EXPECT_FALSE(target->is_secure);
  EXPECT_EQ(target->authority, "127.0.0.1:8080");
  EXPECT_EQ(target->path, "/a/b?c=d");
  EXPECT_TRUE(target_of("https://a.test")->is_secure);
  EXPECT_EQ(target_of("https://a.test")->path, "");
  EXPECT_EQ(target_of("https://a.test:443/")->authority, "a.test");
  EXPECT_EQ(target_of("http://a.test:443/")->authority, "a.test:443");
  EXPECT_EQ(target_of("http://[::1]:80/")->authority, "[::1]");
  EXPECT_EQ(target_of("http://[::1]?x")->path, "?x");
  EXPECT_EQ(target_of("http://user:p%40ss@a.test/b@c")->authority, "a.test");
}

TEST(RequestHeadTest, LeavesOtherUrlsAlone) {
  for (const char* url :
       {"", "a.test/", "ftp://a.test/", "HTTP://a.test/", "http://A.test/", "http:///", "http://a.test:/",
        "http://a.test:0/", "http://a.test:080/", "http://a.test:65536/", "http://a.test:x/",
        "http://a.test./", "http://[fe80::1%25eth0]/", "http://a.test/a b", "http://a.test/\xc3\xa4",
        "http://a.test/\r\nX:", "http://a.test\\b/", "http+unix://%2Fa/"})
    EXPECT_FALSE(target_of(url)) << url;
}

std::string head_of(const Request& request, std::optional<uint64_t> length = 0) {
  std::string text;
  append_head(text, request, *target_of(request.url), length);
  return text;
}

TEST(RequestHeadTest, WritesWhatIsThereAndWhatHttpNeeds) {
  Request request;
  request.method = "GET";
  request.url = "http://a.test:81/x?y";
  EXPECT_EQ(head_of(request), "GET /x?y HTTP/1.1\r\nHost: a.test:81\r\nAccept-Encoding: identity\r\n\r\n");
  request.url = "http://a.test?y";
  request.method = "POST";
  request.headers.set("Accept-Encoding", "gzip");
  request.headers.set("host", "other");
  request.headers.set("X-Empty", "");
  EXPECT_EQ(
      head_of(request),
      "POST /?y HTTP/1.1\r\nhost: other\r\nAccept-Encoding: gzip\r\nX-Empty: \r\nContent-Length: 0\r\n\r\n");
}

TEST(RequestHeadTest, TakesUserAndPasswordFromTheUrlUnlessAHeaderSaysWhoAsks) {
  Request request;
  request.method = "GET";
  const auto authorization = [&](const std::string& user) {
    request.url = "http://" + user + "a.test/";
    const std::string head = head_of(request);
    const auto begin = head.find("Authorization: ");
    return begin == std::string::npos ? "" : head.substr(begin + 15, head.find('\r', begin) - begin - 15);
  };
  EXPECT_EQ(authorization(""), "");
  EXPECT_EQ(authorization("user@"), "");
  EXPECT_EQ(authorization("user:pw@"), "Basic dXNlcjpwdw==");
  EXPECT_EQ(authorization("u:p%40ss%2@"), "Basic dTpwQHNzJTI=");
  EXPECT_EQ(authorization("Aladdin:open%20sesame@"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  request.headers.set("authorization", "own");
  EXPECT_EQ(authorization("user:pw@"), "");
}

TEST(RequestHeadTest, SaysHowLongTheBodyIsUnlessTheHeadersDo) {
  Request request;
  request.method = "PUT";
  request.url = "http://a.test/";
  request.has_body = true;
  const auto has = [&](const std::string& line, std::optional<uint64_t> length) {
    return head_of(request, length).find("\r\n" + line + "\r\n") != std::string::npos;
  };
  EXPECT_TRUE(has("Content-Length: 7", 7));
  EXPECT_TRUE(has("Transfer-Encoding: chunked", std::nullopt));
  EXPECT_FALSE(has("Content-Length: 0", std::nullopt));
  request.headers.set("Content-Length", "9");
  EXPECT_TRUE(has("Content-Length: 9", 7));
  EXPECT_FALSE(has("Content-Length: 7", 7));
}

}  // namespace
}  // namespace nest::http

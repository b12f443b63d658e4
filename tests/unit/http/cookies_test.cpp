#include "http/cookies.h"

#include <gtest/gtest.h>

#include <string>

namespace nest::http {
namespace {

TEST(SetCookie, IsReadWithItsAttributes) {
  SetCookie cookie;
  ASSERT_TRUE(parse_set_cookie(
      "session = a=b, c ; Path=/x; DOMAIN=.example.com;secure; HttpOnly; SameSite=Lax;; Max-Age=-5", cookie));
  EXPECT_EQ(cookie.name, "session");
  EXPECT_EQ(cookie.value, "a=b, c");
  EXPECT_EQ(cookie.path, "/x");
  EXPECT_EQ(cookie.domain, ".example.com");
  EXPECT_TRUE(cookie.is_secure);
  EXPECT_EQ(cookie.max_age_s, -5);
  EXPECT_FALSE(cookie.expires_s);
  ASSERT_EQ(cookie.other_count, 2U);
  EXPECT_EQ(cookie.others[0].name, "HttpOnly");
  EXPECT_FALSE(cookie.others[0].value);
  EXPECT_EQ(cookie.others[1].value, "Lax");
}

TEST(SetCookie, NeedsNoAttributes) {
  SetCookie cookie;
  ASSERT_TRUE(parse_set_cookie("a=", cookie));
  EXPECT_EQ(cookie.value, "");
  EXPECT_TRUE(cookie.path.empty() && cookie.domain.empty() && !cookie.is_secure && cookie.other_count == 0);
}

TEST(SetCookie, OfSeveralAttributesOfANameTheFirstCountsAndOfMaxAgeTheLast) {
  SetCookie cookie;
  ASSERT_TRUE(
      parse_set_cookie("a=1; path=/x; path=/y; domain=a.b; domain=c.d; max-age=1; max-age=2; "
                       "Expires=Thu, 01 Jan 1970 00:00:01 GMT; Expires=Thu, 01 Jan 1970 00:00:02 GMT",
                       cookie));
  EXPECT_EQ(cookie.path, "/x");
  EXPECT_EQ(cookie.domain, "a.b");
  EXPECT_EQ(cookie.max_age_s, 2);
  EXPECT_EQ(cookie.expires_s, 1);
}

TEST(SetCookie, KnowsTheUsualDates) {
  const std::pair<const char*, int64_t> dates[] = {
      {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
      {"Wed, 21-Oct-2015 07:28:00 GMT", 1445412480},
      {"Sat, 29 Feb 2020 23:59:59 GMT", 1583020799},
      {"Sun, 31 Feb 2021 24:00:61 GMT", 1614816061},  // a day, an hour and a second too many count on
      {"Fri, 31 Dec 9999 23:59:59 GMT", 253402300799}};
  for (const auto& [text, seconds] : dates) {
    SetCookie cookie;
    ASSERT_TRUE(parse_set_cookie(std::string("a=1; Expires=") + text, cookie)) << text;
    EXPECT_EQ(cookie.expires_s, seconds) << text;
  }
}

TEST(SetCookie, LeavesToOthersWhatIsUnusual) {
  for (const char* line : {"",
                           "a",
                           "=b",
                           " ; a=b",
                           "a=\xc3\xbc",
                           "a=b\tc",
                           "a=1; Path",
                           "a=1; Path=",
                           "a=1; Path=/a b",
                           "a=1; Path=/%7e",
                           "a=1; Path=/%2",
                           "a=1; Domain",
                           "a=1; Domain=",
                           "a=1; Domain=A.b",
                           "a=1; Domain=[::1]",
                           "a=1; Secure=1",
                           "a=1; Max-Age",
                           "a=1; Max-Age=",
                           "a=1; Max-Age=-",
                           "a=1; Max-Age=+1",
                           "a=1; Max-Age=1_0",
                           "a=1; Max-Age=1234567890123",
                           "a=1; Expires",
                           "a=1; Expires=0",
                           "a=1; Expires=Thu, 01 Jan 1969 00:00:00 GMT",
                           "a=1; Expires=Thu, 01 Foo 1999 00:00:00 GMT",
                           "a=1; Expires=Thx, 01 Jan 1999 00:00:00 GMT",
                           "a=1; Expires=Thu, 01 Jan-1999 00:00:00 GMT",
                           "a=1; Expires=Thu, 32 Jan 1999 00:00:00 GMT",
                           "a=1; Expires=Thu, 01 Jan 1999 25:00:00 GMT",
                           "a=1; Expires=Thu, 01 Jan 1999 00:00:00 UTC",
                           "a=1; Expires=Thu, 01 Jan 99 00:00:00 GMT",
                           "a=1; Version=1",
                           "a=1; port",
                           "a=1; Discard",
                           "a=1; Comment=x",
                           "a=1; CommentURL=x",
                           "a=1;b;c;d;e;f;g;h;i;j"}) {
    SetCookie cookie;
    EXPECT_FALSE(parse_set_cookie(line, cookie)) << line;
  }
}

CookieSite site(std::string_view url, std::string_view host = {}) {
  const auto found = CookieSite::of(url, host);
  EXPECT_TRUE(found) << url;
  return found.value_or(CookieSite());
}

TEST(CookieSite, IsMadeFromAnUrlOrTheHostHeader) {
  EXPECT_EQ(site("http://www.example.com/").domain(), "www.example.com");
  EXPECT_EQ(site("http://127.0.0.1:8080/a").domain(), "127.0.0.1");
  EXPECT_EQ(site("http://intranet/").domain(), "intranet.local");
  EXPECT_EQ(site("http://127.0.0.1/", "example.com:80").domain(), "example.com");
  EXPECT_FALSE(site("http://a.b/").is_secure());
  EXPECT_TRUE(site("https://a.b/").is_secure());
}

TEST(CookieSite, LeavesToOthersWhatIsUnusual) {
  for (const char* url : {"", "ftp://a.b/", "http://a.b", "http://a.b?/", "http:///", "http://A.b/",
                          "http://.a.b/", "http://u:p@a.b/", "http://[::1]/", "http://a.b:/", "http://a.b:x/",
                          "http://a.b/ ", "http://a.b/%7e", "http://a.b/\xc3\xbc"}) {
    EXPECT_FALSE(CookieSite::of(url, {})) << url;
  }
  EXPECT_FALSE(CookieSite::of("http://a.b/", "A.b"));
  EXPECT_FALSE(CookieSite::of("http://a.b/", "a b"));
  EXPECT_TRUE(CookieSite::of("http://a.b/;", {}));
  EXPECT_FALSE(CookieSite::of("http://a.b/;", "a.b"));
}

TEST(CookieSite, HasADefaultPath) {
  EXPECT_EQ(site("http://a.b/").default_path(), "/");
  EXPECT_EQ(site("http://a.b/x").default_path(), "/");
  EXPECT_EQ(site("http://a.b/x/").default_path(), "/x");
  EXPECT_EQ(site("http://a.b/x/y?q=/z/").default_path(), "/x");
}

TEST(CookieSite, SetsCookiesForItselfAndAbove) {
  const CookieSite www = site("http://www.example.com/");
  for (const char* domain : {"www.example.com", ".www.example.com", "example.com", ".example.com"})
    EXPECT_EQ(www.may_set_for(domain), true) << domain;
  for (const char* domain :
       {"com", ".com", ".", "ample.com", "x.www.example.com", "other.org", "..example.com"})
    EXPECT_EQ(www.may_set_for(domain), false) << domain;
  EXPECT_FALSE(site("http://intranet/").may_set_for("intranet"));
  EXPECT_FALSE(site("http://printer.local/").may_set_for("printer.local"));
}

TEST(CookieSite, GetsCookiesOfItsDomainsAndPaths) {
  const CookieSite here = site("http://www.example.com/a/b?x=y");
  for (const char* domain :
       {"", "www.example.com", ".www.example.com", "example.com", ".example.com", ".com"})
    EXPECT_TRUE(here.is_in_domain(domain)) << domain;
  for (const char* domain : {"ample.com", "ww.example.com", "x.www.example.com", "..www.example.com"})
    EXPECT_FALSE(here.is_in_domain(domain)) << domain;
  for (const char* path : {"", "/", "/a", "/a/", "/a/b"}) EXPECT_TRUE(here.is_below(path)) << path;
  for (const char* path : {"a", "/a/b/", "/a/b/c", "/A", "/b"}) EXPECT_FALSE(here.is_below(path)) << path;
  EXPECT_FALSE(site("http://a.b/ab").is_below("/a"));
  EXPECT_TRUE(site("http://intranet/").is_in_domain("intranet.local"));
  EXPECT_TRUE(site("http://intranet/").is_in_domain(".local"));
  EXPECT_FALSE(site("http://intranet/").is_in_domain("intranet"));
}

}  // namespace
}  // namespace nest::http

#include "http/exchange.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace nest::http {
namespace {

using Lines = std::vector<std::string>;

TEST(HeaderLines, ASetHeaderReplacesOneOfTheNameWhateverTheCase) {
  HeaderLines headers;
  headers.set("Accept", "*/*");
  headers.set("X-Accept", "no");
  headers.set("ACCEPT", "text/html");
  EXPECT_EQ(headers.lines(), (Lines{"ACCEPT: text/html", "X-Accept: no"}));
  EXPECT_TRUE(headers.has("x-accept"));
  EXPECT_EQ(headers.value("accept"), "text/html");
  EXPECT_EQ(headers.value("X-Acc"), "");
  EXPECT_FALSE(headers.has("X-Acc"));
}

TEST(HeaderLines, ACopyThatIsChangedLeavesTheOriginalAlone) {
  HeaderLines headers;
  headers.set("Accept", "*/*");
  HeaderLines copy = headers;
  EXPECT_EQ(&copy.lines(), &headers.lines());
  copy.remove("X-None");
  EXPECT_EQ(&copy.lines(), &headers.lines());
  copy.set("Accept", "text/html");
  copy.set("X-A", "b");
  headers.remove("accept");
  EXPECT_EQ(copy.lines(), (Lines{"Accept: text/html", "X-A: b"}));
  EXPECT_EQ(headers.lines(), Lines{});
}

TEST(Response, AHeaderIsFoundWhateverTheCaseAndSeveralAreJoined) {
  Response response;
  response.header_block = "HTTP/1.1 200 OK\r\nX-A: one\r\nX-AB: no\r\nno colon\r\nx-a:  two \r\n";
  EXPECT_EQ(response.header("X-a"), "one, two");
  EXPECT_EQ(response.header("X"), std::nullopt);
  EXPECT_EQ(response.headers().size(), 3U);
  EXPECT_EQ(response.headers("x-ab").size(), 1U);
  EXPECT_EQ(response.headers("x-a").size(), 3U);
  EXPECT_EQ(response.headers("no").size(), 0U);
}

TEST(Exchange, ARenewedOneIsAsANewOneButForTheMemoryOfItsTexts) {
  Exchange exchange;
  exchange.request.method = "POST";
  exchange.request.url = std::string(200, 'u');
  exchange.request.headers.set("A", "b");
  exchange.request.has_body = true;
  exchange.response.status = 404;
  exchange.response.body = std::string(1 << 20, 'b');
  exchange.failure.kind = FailureKind::kRefused;
  exchange.timings.completed = SteadyTime(std::chrono::seconds(1));
  exchange.id = 7;
  const char* url = exchange.request.url.data();
  exchange.renew();
  EXPECT_EQ(exchange.request.method, "");
  EXPECT_EQ(exchange.request.url, "");
  EXPECT_EQ(exchange.request.url.data(), url);
  EXPECT_TRUE(exchange.request.headers.lines().empty());
  EXPECT_FALSE(exchange.request.has_body);
  EXPECT_EQ(exchange.response.status, 0);
  EXPECT_LT(exchange.response.body.capacity(), 4096U);
  EXPECT_EQ(exchange.failure.kind, FailureKind::kNone);
  EXPECT_EQ(exchange.timings.completed, SteadyTime{});
  EXPECT_EQ(exchange.id, 0U);
}

}  // namespace
}  // namespace nest::http

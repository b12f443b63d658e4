#include "process/endpoint.h"

#include <gtest/gtest.h>

#include "scratch.h"

namespace nest::process {
namespace {

TEST(Endpoint, ReadsThePartsOfAnHttpUrl) {
  const auto endpoint = parse_http_url("http://localhost:8080/health?full=1#top");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->host, "localhost");
  EXPECT_EQ(endpoint->port, "8080");
  EXPECT_EQ(endpoint->path, "/health?full=1");
  EXPECT_EQ(endpoint->authority(), "localhost:8080");
}

TEST(Endpoint, FillsInThePortAndThePathOfAnHttpUrl) {
  const auto endpoint = parse_http_url("http://example.org");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->port, "80");
  EXPECT_EQ(endpoint->path, "/");
  EXPECT_EQ(parse_http_url("http://example.org?q=1")->path, "/?q=1");
}

TEST(Endpoint, TakesIpv6InBrackets) {
  EXPECT_EQ(parse_host_port("[::1]:90")->host, "::1");
  EXPECT_EQ(parse_host_port("[::1]:90")->authority(), "[::1]:90");
  EXPECT_EQ(parse_http_url("http://[::1]/x")->host, "::1");
}

TEST(Endpoint, RefusesWhatIsNoHttpUrl) {
  for (const char* url : {"", "localhost:80", "https://localhost/", "ftp://x/", "http://", "http://:80/",
                          "http://a:b/", "http://a:0/", "http://a:65536/", "http://user@a/", "http://a/x y",
                          "http://a/\r\nX: y", "http://[::1/", "http://[::1]x/"}) {
    EXPECT_FALSE(parse_http_url(url)) << url;
  }
}

TEST(Endpoint, RefusesWhatIsNoHostAndPort) {
  for (const char* text :
       {"", "localhost", "localhost:", ":80", "localhost:http", "localhost:70000", "::1:80", "a/b:80"}) {
    EXPECT_FALSE(parse_host_port(text)) << text;
  }
}

TEST(Endpoint, FindsNoAddressForAnUnknownHost) {
  EXPECT_TRUE(resolve(*parse_host_port("no-such-host.invalid:80")).empty());
  EXPECT_FALSE(resolve(*parse_host_port("127.0.0.1:80")).empty());
}

TEST(Endpoint, KnowsWhetherSomebodyListens) {
  const int port = free_port();
  EXPECT_FALSE(accepts_connections(resolve(*parse_host_port("127.0.0.1:" + std::to_string(port))), 1000));
  const Listener listener;
  EXPECT_TRUE(accepts_connections(resolve(*parse_host_port(listener.address())), 1000));
}

// Connecting to a port of the ephemeral range, from that very port, succeeds although nobody listens.
TEST(Endpoint, TakesAConnectionToItselfForARefusal) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* name = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(socket.get(), name, length), 0);
  ASSERT_EQ(::getsockname(socket.get(), name, &length), 0);
  ASSERT_EQ(::connect(socket.get(), name, length), 0);
  EXPECT_EQ(connect_result(socket.get()), ECONNREFUSED);
}

}  // namespace
}  // namespace nest::process

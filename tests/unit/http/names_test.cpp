// How the engine finds the server of a name.
#include <gtest/gtest.h>
#include <netdb.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine_fixture.h"
#include "http/curl_names.h"
#include "http/request_head.h"
#include "scripted_server.h"

namespace nest::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::always;
using testing::Connection;
using testing::EngineTest;
using testing::ScriptedServer;

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const std::string kOkOnce = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";

// What the names of these tests resolve to; outlives the resolver's threads.
struct Directory {
  std::map<std::string, std::vector<std::string>> addresses;
  std::atomic<int> look_ups{0};
  std::atomic<bool> answers{true};

  LookUps::Answer look_up(const std::string& name) {
    ++look_ups;
    while (!answers) std::this_thread::sleep_for(milliseconds(1));
    const auto found = addresses.find(name);
    if (found == addresses.end()) return {{}, EAI_NONAME, "Name or service not known"};
    return {found->second, 0, {}};
  }
};

class NamesTest : public EngineTest {
 protected:
  NamesTest() : NamesTest(std::make_shared<Directory>()) {}
  ~NamesTest() override { directory_->answers = true; }

  std::string at(const std::string& host, const ScriptedServer& server) const {
    return "http://" + host + ":" + std::to_string(server.port()) + "/";
  }
  std::shared_ptr<ConnectionPool> pool_with(NameSettings names) {
    Network network;
    network.names = std::make_shared<const NameSettings>(std::move(names));
    return engine_.make_pool(std::move(network));
  }

  std::shared_ptr<Directory> directory_;

 private:
  explicit NamesTest(std::shared_ptr<Directory> directory)
      : EngineTest(std::make_shared<LookUps>(
                       [directory](const std::string& name) { return directory->look_up(name); }),
                   IoThreads{3, 1}),
        directory_(std::move(directory)) {
    directory_->addresses["here.test"] = {"127.0.0.1"};
  }
};

INSTANTIATE_TEST_SUITE_P(Http, NamesTest, testing::both_transports(), testing::name_of);

TEST_P(NamesTest, ANameIsLookedUpOnceForAllUsers) {
  const ScriptedServer server(always(kOk));
  for (int user = 0; user < 3; ++user) {
    pool_ = engine_.make_pool();
    for (int i = 0; i < 2; ++i) EXPECT_EQ(get(at("here.test", server))->response.status, 200);
  }
  EXPECT_EQ(directory_->look_ups, 1);
  EXPECT_EQ(server.accepted(), 3);
}

TEST_P(NamesTest, NumbersAreNotLookedUp) {
  const ScriptedServer server(always(kOk));
  const auto done = get(server.url("/"));
  EXPECT_EQ(done->response.status, 200);
  EXPECT_EQ(directory_->look_ups, 0);
}

TEST_P(NamesTest, TheTimeOfTheLookUpIsAPartOfItsOwnWhereAConnectionIsOpened) {
  const ScriptedServer server(always(kOk));
  directory_->answers = false;
  auto exchange = make(at("here.test", server));
  submit(*exchange);
  wait_until([&] { return directory_->look_ups == 1; });
  std::this_thread::sleep_for(milliseconds(20));
  directory_->answers = true;
  wait_for(exchange.get());
  const TimeParts parts = exchange->timings.parts();
  EXPECT_GE(parts.dns, milliseconds(20));
  EXPECT_GE(parts.send, Duration::zero());
  EXPECT_EQ(parts.dns + parts.connect + parts.tls + parts.send + parts.first_byte + parts.download,
            exchange->timings.response_time());
  EXPECT_EQ(get(at("here.test", server))->timings.parts().dns, Duration::zero());
}

TEST_P(NamesTest, WithoutATimeToLiveEachConnectionAsks) {
  const ScriptedServer server(always(kOkOnce));
  NameSettings names;
  names.time_to_live = Duration::zero();
  pool_ = pool_with(names);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(at("here.test", server))->response.status, 200);
  EXPECT_EQ(directory_->look_ups, 3);
}

TEST_P(NamesTest, AUserMayHaveATimeToLiveOfItsOwn) {
  const ScriptedServer server(always(kOkOnce));
  get(at("here.test", server));
  Network network;
  network.name_time_to_live = Duration::zero();
  pool_ = engine_.make_pool(std::move(network));
  get(at("here.test", server));
  EXPECT_EQ(directory_->look_ups, 2);
}

TEST_P(NamesTest, TheAddressesAreTriedInOrder) {
  const ScriptedServer server(always(kOk));
  directory_->addresses["two.test"] = {"127.0.0.2", "127.0.0.1"};  // nothing listens on the first
  const auto done = get(at("two.test", server));
  EXPECT_EQ(done->response.status, 200) << done->failure.message;
}

TEST_P(NamesTest, ConnectionsTakeTheAddressesInTurnIfAskedTo) {
  std::vector<std::string> hosts;
  const ScriptedServer server(always(kOkOnce));
  directory_->addresses["two.test"] = {"127.0.0.2", "127.0.0.1"};
  NameSettings names;
  names.rotates = true;
  pool_ = pool_with(names);
  // Every second connection begins with the address at which nothing listens, and goes on to the other.
  for (int i = 0; i < 4; ++i) EXPECT_EQ(get(at("two.test", server))->response.status, 200);
  EXPECT_EQ(directory_->look_ups, 1);
}

TEST_P(NamesTest, ANewAddressIsFoundOnceTheOldOneIsTooOld) {
  const ScriptedServer server(always(kOkOnce));
  directory_->addresses["moves.test"] = {"127.0.0.2"};
  NameSettings names;
  names.time_to_live = milliseconds(1);
  pool_ = pool_with(names);
  EXPECT_EQ(get(at("moves.test", server))->failure.kind, FailureKind::kRefused);
  directory_->addresses["moves.test"] = {"127.0.0.1"};
  std::this_thread::sleep_for(milliseconds(2));
  EXPECT_EQ(get(at("moves.test", server))->response.status, 200);
}

TEST_P(NamesTest, WhatTheUserSaysGoesBeforeAnyLookUp) {
  const ScriptedServer server(always(kOk));
  NameSettings names;
  names.override_addresses("Elsewhere.test", server.port(), {"127.0.0.1"});
  names.override_addresses("10.9.8.7", 0, {"127.0.0.1"});
  pool_ = pool_with(names);
  EXPECT_EQ(get(at("elsewhere.test", server))->response.status, 200);
  EXPECT_EQ(get(at("10.9.8.7", server))->response.status, 200);
  EXPECT_EQ(get("http://elsewhere.test:1/")->failure.kind, FailureKind::kNameResolution);
  EXPECT_EQ(directory_->look_ups, 1);
}

TEST_P(NamesTest, AFailureHasTheResolversReason) {
  const auto done = get("http://nowhere.test/");
  EXPECT_EQ(done->failure.kind, FailureKind::kNameResolution);
  EXPECT_EQ(done->failure.os_error, EAI_NONAME);
  EXPECT_EQ(done->failure.message, "Name or service not known");
  EXPECT_EQ(done->response.status, 0);
  EXPECT_EQ(done->timings.parts().dns, done->timings.response_time());
}

TEST_P(NamesTest, ARequestWhoseNameIsLookedUpIsCancelledAtOnce) {
  const ScriptedServer server(always(kOk));
  directory_->answers = false;
  auto exchange = make(at("here.test", server));
  exchange->request.read_timeout = milliseconds(1);  // which does not run before there is a connection
  submit(*exchange);
  wait_until([&] { return directory_->look_ups == 1; });
  std::this_thread::sleep_for(milliseconds(5));
  engine_.cancel(exchange.get());
  wait_for(exchange.get());
  EXPECT_EQ(exchange->failure.kind, FailureKind::kCancelled);
  directory_->answers = true;
  EXPECT_EQ(get(at("here.test", server))->response.status, 200);
}

TEST_P(NamesTest, ShutdownWaitsForNoLookUp) {
  directory_->answers = false;
  auto exchange = make("http://here.test/");
  submit(*exchange);
  wait_until([&] { return directory_->look_ups == 1; });
  engine_.shutdown();
  take();
  EXPECT_EQ(exchange->failure.kind, FailureKind::kCancelled);
}

TEST_P(NamesTest, OfAProxyTheNameIsLookedUpAndNotThatOfTheTarget) {
  std::string seen;
  {
    const ScriptedServer proxy([&seen](Connection& connection) {
      seen = connection.read_request();
      connection.send(kOk);
    });
    auto exchange = make("http://target.test/x");
    auto settings = std::make_shared<ConnectionSettings>();
    settings->proxy = at("here.test", proxy);
    exchange->request.settings = std::move(settings);
    EXPECT_EQ(run(std::move(exchange))->response.status, 200);
  }
  EXPECT_TRUE(seen.starts_with("GET http://target.test/x HTTP/1.1\r\n")) << seen;
  EXPECT_EQ(directory_->look_ups, 1);
}

TEST(HostsToConnectTo, AreSpeltAsLibcurlKeepsThem) {
  const auto one = [](const std::string& url) { return hosts_to_connect_to(url, "").at(0); };
  EXPECT_EQ(one("http://user:word@Name.TEST./x").host, "name.test");
  EXPECT_EQ(one("http://user:word@Name.TEST./x").name, "name.test.");
  EXPECT_EQ(one("http://name.test/").port, 80);
  EXPECT_EQ(one("https://name.test/").port, 443);
  EXPECT_EQ(one("http://name.test:81/").port, 81);
  EXPECT_EQ(one("http://[::1]:81/").host, "::1");
  EXPECT_TRUE(is_numeric_address(one("http://[::1]/").host));
  EXPECT_TRUE(is_numeric_address(one("http://127.1/").host));
  EXPECT_FALSE(is_numeric_address("name.test"));
  EXPECT_TRUE(hosts_to_connect_to("no url", "").empty());
}

TEST(HostsToConnectTo, AreSpeltAlikeWhereLibcurlIsNotAsked) {
  for (const std::string url : {"http://name.test/", "https://name.test/x", "http://name.test:81?q",
                                "https://name.test:81/", "http://user:word@na-me_1.test/",
                                "http://127.0.0.1:8080/", "http://[::1]/", "http://[fe80::1]:8080/"}) {
    const HostPort ours = host_of(*target_of(url));
    const HostPort theirs = hosts_to_connect_to(url, "").at(0);
    EXPECT_EQ(ours.host, theirs.host);
    EXPECT_EQ(ours.port, theirs.port);
    EXPECT_EQ(ours.name, theirs.name);
  }
}

TEST(HostsToConnectTo, DependOnWhoLooksUpBehindAProxy) {
  const auto hosts = [](const std::string& proxy) {
    std::vector<std::string> names;
    for (const HostPort& host : hosts_to_connect_to("http://target.test/", proxy))
      names.push_back(host.host + ":" + std::to_string(host.port));
    return names;
  };
  EXPECT_EQ(hosts("http://proxy.test:3128"), std::vector<std::string>{"proxy.test:3128"});
  EXPECT_EQ(hosts("https://proxy.test"), std::vector<std::string>{"proxy.test:443"});
  EXPECT_EQ(hosts("socks5h://proxy.test"), std::vector<std::string>{"proxy.test:1080"});
  EXPECT_EQ(hosts("socks5://proxy.test"), (std::vector<std::string>{"proxy.test:1080", "target.test:80"}));
}

TEST(ResolveLines, AreThoseOfLibcurl) {
  EXPECT_EQ(resolve_line({"a.test", 80, "a.test"}, {"10.0.0.1", "fe80::1"}), "+a.test:80:10.0.0.1,[fe80::1]");
  EXPECT_EQ(forget_line({"a.test", 80, "a.test"}), "-a.test:80");
}

}  // namespace
}  // namespace nest::http

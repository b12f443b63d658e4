#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine_fixture.h"
#include "scripted_server.h"

namespace nest::http {
namespace {

class SpareHandlesTest : public testing::EngineDriver {
 protected:
  SpareHandlesTest() : EngineDriver(&make_direct_transport) {}
};

TEST_F(SpareHandlesTest, AreFewAWhileAfterManyHaveBeenUsedAtOnce) {
  if (mallinfo2().uordblks == 0) GTEST_SKIP() << "a sanitizer's allocator does not tell what is in use";
  constexpr int kUsers = 40;
  std::atomic<int> asking{0};
  const testing::ScriptedServer server([&asking](testing::Connection& connection) {
    connection.read_request();
    for (++asking; asking < kUsers;) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  NameSettings names;  // several addresses are for libcurl
  names.override_addresses("two.test", 0, {"127.0.0.1", "127.0.0.2"});
  Network network;
  network.names = std::make_shared<const NameSettings>(names);
  const std::string url = "http://two.test" + server.url("/").substr(server.url("/").rfind(':'));
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int user = 0; user < kUsers; ++user) {
    pool_ = engine_.make_pool(network);
    exchanges.push_back(make(url));
    submit(*exchanges.back());
  }
  for (const auto& exchange : exchanges) wait_for(exchange.get());
  const size_t in_use = mallinfo2().uordblks;
  wait_until([in_use] { return mallinfo2().uordblks + 30 * 4096 < in_use; });
  EXPECT_EQ(get(url)->response.status, 200);
}

}  // namespace
}  // namespace nest::http

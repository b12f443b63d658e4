#include "base/doorbell.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/epoll.h>

#include <thread>
#include <vector>

#include "base/handoff_queue.h"

namespace nest {
namespace {

bool is_readable(int fd) {
  pollfd poller{fd, POLLIN, 0};
  return ::poll(&poller, 1, 0) == 1;
}

TEST(Doorbell, WakesOnlyWhoSleepsAndOnlyOnce) {
  Doorbell bell;
  bell.ring();
  EXPECT_FALSE(is_readable(bell.fd()));
  bell.will_sleep();
  bell.ring();
  EXPECT_TRUE(is_readable(bell.fd()));
  bell.put_out();
  bell.ring();
  EXPECT_FALSE(is_readable(bell.fd()));
  bell.will_sleep();
  bell.woke_up();
  bell.ring();
  EXPECT_FALSE(is_readable(bell.fd()));
}

TEST(Doorbell, AnEdgeIsToldOnceForEachRing) {
  const FileDescriptor epoll = make_epoll();
  Doorbell bell;
  epoll_watch_edges(epoll, bell.fd());
  const auto told = [&] {
    epoll_event event{};
    return ::epoll_wait(epoll.get(), &event, 1, 0);
  };
  EXPECT_EQ(told(), 0);
  for (int i = 0; i < 2; ++i) {
    bell.will_sleep();
    bell.ring();
    EXPECT_EQ(told(), 1);
    EXPECT_EQ(told(), 0);
  }
}

struct Item {
  Item* next_handoff = nullptr;
};

TEST(Doorbell, NobodySleepsBesideWork) {
  constexpr int kProducers = 3;
  constexpr size_t kItems = 5'000;
  HandoffQueue<Item> queue;
  Doorbell bell;
  std::vector<std::vector<Item>> items(kProducers, std::vector<Item>(kItems));
  std::vector<std::thread> producers;
  for (auto& mine : items) {
    producers.emplace_back([&] {
      for (Item& item : mine) {
        queue.push(&item);
        bell.ring();
      }
    });
  }
  size_t taken = 0;
  bool slept_in_vain = false;
  while (taken < kProducers * kItems && !slept_in_vain) {
    for (Item* item = queue.take_all(); item != nullptr; item = item->next_handoff) ++taken;
    bell.will_sleep();
    if (queue.is_empty() && taken < kProducers * kItems) {
      pollfd poller{bell.fd(), POLLIN, 0};
      slept_in_vain = ::poll(&poller, 1, 20'000) == 0;
      bell.put_out();
    }
    bell.woke_up();
  }
  for (std::thread& producer : producers) producer.join();
  EXPECT_FALSE(slept_in_vain);
}

}  // namespace
}  // namespace nest

#include "base/handoff_queue.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace nest {
namespace {

struct Item {
  int producer = 0;
  int number = 0;
  Item* next_handoff = nullptr;
};

TEST(HandoffQueue, HandsOverInOrderAndTellsWhenItWasEmpty) {
  HandoffQueue<Item> queue;
  Item a{0, 1};
  Item b{0, 2};
  EXPECT_EQ(queue.take_all(), nullptr);
  EXPECT_TRUE(queue.push(&a));
  EXPECT_FALSE(queue.push(&b));
  Item* taken = queue.take_all();
  ASSERT_EQ(taken, &a);
  EXPECT_EQ(taken->next_handoff, &b);
  EXPECT_EQ(b.next_handoff, nullptr);
  EXPECT_TRUE(queue.push(&a));
}

TEST(HandoffQueue, LosesNothingBetweenThreads) {
  constexpr int kProducers = 3;
  constexpr int kItems = 20'000;
  HandoffQueue<Item> queue;
  std::vector<std::vector<Item>> items(kProducers, std::vector<Item>(kItems));
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&queue, &mine = items[static_cast<size_t>(p)], p] {
      for (int i = 0; i < kItems; ++i) {
        mine[static_cast<size_t>(i)] = {p, i};
        queue.push(&mine[static_cast<size_t>(i)]);
      }
    });
  }
  std::vector<int> next(kProducers, 0);
  for (int received = 0; received < kProducers * kItems;) {
    for (Item* item = queue.take_all(); item != nullptr; item = item->next_handoff) {
      ASSERT_EQ(item->number, next[static_cast<size_t>(item->producer)]++) << "out of order";
      ++received;
    }
  }
  for (std::thread& producer : producers) producer.join();
}

}  // namespace
}  // namespace nest

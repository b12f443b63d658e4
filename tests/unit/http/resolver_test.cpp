#include "http/resolver.h"

#include <gtest/gtest.h>
#include <netdb.h>
#include <poll.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace nest::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Askers are the addresses of these.
int first_asker = 0;
int second_asker = 0;

class ResolverTest : public ::testing::Test {
 protected:
  ~ResolverTest() override { gate_open_ = true; }

  // Waits for so many answers altogether.
  void wait_for(size_t count) { wait_for(count, resolver_); }
  void wait_for(size_t count, Resolver& resolver) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (told_.size() < count) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      pollfd poller{resolver.fd(), POLLIN, 0};
      if (::poll(&poller, 1, 100) <= 0) continue;
      resolver.deliver(
          [this](void* asker, const Resolver::Answer& answer) { told_.emplace_back(asker, answer); });
    }
  }

  std::atomic<bool> gate_open_{true};
  std::atomic<int> look_ups_{0};
  std::vector<std::pair<void*, LookUps::Answer>> told_;
  const std::shared_ptr<LookUps> shared_ =
      std::make_shared<LookUps>([this](const std::string& name) -> LookUps::Answer {
        ++look_ups_;
        while (!gate_open_) std::this_thread::sleep_for(milliseconds(1));
        if (name == "nowhere.test") return {{}, EAI_NONAME, "Name or service not known"};
        return {{"10.0.0.1", "10.0.0.2"}, 0, {}};
      });
  Resolver resolver_{shared_};
  Resolver of_another_thread_{shared_};
  const SteadyTime now_ = std::chrono::steady_clock::now();
};

TEST_F(ResolverTest, LooksANameUpOnceForAllWhoAskMeanwhile) {
  gate_open_ = false;
  resolver_.look_up("a.test", &first_asker, seconds(60));
  resolver_.look_up("a.test", &second_asker, seconds(60));
  gate_open_ = true;
  wait_for(2);
  EXPECT_EQ(look_ups_, 1);
  EXPECT_EQ(told_[0].first, &first_asker);
  EXPECT_EQ(told_[1].first, &second_asker);
  EXPECT_EQ(told_[1].second.addresses, (std::vector<std::string>{"10.0.0.1", "10.0.0.2"}));
}

TEST_F(ResolverTest, LooksANameUpOnceForAllThreads) {
  gate_open_ = false;
  resolver_.look_up("a.test", &first_asker, seconds(60));
  of_another_thread_.look_up("a.test", &second_asker, seconds(60));
  gate_open_ = true;
  wait_for(1);
  wait_for(2, of_another_thread_);
  EXPECT_EQ(told_[0].first, &first_asker);
  EXPECT_EQ(told_[1].first, &second_asker);
  EXPECT_EQ(told_[1].second.addresses, (std::vector<std::string>{"10.0.0.1", "10.0.0.2"}));
  EXPECT_EQ(look_ups_, 1);
}

TEST_F(ResolverTest, KnowsWhatAnotherThreadWasTold) {
  resolver_.look_up("a.test", &first_asker, seconds(60));
  wait_for(1);
  const SteadyTime told = std::chrono::steady_clock::now();
  ASSERT_NE(of_another_thread_.known("a.test", seconds(60), told), nullptr);
  EXPECT_EQ(of_another_thread_.known("a.test", seconds(60), told + seconds(60)), nullptr);
  // Between known() and look_up() somebody else may have been told.
  of_another_thread_.look_up("a.test", &second_asker, seconds(60));
  wait_for(2, of_another_thread_);
  EXPECT_EQ(look_ups_, 1);
}

TEST_F(ResolverTest, TurnsOfANameAreThoseOfAllThreads) {
  EXPECT_EQ(resolver_.next_turn("a.test"), 0U);
  EXPECT_EQ(of_another_thread_.next_turn("a.test"), 1U);
  EXPECT_EQ(resolver_.next_turn("b.test"), 0U);
  EXPECT_EQ(resolver_.next_turn("a.test"), 2U);
}

TEST_F(ResolverTest, RemembersAnAnswerForItsTimeToLive) {
  EXPECT_EQ(resolver_.known("a.test", seconds(60), now_), nullptr);
  resolver_.look_up("a.test", &first_asker, seconds(60));
  wait_for(1);
  const SteadyTime told = std::chrono::steady_clock::now();
  ASSERT_NE(resolver_.known("a.test", seconds(60), told), nullptr);
  EXPECT_EQ(resolver_.known("a.test", seconds(60), told)->addresses.front(), "10.0.0.1");
  EXPECT_EQ(resolver_.known("a.test", seconds(60), told + seconds(60)), nullptr);
  EXPECT_EQ(resolver_.known("a.test", seconds(0), told), nullptr);
}

TEST_F(ResolverTest, SoonAsksAgainForWhatHasNoAddress) {
  resolver_.look_up("nowhere.test", &first_asker, seconds(60));
  wait_for(1);
  EXPECT_EQ(told_[0].second.error, EAI_NONAME);
  EXPECT_EQ(told_[0].second.reason, "Name or service not known");
  const SteadyTime told = std::chrono::steady_clock::now();
  EXPECT_NE(resolver_.known("nowhere.test", seconds(60), now_), nullptr);
  EXPECT_EQ(resolver_.known("nowhere.test", seconds(60), told + LookUps::kFailureTimeToLive), nullptr);
}

TEST_F(ResolverTest, WhoAsksAloneSharesNeitherQuestionNorAnswer) {
  gate_open_ = false;
  resolver_.look_up("a.test", &first_asker, seconds(0));
  resolver_.look_up("a.test", &second_asker, seconds(0));
  gate_open_ = true;
  wait_for(2);
  EXPECT_EQ(look_ups_, 2);
  EXPECT_EQ(resolver_.known("a.test", seconds(60), std::chrono::steady_clock::now()), nullptr);
}

TEST_F(ResolverTest, TellsNobodyWhoWasForgotten) {
  gate_open_ = false;
  resolver_.look_up("a.test", &first_asker, seconds(60));
  resolver_.look_up("a.test", &second_asker, seconds(60));
  resolver_.forget(&first_asker);
  resolver_.look_up("b.test", &first_asker, seconds(60));  // the same address may ask something else
  gate_open_ = true;
  wait_for(2);
  std::map<void*, int> times;
  for (const auto& [asker, answer] : told_) ++times[asker];
  EXPECT_EQ(times[&first_asker], 1);
  EXPECT_EQ(times[&second_asker], 1);
}

TEST_F(ResolverTest, ASlowNameDoesNotKeepOthersWaiting) {
  std::atomic<bool> slow_may_end{false};
  std::atomic<bool> slow_has_ended{false};
  Resolver resolver(std::make_shared<LookUps>([&](const std::string& name) -> LookUps::Answer {
    if (name == "slow.test") {
      while (!slow_may_end) std::this_thread::sleep_for(milliseconds(1));
      slow_has_ended = true;
    }
    return {{"10.0.0.1"}, 0, {}};
  }));
  resolver.look_up("slow.test", &first_asker, seconds(60));
  resolver.look_up("quick.test", &second_asker, seconds(60));
  void* told = nullptr;
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (told == nullptr && std::chrono::steady_clock::now() < deadline) {
    pollfd poller{resolver.fd(), POLLIN, 0};
    ::poll(&poller, 1, 100);
    resolver.deliver([&](void* asker, const Resolver::Answer&) { told = asker; });
  }
  EXPECT_EQ(told, &second_asker);
  slow_may_end = true;
  while (!slow_has_ended && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(milliseconds(1));
}

TEST(ResolverThreads, AreNoMoreThanAFew) {
  // Shared with threads that may outlive the resolver.
  struct Count {
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    std::atomic<int> ended{0};
  };
  const auto count = std::make_shared<Count>();
  Resolver resolver(std::make_shared<LookUps>([count](const std::string&) -> LookUps::Answer {
    const int now = ++count->now;
    for (int most = count->most; most < now && !count->most.compare_exchange_weak(most, now);) {
    }
    std::this_thread::sleep_for(milliseconds(1));
    --count->now;
    ++count->ended;
    return {{"10.0.0.1"}, 0, {}};
  }));
  std::vector<int> askers(100);
  for (size_t i = 0; i < askers.size(); ++i)
    resolver.look_up("name" + std::to_string(i) + ".test", &askers[i], seconds(60));
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (count->ended < 100 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(milliseconds(1));
  EXPECT_EQ(count->ended, 100);
  EXPECT_LE(count->most, static_cast<int>(LookUps::kThreads));
}

TEST(AskSystem, GivesAddressesOrAReason) {
  const LookUps::Answer found = LookUps::ask_system("127.0.0.1");
  EXPECT_EQ(found.addresses, std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(found.error, 0);
  const LookUps::Answer missing = LookUps::ask_system("not a name");
  EXPECT_TRUE(missing.addresses.empty());
  EXPECT_LT(missing.error, 0);
  EXPECT_FALSE(missing.reason.empty());
}

}  // namespace
}  // namespace nest::http

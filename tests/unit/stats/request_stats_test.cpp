#include "stats/request_stats.h"

#include <gtest/gtest.h>

#include <functional>

#include "allocations.h"

namespace nest::stats {
namespace {

TEST(RequestStats, CountsARequestInItsEntryAndInTheTotal) {
  RequestStats stats(true, 100.0);
  stats.log_request("GET", "/a", 12.0, 5, 101.0);
  stats.log_request("POST", "/a", 14.0, 5, 101.0);
  stats.log_request("GET", "/a", std::nullopt, 5, 102.0);
  EXPECT_EQ(stats.total->num_requests, 3);
  EXPECT_EQ(stats.find("/a", "GET")->num_requests, 2);
  EXPECT_EQ(stats.find("/a", "POST")->num_requests, 1);
  EXPECT_EQ(stats.find("GET", "/a"), nullptr);
}

TEST(RequestStats, FilesUnderTheBucketItIsGiven) {
  RequestStats stats(true, 100.0);
  stats.log_request("GET", "/a", 12.0, 5, 101.0, 25);
  EXPECT_EQ(stats.total->response_times.count(25), 1);
  EXPECT_EQ(stats.find("/a", "GET")->response_times.count(12), 0);
}

TEST(RequestStats, AddsUpPhasesInTheEntryAndInTheTotal) {
  RequestStats stats(true, 100.0);
  stats.log_request("GET", "/a", 12.0, 5, 101.0);
  stats.log_phases("GET", "/a", {1, 2, 3});
  stats.log_phases("GET", "/a", {10, 20, 30});
  stats.log_phases("GET", "/unknown", {100, 200, 300});
  const PhaseTotals& known = stats.find("/a", "GET")->phases;
  EXPECT_EQ(known.requests, 2);
  EXPECT_EQ(known.sums.connecting_ms, 11);
  EXPECT_EQ(known.sums.waiting_ms, 22);
  EXPECT_EQ(known.sums.receiving_ms, 33);
  EXPECT_EQ(stats.total->phases.requests, 3);
  EXPECT_EQ(stats.find("/unknown", "GET"), nullptr);
  StatsEntry other("/a", "GET", false, 100.0);
  other.extend(*stats.find("/a", "GET"), 10);
  other.extend(*stats.find("/a", "GET"), 10);
  EXPECT_EQ(other.phases.requests, 4);
  EXPECT_EQ(other.phases.sums.waiting_ms, 44);
  other.reset(102.0);
  EXPECT_EQ(other.phases.requests, 0);
  EXPECT_EQ(other.phases.sums.waiting_ms, 0);
}

class KnownErrors : public ::testing::Test {
 protected:
  KnownErrors() { stats_.log_request("GET", "/a", 1.0, 0, 101.0); }

  std::shared_ptr<StatsError> put(const std::string& key) {
    auto error = std::make_shared<StatsError>(StatsError{"GET", "/a", key, key, 0, {}, {}});
    stats_.put_error(key, error);
    return error;
  }

  bool log(std::string_view text) { return stats_.log_known_error(*stats_.find("/a", "GET"), text, 102.0); }

  RequestStats stats_{true, 100.0};
};

TEST_F(KnownErrors, AreCountedByTheirTextOnceItIsRemembered) {
  const auto error = put("key");
  EXPECT_FALSE(log("no"));
  stats_.remember_error("GET", "/a", "no", "another key");
  EXPECT_FALSE(log("no"));
  stats_.remember_error("GET", "/a", "no", "key");
  EXPECT_TRUE(log("no"));
  EXPECT_TRUE(log("no"));
  EXPECT_FALSE(log("no!"));
  EXPECT_EQ(error->occurrences, 2);
  EXPECT_EQ(error->last_seen, 102.0);
  EXPECT_EQ(stats_.total->num_failures, 2);
  EXPECT_EQ(stats_.find("/a", "GET")->num_failures, 2);
}

TEST_F(KnownErrors, AreOfOneMethodAndName) {
  put("key");
  stats_.remember_error("POST", "/a", "no", "key");
  EXPECT_FALSE(log("no"));
}

TEST_F(KnownErrors, AreForgottenWhenOneIsRemovedOrReplaced) {
  put("key");
  put("other");
  for (const auto& change :
       {std::function<void()>([&] { stats_.erase_error("other"); }),
        std::function<void()>([&] { put("key"); }), std::function<void()>([&] { stats_.clear_errors(); })}) {
    stats_.remember_error("GET", "/a", "no", "key");
    EXPECT_TRUE(log("no"));
    change();
    EXPECT_FALSE(log("no"));
  }
}

TEST_F(KnownErrors, CountOthersTogetherWhenThereIsNoRoomAndAllAreKnown) {
  stats_.max_entries = 2;
  put("1");
  put("2");
  const auto others = put(std::string(RequestStats::kOverflowError));
  stats_.remember_error("GET", "/a", "one", "1");
  EXPECT_FALSE(log("three")) << "it may be the text of 2";
  stats_.remember_error("GET", "/a", "two", "2");
  EXPECT_TRUE(log("three"));
  EXPECT_TRUE(log("four"));
  EXPECT_TRUE(log("one"));
  EXPECT_EQ(others->occurrences, 2);
  stats_.max_entries = 4;
  EXPECT_FALSE(log("five"));
}

TEST_F(KnownErrors, HaveOneTextEach) {
  stats_.max_entries = 2;
  put("1");
  put("2");
  put(std::string(RequestStats::kOverflowError));
  stats_.remember_error("GET", "/a", "one", "1");
  stats_.remember_error("GET", "/a", "the same", "1");
  EXPECT_FALSE(log("the same"));
}

TEST(RequestStats, CountsFurtherNamesInOneEntryOnceThereAreEnough) {
  RequestStats stats(true, 100.0);
  stats.max_entries = 2;
  const std::string further(RequestStats::kOverflowName);
  stats.log_request("GET", "/a", 1.0, 0, 101.0);
  EXPECT_EQ(stats.counting("/b", "GET"), nullptr);
  stats.log_request("GET", "/b", 1.0, 0, 101.0);
  EXPECT_EQ(stats.counting("/c", "GET"), nullptr);
  stats.log_request("", further, 1.0, 0, 101.0);
  EXPECT_EQ(stats.counting("/c", "GET"), stats.find(further, ""));
  EXPECT_EQ(stats.counting("/b", "GET"), stats.find("/b", "GET"));
  EXPECT_EQ(stats.find("/c", "GET"), nullptr);
  stats.log_phases("GET", "/c", {1, 2, 3});
  EXPECT_EQ(stats.find(further, "")->phases.requests, 1);
  stats.erase("/a", "GET");
  stats.erase("/b", "GET");
  EXPECT_EQ(stats.counting("/c", "GET"), nullptr);
}

TEST(RequestStats, SharesSecondsAmongEntries) {
  RequestStats stats(false, 100.0);
  int second = 0;
  const auto seconds_after_a_day = [&stats, &second] {
    for (const int end = second + 86400; second < end; ++second)
      stats.log_request("GET", "/0", 1.0, 0, second);
    return stats.find("/0", "GET")->requests_per_second.counts().size();
  };
  EXPECT_GE(seconds_after_a_day(), PerSecond::kMaxSeconds);
  for (int number = 1; number < 1000; ++number)
    stats.log_request("GET", "/" + std::to_string(number), 1.0, 0, 1.0);
  EXPECT_LE(seconds_after_a_day(), RequestStats::kSecondsOfAllEntries / 1000 + 600);
  EXPECT_DOUBLE_EQ(stats.find("/0", "GET")->requests_per_second.mean(172700, 172800), 1.0);
  EXPECT_GE(stats.total->requests_per_second.counts().size(), PerSecond::kMaxSeconds);
}

TEST(RequestStats, ListsEntriesByCreationAndByName) {
  RequestStats stats(false, 100.0);
  for (const char* name : {"/b", "/a", "/ä", "/B"}) stats.log_request("GET", name, 1.0, 0, 101.0);
  stats.log_request("DELETE", "/b", 1.0, 0, 101.0);
  std::string made;
  std::string sorted;
  for (const auto& item : stats.entries()) made += item.key.method + item.key.name + " ";
  for (const auto& item : stats.sorted_entries()) sorted += item.key.method + item.key.name + " ";
  EXPECT_EQ(made, "GET/b GET/a GET/ä GET/B DELETE/b ");
  EXPECT_EQ(sorted, "GET/B GET/a DELETE/b GET/b GET/ä ");
}

TEST(RequestStats, ReplacesAndForgetsEntries) {
  RequestStats stats(false, 100.0);
  stats.log_request("GET", "/a", 1.0, 0, 101.0);
  stats.put("/a", "GET", std::make_shared<StatsEntry>("other", "GET", false, 100.0));
  EXPECT_EQ(stats.entries().size(), 1U);
  EXPECT_EQ(stats.find("/a", "GET")->num_requests, 0);
  stats.erase("/a", "GET");
  EXPECT_EQ(stats.find("/a", "GET"), nullptr);
  EXPECT_TRUE(stats.entries().empty());
}

TEST(RequestStats, KeepsErrorsByFirstOccurrenceAndByKey) {
  RequestStats stats(false, 100.0);
  for (const char* key : {"c", "a", "b", "a"}) {
    stats.put_error(key, std::make_shared<StatsError>(StatsError{"GET", key, "text", "text", 1, {}, {}}));
  }
  stats.erase_error("b");
  std::string first;
  std::string sorted;
  for (const auto& error : stats.errors()) first += error->name;
  for (const auto& error : stats.errors_sorted_by_key()) sorted += error->name;
  EXPECT_EQ(first, "ca");
  EXPECT_EQ(sorted, "ac");
}

TEST(RequestStats, StartsAgainWithoutTouchingEntriesThatAreStillHeld) {
  RequestStats stats(true, 100.0);
  stats.log_request("GET", "/a", 1.0, 0, 101.0);
  const auto held = stats.get_or_create("/a", "GET", 101.0);
  stats.clear(200.0);
  EXPECT_EQ(held->num_requests, 1);
  EXPECT_EQ(stats.total->num_requests, 0);
  EXPECT_DOUBLE_EQ(stats.total->start_time, 200.0);
  EXPECT_TRUE(stats.entries().empty());
}

TEST(RequestStats, DoesNotAllocateForARequestOfAKnownEntryInAKnownBucket) {
  RequestStats stats(true, 100.0);
  const std::string name = "/a name that is too long for the small-string optimisation";
  stats.log_request("GET", name, 12.0, 5, 101.0);
  const long before = allocations();
  for (int i = 0; i < 1000; ++i) stats.log_request("GET", name, 12.0, 5, 101.5);
  EXPECT_EQ(allocations() - before, 0);
}

TEST(StatsError, RemembersWhenItWasSeenFirstAndLast) {
  StatsError error;
  error.occurred(10.0);
  error.occurred(20.0);
  EXPECT_EQ(error.occurrences, 2);
  EXPECT_DOUBLE_EQ(*error.first_seen, 10.0);
  EXPECT_DOUBLE_EQ(*error.last_seen, 20.0);
}

}  // namespace
}  // namespace nest::stats

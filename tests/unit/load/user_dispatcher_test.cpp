#include "load/user_dispatcher.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace nest::load {
namespace {

// One letter per user, so that a sequence reads as a word.
std::string word(const std::vector<std::string>& names) {
  std::string result;
  for (const auto& name : names) result += name;
  return result;
}

struct Scenario {
  const char* sentence;
  std::vector<UserClass> classes;
  std::vector<int> steps;  // positive: add that many; negative: remove
  std::vector<std::string> expected;
};

class UserDispatcherOrder : public testing::TestWithParam<Scenario> {};

TEST_P(UserDispatcherOrder, IsLocusts) {
  const Scenario& scenario = GetParam();
  UserDispatcher dispatcher(scenario.classes);
  for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
    const int step = scenario.steps[i];
    const auto names = step >= 0 ? dispatcher.add(static_cast<std::size_t>(step))
                                 : dispatcher.remove(static_cast<std::size_t>(-step));
    EXPECT_EQ(word(names), scenario.expected[i]) << "step " << i;
  }
}

// The expected words were computed with Locust 2.47.0.
INSTANTIATE_TEST_SUITE_P(
    Sequences, UserDispatcherOrder,
    testing::Values(
        Scenario{"FiveToOne", {{"A", 5}, {"B", 1}}, {17}, {"AABAAAAABAAAAABAA"}},
        Scenario{"OneTwoThree", {{"A", 1}, {"B", 2}, {"C", 3}}, {18}, {"CBACBCCBACBCCBACBC"}},
        Scenario{"EqualWeightsTakeTurnsByName", {{"C", 1}, {"A", 1}, {"B", 1}}, {9}, {"ABCABCABC"}},
        Scenario{"FractionalWeights",
                 {{"A", 0.5}, {"B", 1.25}, {"C", 7.75}},
                 {38},
                 {"CCCBCCCACCCBCCCCCCBCCCCCCCBCACCCCCBCCC"}},
        Scenario{"ManyClassesOneWithoutWeight",
                 {{"A", 17}, {"B", 3}, {"C", 3}, {"D", 0}, {"E", 1}},
                 {48},
                 {"AAABCAAAAAEBCAAAAAABCAAAAAABCAAAAAEBCAAAAAABCAAA"}},
        Scenario{"FarApartWeights",
                 {{"A", 100}, {"B", 10}, {"C", 1}},
                 {60},
                 {"AAAAABAAAAAAAAAABAAAAAAAAAABAAAAAAAAAABAAAAAAAAACABAAAAAAAAA"}},
        Scenario{"FixedCountsComeFirst", {{"A", 1}, {"B", 1, 3}, {"C", 5, 2}}, {12}, {"BCBCBAAAAAAA"}},
        Scenario{"OnlyFixedCountsEndEarly", {{"A", 1, 2}, {"B", 1, 3}}, {3, 4, 1}, {"BAB", "AB", ""}},
        Scenario{"RemovedFixedUsersAreMadeUpFor",
                 {{"A", 1}, {"B", 1, 2}, {"C", 2}},
                 {8, -5, 6},
                 {"BBCACCAC", "CACCA", "CACCAC"}},
        Scenario{"ARoundOfFixedUsersIsFinishedBeforeTheNextBegins",
                 {{"A", 1}, {"B", 1, 4}, {"C", 2, 2}},
                 {3, -2, 9},
                 {"BCB", "BC", "BCBBCAAAA"}},
        Scenario{"RemovalIsLastInFirstOutAndDoesNotRewindTheMix",
                 {{"A", 3}, {"B", 1}},
                 {4, -2, 4, -6, 5},
                 {"ABAA", "AA", "ABAA", "AABABA", "ABAAA"}},
        Scenario{"ANegativeFixedCountIsNeverReached", {{"A", 1, -1}, {"B", 1}}, {3}, {"BBB"}}),
    [](const testing::TestParamInfo<Scenario>& test) { return test.param.sentence; });

TEST(UserDispatcher, CountsEveryClassIncludingThoseWithoutUsers) {
  UserDispatcher dispatcher({{"Buyer", 3}, {"Admin", 1, 1}, {"Idle", 0}});
  dispatcher.add(5);
  EXPECT_EQ(dispatcher.total(), 5U);
  EXPECT_EQ(dispatcher.counts(),
            (std::map<std::string, std::size_t>{{"Admin", 1}, {"Buyer", 4}, {"Idle", 0}}));
  dispatcher.remove(2);
  EXPECT_EQ(dispatcher.total(), 3U);
  EXPECT_EQ(dispatcher.counts()["Buyer"], 2U);
}

TEST(UserDispatcher, RemovingMoreThanThereAreRemovesAll) {
  UserDispatcher dispatcher({{"A", 1}});
  dispatcher.add(2);
  EXPECT_EQ(dispatcher.remove(10).size(), 2U);
  EXPECT_EQ(dispatcher.total(), 0U);
}

TEST(UserDispatcher, WithoutAnyWeightNobodyIsStarted) {
  EXPECT_TRUE(UserDispatcher({}).add(3).empty());
  EXPECT_TRUE(UserDispatcher({{"A", 0}}).add(3).empty());
}

TEST(UserDispatcher, KeepsTheProportionsOfTheWeightsOverManyUsers) {
  UserDispatcher dispatcher({{"A", 1}, {"B", 2}, {"C", 7}});
  dispatcher.add(100000);
  EXPECT_EQ(dispatcher.counts(),
            (std::map<std::string, std::size_t>{{"A", 10000}, {"B", 20000}, {"C", 70000}}));
}

TEST(UserDispatcher, RefusesTwoClassesOfOneNameAndWeightsThatAreNoNumbers) {
  EXPECT_THROW(UserDispatcher({{"A", 1}, {"A", 2}}), std::invalid_argument);
  EXPECT_THROW(UserDispatcher({{"A", std::numeric_limits<double>::quiet_NaN()}}), std::invalid_argument);
  EXPECT_THROW(UserDispatcher({{"A", std::numeric_limits<double>::infinity()}}), std::invalid_argument);
}

}  // namespace
}  // namespace nest::load

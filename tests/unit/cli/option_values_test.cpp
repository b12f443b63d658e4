#include "cli/option_values.h"

#include <gtest/gtest.h>

namespace nest::cli {
namespace {

TEST(Timespan, IsWholeSecondsOrHoursMinutesAndSecondsInThisOrder) {
  EXPECT_EQ(parse_timespan("0"), 0);
  EXPECT_EQ(parse_timespan("90"), 90);
  EXPECT_EQ(parse_timespan("20s"), 20);
  EXPECT_EQ(parse_timespan("3m"), 180);
  EXPECT_EQ(parse_timespan("2H"), 7200);
  EXPECT_EQ(parse_timespan("1h20m"), 4800);
  EXPECT_EQ(parse_timespan("3h30m10s"), 12610);
  EXPECT_EQ(parse_timespan("1h5s"), 3605);
}

TEST(Timespan, RefusesEverythingElse) {
  for (const char* text : {"", "s", "5x", "1.5h", "1 h", "-5", "+5", "10s5m", "1h1h", "1h30", "2d", " 5",
                           "99999999999999999999", "99999999999h"}) {
    EXPECT_THROW(parse_timespan(text), BadValue) << text;
  }
}

TEST(Numbers, AreReadLikePythons) {
  EXPECT_EQ(parse_int(" 5 "), 5);
  EXPECT_EQ(parse_int("+1_000"), 1000);
  EXPECT_EQ(parse_int("-3"), -3);
  EXPECT_EQ(parse_spawn_rate("1e2"), 100);
  EXPECT_EQ(parse_spawn_rate(".5"), 0.5);
  for (const char* text : {"", "5.0", "0x10", "_1", "1_", "1__0", "+-1", "5 5", "99999999999"}) {
    EXPECT_THROW(parse_int(text), BadValue) << text;
  }
  for (const char* text : {"", "0", "-1", "nan", "inf", "1,5", "0x1p3"}) {
    EXPECT_THROW(parse_spawn_rate(text), BadValue) << text;
  }
}

TEST(Split, LeavesOutEmptyPartsAndTheSpaceAroundParts) {
  EXPECT_EQ(split(" a, b c ,,", ','), (std::vector<std::string>{"a", "b c"}));
  EXPECT_TRUE(split("", ',').empty());
}

}  // namespace
}  // namespace nest::cli

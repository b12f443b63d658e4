#include "report/python_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nest::report {
namespace {

TEST(Repr, WritesFloatsAsPythonDoes) {
  EXPECT_EQ(repr(0.0), "0.0");
  EXPECT_EQ(repr(-0.0), "-0.0");
  EXPECT_EQ(repr(1.0), "1.0");
  EXPECT_EQ(repr(-12.5), "-12.5");
  EXPECT_EQ(repr(0.1), "0.1");
  EXPECT_EQ(repr(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(repr(1234567.0), "1234567.0");
  EXPECT_EQ(repr(0.0001), "0.0001");
  EXPECT_EQ(repr(0.00001), "1e-05");
  EXPECT_EQ(repr(1.5e-7), "1.5e-07");
  EXPECT_EQ(repr(1e15), "1000000000000000.0");
  EXPECT_EQ(repr(1e16), "1e+16");
  EXPECT_EQ(repr(1.7976931348623157e308), "1.7976931348623157e+308");
  EXPECT_EQ(repr(5e-324), "5e-324");
  EXPECT_EQ(repr(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(repr(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(repr(std::nan("")), "nan");
}

TEST(Repr, WritesIntsWithoutAPoint) {
  EXPECT_EQ(repr(0), "0");
  EXPECT_EQ(repr(std::int64_t{-9007199254740993}), "-9007199254740993");
}

TEST(PercentLabel, DropsThePointOfWholePercentages) {
  EXPECT_EQ(percent_label(0.5), "50%");
  EXPECT_EQ(percent_label(1.0), "100%");
  EXPECT_EQ(percent_label(0.999), "99.9%");
  EXPECT_EQ(percent_label(0.9999), "99.99%");
  EXPECT_EQ(percent_label(0.123456789), "12.345679%");
  EXPECT_EQ(percent_label(0.07), "7.0%");
}

TEST(Columns, CountCharactersNotBytes) {
  EXPECT_EQ(left("größe", 7), "größe  ");
  EXPECT_EQ(right("größe", 7), "  größe");
  EXPECT_EQ(left("too long", 3), "too long");
  EXPECT_EQ(left("x", -5), "x");
  EXPECT_EQ(right(stats::Number(12.99), 4), "  12");
  EXPECT_EQ(right(stats::Number(-0.5), 4), "   0");
}

TEST(Timestamp, IsInUtcWithoutFractions) {
  EXPECT_EQ(utc_timestamp(0.9), "1970-01-01T00:00:00Z");
  EXPECT_EQ(utc_timestamp(1700000000.75), "2023-11-14T22:13:20Z");
}

TEST(CsvRow, QuotesOnlyWhereNeeded) {
  std::string out;
  CsvRow(out).add("plain text").add("a,b").add("say \"hi\"").add("two\nlines").add("").add(1.5).add(2).end();
  EXPECT_EQ(out, "plain text,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,1.5,2\r\n");
}

}  // namespace
}  // namespace nest::report

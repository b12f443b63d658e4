#include "process/line_splitter.h"

#include <gtest/gtest.h>

namespace nest::process {
namespace {

using Lines = std::vector<std::string>;

TEST(LineSplitter, DeliversOnlyCompleteLines) {
  LineSplitter splitter;
  EXPECT_EQ(splitter.append("one\ntwo\nthr"), Lines({"one", "two"}));
  EXPECT_EQ(splitter.append("e"), Lines());
  EXPECT_EQ(splitter.append("e\n"), Lines({"three"}));
  EXPECT_EQ(splitter.finish(), Lines());
}

TEST(LineSplitter, DeliversAnUnfinishedLineAtTheEnd) {
  LineSplitter splitter;
  EXPECT_EQ(splitter.append("no line end"), Lines());
  EXPECT_EQ(splitter.finish(), Lines({"no line end"}));
  EXPECT_EQ(splitter.finish(), Lines());
}

TEST(LineSplitter, KeepsEmptyLinesAndDropsCarriageReturns) {
  LineSplitter splitter;
  EXPECT_EQ(splitter.append("a\r\n\r\n\nb\r"), Lines({"a", "", ""}));
  EXPECT_EQ(splitter.append("\n"), Lines({"b"}));
}

TEST(LineSplitter, CutsLinesThatAreTooLong) {
  LineSplitter splitter;
  const std::string piece(LineSplitter::kMaxLineBytes, 'x');
  EXPECT_EQ(splitter.append(piece + piece + "y\nz\n"), Lines({piece, piece, "y", "z"}));
}

TEST(LineSplitter, DoesNotTakeTheEndOfACutLineForAnEmptyLine) {
  LineSplitter splitter;
  const std::string piece(LineSplitter::kMaxLineBytes, 'x');
  EXPECT_EQ(splitter.append(piece + "\n\nz\n"), Lines({piece, "", "z"}));
}

TEST(LineSplitter, AReturnAtTheCutMayBelongToALineEnd) {
  const std::string piece(LineSplitter::kMaxLineBytes - 1, 'x');
  LineSplitter splitter;
  EXPECT_EQ(splitter.append(piece + "\r"), Lines({piece}));
  EXPECT_EQ(splitter.append("\nz\n"), Lines({"z"}));
  EXPECT_EQ(splitter.append(piece + "\ry\n"), Lines({piece, "\ry"}));
}

}  // namespace
}  // namespace nest::process

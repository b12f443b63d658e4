// The tables and rows of one small run, written out. Whole runs are compared with Locust's in tests/python.
#include <gtest/gtest.h>

#include "report/console.h"
#include "report/csv_rows.h"

namespace nest::report {
namespace {

using stats::Number;
using stats::RequestStats;
using stats::StatsError;

using Lines = std::vector<std::string>;

const std::vector<double> kFractions{0.5, 0.999, 1.0};

RequestStats small_run() {
  RequestStats stats(true, 1000.0);
  stats.log_request("GET", "/very", 1500.7, 100, 1010.0);
  stats.log_error("GET", "/very", 1010.0);
  stats.put_error("k1", std::make_shared<StatsError>(StatsError{"GET", "/very", "CatchResponseError('bad')",
                                                                "bad", 1, 1010.0, 1010.0}));
  return stats;
}

TEST(RequestTable, HasARowPerEntryBetweenTwoSeparatorsAndTheTotalLast) {
  const TableLayout layout{8, 24};
  EXPECT_EQ(request_table(small_run(), true, layout),
            (Lines{"Type     Name                  # reqs      # fails |    Avg     Min     Max    "
                   "Med |   req/s  failures/s",
                   "--------|--------------------|-------|-------------|-------|-------|-------|------"
                   "-|--------|-----------",
                   "GET      /very                      1   1(100.00%) |   1500    1500    1500   "
                   "1500 |    0.00        0.00",
                   "--------|--------------------|-------|-------------|-------|-------|-------|------"
                   "-|--------|-----------",
                   "         Aggregated                 1   1(100.00%) |   1500    1500    1500   "
                   "1500 |    0.00        0.00"}));
}

TEST(RequestTable, ShowsRatesOfTheWholeRunAtItsEnd) {
  EXPECT_TRUE(request_table(small_run(), false, {}).back().ends_with("|    0.10        0.10"));
}

TEST(PercentileTable, PutsTheFirstPercentileInTheWideColumn) {
  EXPECT_EQ(percentile_table(small_run(), kFractions, TableLayout{8, 20}),
            (Lines{"Response time percentiles (approximated)",
                   "Type     Name                      50%  99.9%   100% # reqs",
                   "--------|--------------------|--------|------|------|------",
                   "GET      /very                    1500   1500   1500      1",
                   "--------|--------------------|--------|------|------|------",
                   "         Aggregated               1500   1500   1500      1"}));
}

TEST(PercentileTable, LeavesOutEntriesWithoutSamples) {
  RequestStats stats(true, 1000.0);
  stats.log_request("GET", "/quiet", std::nullopt, 0, 1001.0);
  EXPECT_EQ(percentile_table(stats, kFractions, {}).size(), 4U);
}

TEST(ErrorTable, ShowsAVerdictAsTheModelWroteIt) {
  const auto lines = error_table(small_run(), TableLayout{8, 20});
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[2], std::string(18, '-') + "|" + std::string(81, '-'));
  EXPECT_TRUE(lines[3].starts_with("1                  GET /very: bad   "));
  EXPECT_EQ(lines[3].size(), 119U);
  EXPECT_EQ(lines[5], "");
}

TEST(StatsRows, HaveFullPrecisionAndEndWithTheTotal) {
  EXPECT_EQ(stats_header(kFractions),
            "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response "
            "Time,Max Response Time,Average Content Size,Requests/s,Failures/s,50%,99.9%,100%\r\n");
  EXPECT_EQ(stats_rows(small_run(), kFractions),
            "GET,/very,1,1,1500.7,1500.7,1500.7,1500.7,100.0,0.1,0.1,1500,1500,1500\r\n"
            ",Aggregated,1,1,1500.7,1500.7,1500.7,1500.7,100.0,0.1,0.1,1500,1500,1500\r\n");
}

TEST(StatsRows, SayNotAvailableForPercentilesOfNothing) {
  EXPECT_EQ(stats_rows(RequestStats(true, 1000.0), kFractions),
            ",Aggregated,0,0,0,0.0,0,0,0,0.0,0.0,N/A,N/A,N/A\r\n");
}

TEST(HistoryRows, HaveTheTotalAloneUnlessEveryEntryIsWanted) {
  const RequestStats stats = small_run();
  EXPECT_EQ(history_rows(stats, kFractions, {1012.9, 7, false}),
            "1012,7,,Aggregated,0.000000,0.000000,1500,1500,1500,1,1,1500.7,1500.7,1500.7,1500.7,100.0\r\n");
  EXPECT_TRUE(history_rows(stats, kFractions, {1012.9, 7, true}).starts_with("1012,7,GET,/very,"));
}

TEST(HistoryRows, TakePercentilesOfTheLastSecondsWithEveryEntry) {
  RequestStats stats(true, 1000.0);
  for (int second = 0; second < 30; ++second)
    stats.log_request("GET", "/", second < 15 ? 900.0 : 10.0, 0, 1000.5 + second);
  EXPECT_NE(history_rows(stats, kFractions, {1030.0, 1, true}).find("Aggregated,1.000000,0.000000,10,10,10,"),
            std::string::npos);
  EXPECT_NE(history_rows(stats, kFractions, {1030.0, 1, false}).find(",900,900,900,"), std::string::npos);
}

TEST(FailuresRows, HaveTheFullTextAndTheTimes) {
  EXPECT_EQ(failures_header(), "Method,Name,Error,Occurrences,First Seen,Last Seen\r\n");
  EXPECT_EQ(failures_rows(small_run()),
            "GET,/very,CatchResponseError('bad'),1,1970-01-01T00:16:50Z,1970-01-01T00:16:50Z\r\n");
}

TEST(ExceptionsRows, QuoteTracebacks) {
  EXPECT_EQ(exceptions_header(), "Count,Message,Traceback,Nodes\r\n");
  const TaskException exception{2, "boom", "Traceback\n  line", "local"};
  EXPECT_EQ(exceptions_rows(std::vector{exception}), "2,boom,\"Traceback\n  line\",local\r\n");
}

}  // namespace
}  // namespace nest::report

#include "report/csv_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace nest::report {
namespace {

using Lines = std::vector<std::string>;

class CsvFilesTest : public testing::Test {
 protected:
  CsvFilesTest() {
    std::string name = (std::filesystem::temp_directory_path() / "nest-csv-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~CsvFilesTest() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  std::string content(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  std::filesystem::path directory_;
};

TEST_F(CsvFilesTest, ReplacesThreeFilesAndAddsToTheHistory) {
  CsvFiles files(path("run"), {"S\r\n", "H\r\n", "F\r\n", "E\r\n"});
  EXPECT_EQ(files.write({"a long first row\r\n", "h1\r\n", "f1\r\nf2\r\n", ""}), Lines{});
  EXPECT_EQ(files.write({"row\r\n", "h2\r\n", "f1\r\n", "e\r\n"}), Lines{});
  EXPECT_EQ(content("run_stats.csv"), "S\r\nrow\r\n");
  EXPECT_EQ(content("run_stats_history.csv"), "H\r\nh1\r\nh2\r\n");
  EXPECT_EQ(content("run_failures.csv"), "F\r\nf1\r\n");
  EXPECT_EQ(content("run_exceptions.csv"), "E\r\ne\r\n");
  EXPECT_EQ(files.close(), Lines{});
}

TEST_F(CsvFilesTest, StartsAnExistingFileAgain) {
  std::ofstream(path("run_stats.csv")) << "of an earlier and longer run";
  std::ofstream(path("run_stats_history.csv")) << "of an earlier and longer run";
  CsvFiles files(path("run"), {"S\r\n", "H\r\n", "F\r\n", "E\r\n"});
  EXPECT_EQ(files.write({"x\r\n", "h\r\n", "", ""}), Lines{});
  EXPECT_EQ(content("run_stats.csv"), "S\r\nx\r\n");
  EXPECT_EQ(content("run_stats_history.csv"), "H\r\nh\r\n");
}

TEST_F(CsvFilesTest, SaysWhyAPathCannotBeWrittenAndTriesAgain) {
  CsvHistory file(path("missing/history.csv"), "H\r\n");
  EXPECT_EQ(file.append_rows("1\r\n"), "No such file or directory");
  EXPECT_EQ(file.append_rows("2\r\n"), "No such file or directory");
  std::filesystem::create_directory(path("missing"));
  EXPECT_EQ(file.append_rows("3\r\n"), "");
  EXPECT_EQ(content("missing/history.csv"), "H\r\n1\r\n2\r\n3\r\n");
}

TEST_F(CsvFilesTest, SurvivesAFullDisk) {
  CsvHistory file("/dev/full", "H\r\n");
  EXPECT_EQ(file.append_rows("x\r\n"), "No space left on device");
  EXPECT_EQ(file.append_rows("x\r\n"), "No space left on device");
  EXPECT_EQ(file.close(), "");
}

TEST_F(CsvFilesTest, SaysAReasonOnceForAllFilesUntilAllAreWell) {
  CsvFiles files(path("no/run"), {"S\r\n", "H\r\n", "F\r\n", "E\r\n"});
  const std::string problem = "Cannot write " + path("no/run_stats.csv") + ", " +
                              path("no/run_stats_history.csv") + ", " + path("no/run_failures.csv") + ", " +
                              path("no/run_exceptions.csv") +
                              ": No such file or directory (the run goes on; ";
  const Lines problems = files.write({});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].starts_with(problem)) << problems[0];
  EXPECT_EQ(files.write({}), Lines{});
  std::filesystem::create_directories(path("no/run_stats.csv"));
  EXPECT_EQ(
      files.write({}),
      (Lines{"Cannot write " + path("no/run_stats.csv") +
             ": Is a directory (the run goes on; its statistics are kept and writing is tried again)"}));
  std::filesystem::remove(path("no/run_stats.csv"));
  EXPECT_EQ(files.write({}), Lines{});
  EXPECT_EQ(content("no/run_stats.csv"), "S\r\n");
}

}  // namespace
}  // namespace nest::report

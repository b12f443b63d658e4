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
  std::ofstream(path("old.csv")) << "of an earlier and longer run";
  CsvFile file(path("old.csv"), "H\r\n");
  EXPECT_EQ(file.replace_rows("x\r\n"), "");
  EXPECT_EQ(content("old.csv"), "H\r\nx\r\n");
}

TEST_F(CsvFilesTest, SaysOnceWhyAPathCannotBeWrittenAndTriesAgain) {
  CsvFile file(path("missing/history.csv"), "H\r\n");
  const std::string problem = file.append_rows("1\r\n");
  EXPECT_TRUE(problem.starts_with("Cannot write " + path("missing/history.csv") + ": No such file"))
      << problem;
  EXPECT_EQ(file.append_rows("2\r\n"), "");
  std::filesystem::create_directory(path("missing"));
  EXPECT_EQ(file.append_rows("3\r\n"), "");
  EXPECT_EQ(content("missing/history.csv"), "H\r\n1\r\n2\r\n3\r\n");
}

TEST_F(CsvFilesTest, SurvivesAFullDisk) {
  CsvFile file("/dev/full", "H\r\n");
  const std::string problem = file.replace_rows("x\r\n");
  EXPECT_TRUE(problem.starts_with("Cannot write /dev/full: No space left")) << problem;
  EXPECT_EQ(file.replace_rows("x\r\n"), "") << "said once";
  EXPECT_EQ(file.close(), "");
}

TEST_F(CsvFilesTest, ReportsEachFileOfAnUnwritableDirectory) {
  CsvFiles files(path("no/run"), {"S\r\n", "H\r\n", "F\r\n", "E\r\n"});
  const Lines problems = files.write({});
  ASSERT_EQ(problems.size(), 4U);
  EXPECT_NE(problems[0].find("run_stats.csv"), std::string::npos);
  EXPECT_NE(problems[1].find("run_stats_history.csv"), std::string::npos);
  EXPECT_NE(problems[2].find("run_failures.csv"), std::string::npos);
  EXPECT_NE(problems[3].find("run_exceptions.csv"), std::string::npos);
  EXPECT_EQ(files.write({}), Lines{});
}

}  // namespace
}  // namespace nest::report

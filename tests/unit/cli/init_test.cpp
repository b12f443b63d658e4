#include "cli/init.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include <fstream>
#include <sstream>

#include "base/errors.h"
#include "cli/example_project.h"
#include "cli/nest_config.h"

namespace nest::cli {
namespace {

namespace fs = std::filesystem;

class Init : public testing::Test {
 protected:
  Init() : folder_(fs::path(testing::TempDir()) / ("nest_init_test" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
  }
  ~Init() override { fs::remove_all(folder_); }

  static std::string read(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  fs::path folder_;
};

TEST_F(Init, WritesEveryFileAndSaysHowToRunThem) {
  const std::string report = write_example_project(folder_ / "deep" / "er");
  for (const auto& file : example_project()) {
    EXPECT_EQ(read(folder_ / "deep" / "er" / file.path), file.text);
    EXPECT_NE(report.find(file.path), std::string::npos);
  }
  EXPECT_NE(report.find("  cd " + (folder_ / "deep" / "er").string() + "\n  locust-nest --headless"),
            std::string::npos);
}

TEST_F(Init, OverwritesNothingAndThenWritesNothing) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "README.md") << "mine";
  try {
    write_example_project(folder_);
    FAIL() << "should have refused";
  } catch (const UsageError& error) {
    EXPECT_EQ(error.what(),
              "init: nothing was written, because this exists: " + (folder_ / "README.md").string());
  }
  EXPECT_EQ(read(folder_ / "README.md"), "mine");
  EXPECT_FALSE(fs::exists(folder_ / "models"));
}

TEST_F(Init, SaysWhyItCannotWrite) {
  std::ofstream(folder_) << "a file, not a directory";
  EXPECT_THROW(write_example_project(folder_), UsageError);
}

TEST_F(Init, QuotesADirectoryForTheShell) {
  const std::string report = write_example_project(folder_ / "it's here");
  EXPECT_NE(report.find("it'\\''s here'\n"), std::string::npos);
}

TEST_F(Init, ItsConfigurationFitsItsModels) {
  write_example_project(folder_);
  const NestConfig config = NestConfig::load((folder_ / "config.json").string());
  const auto weights = config.resolve({{"example.py", "Visitor", std::nullopt}},
                                      {{"reviews.py", "ReadReviews", std::nullopt}});
  EXPECT_EQ(weights.users, (std::vector<double>{3}));
  EXPECT_EQ(weights.tasksets, (std::vector<double>{1}));
  ASSERT_EQ(config.dependencies().size(), 1U);
  EXPECT_EQ(config.dependencies()[0].cwd, folder_.string());
}

}  // namespace
}  // namespace nest::cli

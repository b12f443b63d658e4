#include "report/whole_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace nest::report {
namespace {

namespace fs = std::filesystem;

class ReplaceFile : public testing::Test {
 protected:
  ReplaceFile() {
    std::string name = (fs::temp_directory_path() / "nest-whole-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~ReplaceFile() override { fs::remove_all(directory_); }

  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  static std::string content(std::istream& file) {
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  std::string content(const std::string& name) const {
    std::ifstream file(path(name));
    return content(file);
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory_), {}));
  }

  fs::path directory_;
};

TEST_F(ReplaceFile, MakesANewFileAndLeavesNothingElse) {
  EXPECT_EQ(replace_file(path("a"), "one"), 0);
  EXPECT_EQ(replace_file(path("a"), "2"), 0);
  EXPECT_EQ(content("a"), "2");
  EXPECT_EQ(files(), 1U);
}

TEST_F(ReplaceFile, LeavesAReaderTheStateItOpened) {
  ASSERT_EQ(replace_file(path("a"), "the old state"), 0);
  std::ifstream reader(path("a"));
  ASSERT_EQ(replace_file(path("a"), "new"), 0);
  EXPECT_EQ(content(reader), "the old state");
}

TEST_F(ReplaceFile, KeepsTheModeAndFollowsALink) {
  std::ofstream(path("real")) << "x";
  fs::permissions(path("real"), fs::perms::owner_all);
  fs::create_symlink(path("real"), path("link"));
  EXPECT_EQ(replace_file(path("link"), "y"), 0);
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(content("real"), "y");
  EXPECT_EQ(fs::status(path("real")).permissions(), fs::perms::owner_all);
}

TEST_F(ReplaceFile, SaysWhyNotAndLeavesWhatWasThere) {
  EXPECT_EQ(replace_file(path("no/a"), "x"), ENOENT);
  fs::create_directory(path("folder"));
  EXPECT_EQ(replace_file(path("folder"), "x"), EISDIR);
  EXPECT_EQ(replace_file("/dev/full", "x"), ENOSPC);
  EXPECT_EQ(replace_file("/dev/null", "x"), 0);
}

}  // namespace
}  // namespace nest::report

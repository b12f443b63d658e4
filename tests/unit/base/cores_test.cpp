#include "base/cores.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace nest {
namespace {

TEST(UsableCores, AreThoseThatTheThreadMayRunOn) {
  std::thread([] {
    cpu_set_t allowed;
    ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
    EXPECT_GE(usable_cores(), 1U);
    EXPECT_LE(usable_cores(), static_cast<size_t>(CPU_COUNT(&allowed)));
    int first = 0;
    while (!CPU_ISSET(first, &allowed)) ++first;
    CPU_ZERO(&allowed);
    CPU_SET(first, &allowed);
    ASSERT_EQ(::sched_setaffinity(0, sizeof allowed, &allowed), 0);
    EXPECT_EQ(usable_cores(), 1U);
  }).join();
}

TEST(CoresOfControlGroup, AreTheLeastOfAllGroupsAroundTheProcess) {
  const std::string root = ::testing::TempDir() + "nest-cgroup-" + std::to_string(::getpid());
  const auto limit = [&](const std::string& folder, const std::string& text) {
    std::filesystem::create_directories(root + folder);
    std::ofstream(root + folder + "/cpu.max") << text << '\n';
  };
  limit("/pod/box", "max 100000");
  limit("/pod", "150000 100000");
  EXPECT_EQ(cores_of_control_group("1:cpu:/old\n0::/pod/box\n", root), 2U);
  limit("/pod/box", "50000 100000");
  EXPECT_EQ(cores_of_control_group("0::/pod/box\n", root), 1U);
  limit("/", "max 100000");
  EXPECT_EQ(cores_of_control_group("0::/\n", root), 0U);
  EXPECT_EQ(cores_of_control_group("0::/elsewhere\n", root), 0U);
  EXPECT_EQ(cores_of_control_group("", root), 0U);
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace nest

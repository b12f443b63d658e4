#include "process/dependency_spec.h"

#include <gtest/gtest.h>

#include <limits>

#include "scratch.h"

namespace nest::process {
namespace {

std::string complaint(const DependencySpec& spec) {
  return usage_error_of([&] { validate(spec); });
}

TEST(DependencySpec, AcceptsEachKindOfReadiness) {
  const DependencySpec spec = shell("data", "exit");
  validate(spec);
  validate(ready_when(spec, ReadyKind::kHttp, "http://127.0.0.1:9000/health"));
  validate(ready_when(spec, ReadyKind::kTcp, "127.0.0.1:9000"));
  validate(ready_when(spec, ReadyKind::kLog, "listening on port \\d+"));
}

TEST(DependencySpec, NamesTheDependencyAndTheReason) {
  const DependencySpec spec = shell("data", "exit");
  EXPECT_EQ(complaint(ready_when(spec, ReadyKind::kHttp, "localhost")),
            "dependency 'data': not an http URL to check for readiness: 'localhost'");
  EXPECT_TRUE(
      contains(complaint(ready_when(spec, ReadyKind::kHttp, "https://a/")), "https is not supported"));
  EXPECT_TRUE(contains(complaint(ready_when(spec, ReadyKind::kTcp, "9000")), "not a host:port"));
  EXPECT_TRUE(contains(complaint(ready_when(spec, ReadyKind::kLog, "(")), "not a regular expression"));
  EXPECT_TRUE(contains(complaint(ready_when(spec, ReadyKind::kLog, "a{99999999999999999999}")),
                       "not a regular expression"));
  EXPECT_TRUE(contains(complaint(ready_when(spec, ReadyKind::kLog, "")), "empty pattern"));
}

TEST(DependencySpec, RefusesWhatCannotBeStarted) {
  DependencySpec spec = shell("", "exit");
  EXPECT_TRUE(contains(complaint(spec), "needs a name"));
  spec = shell("data", "exit");
  spec.command.clear();
  EXPECT_TRUE(contains(complaint(spec), "command is empty"));
  spec = shell("data", std::string("a\0b", 3));
  EXPECT_TRUE(contains(complaint(spec), "NUL"));
  spec = shell("data", "exit");
  spec.env = {{"A=B", "c"}};
  EXPECT_TRUE(contains(complaint(spec), "environment variable: 'A=B'"));
}

TEST(DependencySpec, RefusesTimeOutsThatAreNoDuration) {
  for (const double timeout_s :
       {0.0, -1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    DependencySpec spec = shell("data", "exit");
    spec.timeout_s = timeout_s;
    EXPECT_TRUE(contains(complaint(spec), "time-out must be a positive number")) << timeout_s;
  }
}

}  // namespace
}  // namespace nest::process

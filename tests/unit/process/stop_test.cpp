// The end of helper processes: their own, and the one we make.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "process/exit_status.h"
#include "process/spawn.h"
#include "scratch.h"

namespace nest::process {
namespace {

class Stop : public testing::Test {
 protected:
  void start_and_await(const DependencySpec& spec, const std::string& line) {
    supervisor.start(spec);
    await_line(supervisor, spec.name, line);
  }

  ScratchDirectory scratch;
  Supervisor supervisor{scratch.path("log")};
};

// Gone, or a zombie that nobody collected yet (an orphan belongs to init, which may be slow).
bool is_gone(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const size_t name_end = text.rfind(')');
  return name_end == std::string::npos || text[name_end + 2] == 'Z' || text[name_end + 2] == 'X';
}

TEST_F(Stop, TellsTheExitStatusOfAHelperThatDied) {
  supervisor.start(shell("data", "exit 42"));
  EXPECT_EQ(await(supervisor, "data", State::kDied).reason, "exited with status 42");
}

TEST_F(Stop, TellsTheSignalThatKilledAHelper) {
  supervisor.start(shell("data", "kill -KILL $$"));
  EXPECT_EQ(await(supervisor, "data", State::kDied).reason, "was killed by signal 9 (SIGKILL)");
}

TEST_F(Stop, TellsTheDeathOfAHelperThatWasReady) {
  supervisor.start(ready_when(shell("data", "echo ready; exec sleep 1000"), ReadyKind::kLog, "ready"));
  const Status status = await(supervisor, "data", State::kReady);
  ::kill(status.pid, SIGTERM);
  EXPECT_EQ(await(supervisor, "data", State::kDied).reason, "was killed by signal 15 (SIGTERM)");
}

TEST_F(Stop, AsksWithSigtermFirst) {
  start_and_await(
      shell("data",
            "exec 2>/dev/null; trap 'echo asked; exit 0' TERM; echo up; while :; do sleep 0.01; done"),
      "up");
  supervisor.stop_all(kDeadlineS);
  EXPECT_EQ(scratch.read("log"), "[data] up\n[data] asked\n");
}

TEST_F(Stop, KillsAHelperThatIgnoresSigterm) {
  start_and_await(shell("data", "exec 2>/dev/null; trap '' TERM; echo up; while :; do sleep 0.01; done"),
                  "up");
  const pid_t pid = supervisor.poll().front().pid;
  supervisor.stop_all(0.1);
  EXPECT_EQ(supervisor.poll().front().state, State::kStopped);
  EXPECT_TRUE(is_gone(pid));
}

TEST_F(Stop, EndsTheWholeProcessGroup) {
  supervisor.start(shell("data", "sleep 1000 & echo $!; wait"));
  ASSERT_TRUE(supervisor.wait_until([](const auto& statuses) { return !statuses[0].last_output.empty(); },
                                    kDeadlineS));
  const pid_t grandchild = std::stoi(supervisor.poll().front().last_output.front());
  EXPECT_FALSE(is_gone(grandchild));
  supervisor.stop_all(kDeadlineS);
  EXPECT_TRUE(is_gone(grandchild));
}

TEST_F(Stop, KillsGrandchildrenThatIgnoreSigterm) {
  // The leader obeys at once; what it started does not.
  start_and_await(shell("data",
                        "exec 2>/dev/null; (trap '' TERM; echo up; while :; do sleep 0.01; done) & trap "
                        "'exit 0' TERM; wait"),
                  "up");
  const pid_t group = supervisor.poll().front().pid;
  supervisor.stop_all(0.1);
  EXPECT_FALSE(group_is_alive(group));
}

TEST_F(Stop, GivesGrandchildrenTheGracePeriod) {
  start_and_await(shell("data",
                        "exec 2>/dev/null; (trap 'sleep 0.05; echo saved; exit 0' TERM; echo up; while :; do "
                        "sleep 0.01; done) & "
                        "trap 'exit 0' TERM; wait"),
                  "up");
  supervisor.stop_all(kDeadlineS);
  EXPECT_EQ(scratch.read("log"), "[data] up\n[data] saved\n");
}

TEST_F(Stop, EndsWhatADeadHelperLeftBehind) {
  supervisor.start(shell("data", "sleep 1000 & exit 1"));
  await(supervisor, "data", State::kDied);
  const pid_t group = supervisor.poll().front().pid;
  EXPECT_TRUE(group_is_alive(group));
  supervisor.stop_all(kDeadlineS);
  EXPECT_FALSE(group_is_alive(group));
  EXPECT_EQ(supervisor.poll().front().reason, "exited with status 1");
}

TEST_F(Stop, GoesBackwardsAndOneAfterTheOther) {
  const std::string script =
      "exec 2>/dev/null; trap 'sleep 0.05; echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done";
  for (const char* name : {"database", "service", "proxy"}) start_and_await(shell(name, script), "up");
  supervisor.stop_all(kDeadlineS);
  EXPECT_EQ(scratch.read("log"),
            "[database] up\n[service] up\n[proxy] up\n[proxy] bye\n[service] bye\n[database] bye\n");
  for (const auto& status : supervisor.poll()) EXPECT_EQ(status.state, State::kStopped) << status.name;
}

TEST_F(Stop, CollectsEveryChild) {
  supervisor.start(shell("one", "exec sleep 1000"));
  supervisor.start(shell("two", "exit 0"));
  supervisor.stop_all(kDeadlineS);
  for (const auto& status : supervisor.poll()) {
    EXPECT_EQ(::waitpid(status.pid, nullptr, WNOHANG), -1) << status.name;
    EXPECT_EQ(errno, ECHILD) << status.name;
  }
}

TEST_F(Stop, MayBeCalledAgain) {
  supervisor.start(shell("data", "exec sleep 1000"));
  supervisor.stop_all(kDeadlineS);
  supervisor.stop_all(kDeadlineS);
  supervisor.begin_stop(kDeadlineS);
  EXPECT_TRUE(supervisor.wait_stopped(kDeadlineS));
}

TEST_F(Stop, IsHurriedByASecondCall) {
  start_and_await(
      shell("data", "exec 2>/dev/null; trap 'echo asked' TERM; echo up; while :; do sleep 0.01; done"), "up");
  supervisor.begin_stop(1e6);
  await_line(supervisor, "data", "asked");
  EXPECT_FALSE(supervisor.wait_stopped(0));
  supervisor.begin_stop(0);
  EXPECT_TRUE(supervisor.wait_stopped(kDeadlineS));
}

TEST_F(Stop, NeedsNoHelpers) {
  supervisor.stop_all(0);
  EXPECT_TRUE(supervisor.poll().empty());
}

TEST_F(Stop, RefusesNewHelpersAfterwards) {
  supervisor.stop_all(0);
  EXPECT_THROW(supervisor.start(shell("late", "exit")), std::logic_error);
}

TEST_F(Stop, SurvivesThatOtherCodeCollectsTheChild) {
  // As libev's SIGCHLD handler does, for any child. Whoever comes first, the death must be noticed.
  start_and_await(shell("data", "sleep 1000 & echo up; exec sleep 1000"), "up");
  const pid_t pid = supervisor.poll().front().pid;
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  await(supervisor, "data", State::kDied);
  supervisor.stop_all(kDeadlineS);
  EXPECT_FALSE(group_is_alive(pid));
}

TEST(StopAtTheEnd, ComesWithTheSupervisor) {
  const ScratchDirectory scratch;
  pid_t pid = -1;
  {
    Supervisor supervisor(scratch.path("log"));
    supervisor.start(shell("data", "exec sleep 1000"));
    pid = supervisor.poll().front().pid;
  }
  EXPECT_TRUE(is_gone(pid));
}

// In a child of the test, so that what it starts can lose its parent.
TEST(StopAtTheEnd, ComesWithTheDeathOfTheProgram) {
  const ScratchDirectory scratch;
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const FileDescriptor read_end(ends[0]);
  FileDescriptor write_end(ends[1]);
  const pid_t program = ::fork();
  if (program == 0) {
    Spawned helper = spawn(shell("data", "exec sleep 1000"));
    if (::write(write_end.get(), &helper.pid, sizeof helper.pid) < 0) ::_exit(1);
    ::pause();
    ::_exit(0);
  }
  pid_t helper = -1;
  ASSERT_EQ(::read(read_end.get(), &helper, sizeof helper), static_cast<ssize_t>(sizeof helper));
  const FileDescriptor death(static_cast<int>(::syscall(SYS_pidfd_open, helper, 0)));
  ASSERT_GE(death.get(), 0);
  ::kill(program, SIGKILL);
  ::waitpid(program, nullptr, 0);
  pollfd ended{death.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&ended, 1, static_cast<int>(kDeadlineS * 1000)), 1);
}

TEST(StopAtTheEnd, IsNoBusinessOfAForkedCopy) {
  const ScratchDirectory scratch;
  auto supervisor = std::make_unique<Supervisor>(scratch.path("log"));
  supervisor->start(shell("data", "exec sleep 1000"));
  const pid_t copy = ::fork();
  if (copy == 0) {
    supervisor->stop_all(0);
    supervisor.reset();
    ::_exit(7);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(copy, &status, 0), copy);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(supervisor->poll().front().state, State::kReady);
}

}  // namespace
}  // namespace nest::process

// Starting helper processes: what they inherit, and why they may not start.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include "scratch.h"

namespace nest::process {
namespace {

class Start : public testing::Test {
 protected:
  // Runs `spec` to its end and returns the log.
  std::string output_of(const DependencySpec& spec) {
    supervisor.start(spec);
    await(supervisor, spec.name, State::kDied);
    return scratch.read("log");
  }

  std::string error_of(const DependencySpec& spec) {
    return usage_error_of([&] { supervisor.start(spec); });
  }

  ScratchDirectory scratch;
  Supervisor supervisor{scratch.path("log")};
};

TEST_F(Start, KeepsStandardOutputAndErrorInTheLogWithThePrefix) {
  EXPECT_EQ(output_of(shell("data", "echo one; echo two >&2; printf three")),
            "[data] one\n[data] two\n[data] three\n");
}

TEST_F(Start, GivesTheLatestLines) {
  supervisor.start(shell("data", "for i in 1 2 3 4 5 6 7; do echo $i; done"));
  EXPECT_EQ(await(supervisor, "data", State::kDied).last_output, Lines({"3", "4", "5", "6", "7"}));
}

TEST_F(Start, CutsEndlessLines) {
  const std::string log = output_of(shell("data", "head -c 10000 /dev/zero | tr '\\0' x; echo; echo end"));
  EXPECT_TRUE(begins_with(log, "[data] " + std::string(4096, 'x') + "\n[data] "));
  EXPECT_TRUE(contains(log, "\n[data] end\n"));
}

TEST_F(Start, RunsInTheDirectoryWithTheEnvironmentGiven) {
  ::setenv("NEST_TEST_KEPT", "kept", 1);
  ::setenv("NEST_TEST_REPLACED", "old", 1);
  DependencySpec spec = shell("data", "pwd -P; echo $NEST_TEST_KEPT $NEST_TEST_REPLACED $PYTHONUNBUFFERED");
  spec.cwd = scratch.path();
  spec.env = {{"NEST_TEST_REPLACED", "new"}};
  const std::string here = std::filesystem::canonical(scratch.path()).string();
  EXPECT_EQ(output_of(spec), "[data] " + here + "\n[data] kept new 1\n");
}

TEST_F(Start, ReadsNothingFromOurStandardInput) {
  EXPECT_EQ(output_of(shell("data", "readlink /proc/self/fd/0; cat")), "[data] /dev/null\n");
}

TEST_F(Start, InheritsNoOtherDescriptor) {
  // Not close-on-exec, as a library may leave its own.
  const FileDescriptor leak(::dup(1));
  EXPECT_EQ(output_of(shell("data", "ls /proc/$$/fd; exit")), "[data] 0\n[data] 1\n[data] 2\n");
}

TEST_F(Start, LeadsAProcessGroupOfItsOwn) {
  const std::string log = output_of(shell("data", "cut -d' ' -f5 /proc/$$/stat; echo $$"));
  const pid_t pid = supervisor.poll().front().pid;
  const std::string number = std::to_string(pid);
  EXPECT_EQ(log, "[data] " + number + "\n[data] " + number + "\n");
  EXPECT_NE(pid, ::getpgrp());
}

TEST_F(Start, ResetsIgnoredAndBlockedSignals) {
  // CPython ignores SIGPIPE, which a child would inherit: `yes | head` would complain instead of ending.
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  const std::string log = output_of(shell("data", "grep -E 'Sig(Blk|Ign)' /proc/self/status"));
  ::signal(SIGPIPE, before);
  EXPECT_EQ(log, "[data] SigBlk:\t0000000000000000\n[data] SigIgn:\t0000000000000000\n");
}

TEST_F(Start, FindsProgramsInThePathGiven) {
  scratch.write("greet", "#!/bin/sh\necho hello $1\n");
  ::chmod(scratch.path("greet").c_str(), 0755);
  DependencySpec spec = shell("data", "");
  spec.command = {"greet", "world"};
  spec.env = {{"PATH", "/nowhere:" + scratch.path() + ":/bin"}};
  EXPECT_EQ(output_of(spec), "[data] hello world\n");
}

TEST_F(Start, FindsARelativeProgramInTheDirectoryGiven) {
  scratch.write("greet", "#!/bin/sh\necho hello\n");
  ::chmod(scratch.path("greet").c_str(), 0755);
  DependencySpec spec = shell("data", "");
  spec.command = {"./greet"};
  spec.cwd = scratch.path();
  EXPECT_EQ(output_of(spec), "[data] hello\n");
}

TEST_F(Start, SaysThatAProgramIsNotInPath) {
  DependencySpec spec = shell("data", "");
  spec.command = {"no-such-program"};
  EXPECT_EQ(error_of(spec), "dependency 'data': there is no program 'no-such-program' in PATH");
}

TEST_F(Start, SaysThatAFileDoesNotExist) {
  DependencySpec spec = shell("data", "");
  spec.command = {"./no-such-program"};
  spec.cwd = scratch.path();
  EXPECT_EQ(error_of(spec), "dependency 'data': cannot run './no-such-program' in '" + scratch.path() +
                                "': No such file or directory");
}

TEST_F(Start, SaysThatAFileIsNotExecutable) {
  scratch.write("plain", "text");
  DependencySpec spec = shell("data", "");
  spec.command = {scratch.path("plain")};
  EXPECT_EQ(error_of(spec), "dependency 'data': '" + scratch.path("plain") + "' is not an executable file");
}

TEST_F(Start, SaysThatAFileIsNoProgram) {
  scratch.write("plain", "text");
  ::chmod(scratch.path("plain").c_str(), 0755);
  DependencySpec spec = shell("data", "");
  spec.command = {scratch.path("plain")};
  EXPECT_EQ(error_of(spec), "dependency 'data': '" + scratch.path("plain") +
                                "' is neither a program nor a script with a #! line");
}

TEST_F(Start, SaysThatADirectoryDoesNotExist) {
  DependencySpec spec = shell("data", "exit");
  spec.cwd = scratch.path("nowhere");
  EXPECT_EQ(error_of(spec), "dependency 'data': cannot enter its directory '" + scratch.path("nowhere") +
                                "': No such file or directory");
}

TEST_F(Start, RefusesAnAddressThatSomebodyElseServes) {
  const Listener listener;
  const std::string error = error_of(ready_when(shell("data", "exit"), ReadyKind::kTcp, listener.address()));
  EXPECT_TRUE(begins_with(error, "dependency 'data': " + listener.address() + " is already in use"));
  EXPECT_TRUE(supervisor.poll().empty());
}

TEST_F(Start, RefusesTheSameNameTwice) {
  supervisor.start(shell("data", "exec sleep 1000"));
  EXPECT_EQ(error_of(shell("data", "exit")), "dependency 'data': there are two of this name");
}

TEST_F(Start, LeavesNoTraceOfADependencyThatDidNotStart) {
  DependencySpec spec = shell("data", "");
  spec.command = {"no-such-program"};
  error_of(spec);
  EXPECT_TRUE(supervisor.poll().empty());
  EXPECT_EQ(output_of(shell("data", "echo second attempt")), "[data] second attempt\n");
}

TEST(SupervisorLog, SaysWhyItCannotBeWritten) {
  EXPECT_EQ(usage_error_of([] { Supervisor supervisor("/no/such/directory/log"); }),
            "cannot write the log of the dependencies, '/no/such/directory/log': No such file or directory");
}

TEST(SupervisorLog, DoesNotStopTheHelpersWhenTheDiskIsFull) {
  Supervisor supervisor("/dev/full");
  supervisor.start(shell("data", "echo one; exit 7"));
  EXPECT_EQ(await(supervisor, "data", State::kDied).reason, "exited with status 7");
  EXPECT_EQ(supervisor.log_error(), "cannot write '/dev/full': No space left on device");
}

}  // namespace
}  // namespace nest::process

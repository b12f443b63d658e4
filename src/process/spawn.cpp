#include "process/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <string_view>
#include <system_error>

#include "base/errors.h"
#include "process/child_setup.h"
#include "process/group_watch.h"

namespace nest::process {

namespace {

constexpr char kDefaultPath[] = "/usr/local/bin:/usr/bin:/bin";

// What the child says about its failure, through a pipe that a successful exec closes.
struct ExecFailure {
  enum class Step : int { kDirectory, kExec, kOther } step;
  int error;
};

std::string reason(int error) { return std::generic_category().message(error); }

std::map<std::string, std::string> child_environment(const DependencySpec& spec) {
  std::map<std::string, std::string> environment = {{"PYTHONUNBUFFERED", "1"}};
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string_view::npos && equals > 0) {
      environment[std::string(text.substr(0, equals))] = text.substr(equals + 1);
    }
  }
  for (const auto& [key, value] : spec.env) environment[key] = value;
  return environment;
}

// Where exec has to look, as execvp does: the program itself if it has a slash, else each directory of PATH.
std::vector<std::string> candidates(const std::string& program, const std::string& path) {
  if (program.find('/') != std::string::npos) return {program};
  std::vector<std::string> found;
  std::string_view rest = path;
  while (true) {
    const size_t colon = rest.find(':');
    const std::string_view directory = rest.substr(0, colon);
    found.push_back(directory.empty() ? "./" + program : std::string(directory) + "/" + program);
    if (colon == std::string_view::npos) return found;
    rest.remove_prefix(colon + 1);
  }
}

std::vector<char*> null_terminated(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (auto& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Everything the child needs, made before the fork: after it, only async-signal-safe calls are allowed.
struct Image {
  std::vector<std::string> programs;
  std::vector<std::string> arguments;
  std::vector<std::string> variables;
  std::vector<char*> program_pointers;
  std::vector<char*> argv;
  std::vector<char*> envp;
  const char* cwd;

  explicit Image(const DependencySpec& spec) : arguments(spec.command), cwd(nullptr) {
    const auto environment = child_environment(spec);
    const auto path = environment.find("PATH");
    programs = candidates(spec.command.front(), path == environment.end() ? kDefaultPath : path->second);
    for (const auto& [key, value] : environment)
      variables.push_back(std::string(key).append("=").append(value));
    program_pointers = null_terminated(programs);
    argv = null_terminated(arguments);
    envp = null_terminated(variables);
    if (!spec.cwd.empty()) cwd = spec.cwd.c_str();
  }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
};

// --- Between fork and exec: async-signal-safe calls only, and nothing that allocates.

[[noreturn]] void give_up(int error_pipe, ExecFailure::Step step) {
  const ExecFailure failure{step, errno};
  const ssize_t written = ::write(error_pipe, &failure, sizeof failure);
  ::_exit(written == sizeof failure ? 127 : 126);
}

void default_signals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void run_child(const Image& image, int input, int output, int error_pipe, pid_t parent) {
  using Step = ExecFailure::Step;
  if (::setpgid(0, 0) != 0 || ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(error_pipe, Step::kOther);
  if (::getppid() != parent) ::_exit(126);  // it ended before the line above could tell us
  default_signals();
  if (::dup2(input, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(output, 2) < 0)
    give_up(error_pipe, Step::kOther);
  close_on_exec_from_3();
  if (image.cwd != nullptr && ::chdir(image.cwd) != 0) give_up(error_pipe, Step::kDirectory);
  int best_error = ENOENT;
  for (char* const* program = image.program_pointers.data(); *program != nullptr; ++program) {
    ::execve(*program, image.argv.data(), image.envp.data());
    // As execvp: look further where there is nothing or no permission, and remember the permission.
    if (errno == ENOENT || errno == ENOTDIR) continue;
    best_error = errno;
    if (errno != EACCES) break;
  }
  errno = best_error;
  give_up(error_pipe, Step::kExec);
}

// --- Back in the parent.

[[noreturn]] void fail(const DependencySpec& spec, const std::string& what) {
  throw UsageError("dependency '" + spec.name + "': " + what);
}

Pipe make_pipe_for(const DependencySpec& spec) {
  auto pipe = make_pipe();
  if (!pipe) fail(spec, "cannot make a pipe: " + reason(errno));
  return std::move(*pipe);
}

void collect(pid_t pid) {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool read_failure(int error_pipe, ExecFailure& failure) {
  ssize_t count = 0;
  do {
    count = ::read(error_pipe, &failure, sizeof failure);
  } while (count < 0 && errno == EINTR);
  return count == sizeof failure;
}

std::string explain(const DependencySpec& spec, const ExecFailure& failure) {
  const std::string& program = spec.command.front();
  const bool in_path = program.find('/') == std::string::npos;
  const std::string where = spec.cwd.empty() || in_path ? "" : " in '" + spec.cwd + "'";
  switch (failure.step) {
    case ExecFailure::Step::kDirectory:
      return "cannot enter its directory '" + spec.cwd + "': " + reason(failure.error);
    case ExecFailure::Step::kExec:
      if (failure.error == ENOENT && in_path) return "there is no program '" + program + "' in PATH";
      if (failure.error == EACCES) return "'" + program + "'" + where + " is not an executable file";
      if (failure.error == ENOEXEC) {
        return "'" + program + "'" + where + " is neither a program nor a script with a #! line";
      }
      return "cannot run '" + program + "'" + where + ": " + reason(failure.error);
    case ExecFailure::Step::kOther:
      break;
  }
  return "cannot prepare its process: " + reason(failure.error);
}

}  // namespace

Spawned spawn(const DependencySpec& spec) {
  const Image image(spec);
  Pipe output = make_pipe_for(spec);
  Pipe errors = make_pipe_for(spec);
  const FileDescriptor input = above_stdio(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (input.get() < 0) fail(spec, "cannot open /dev/null: " + reason(errno));

  Spawned child;
  const pid_t parent = ::getpid();
  child.pid = fork_with_signals_blocked();
  if (child.pid == 0) run_child(image, input.get(), output.write_end.get(), errors.write_end.get(), parent);
  if (child.pid < 0) fail(spec, "cannot start a process: " + reason(errno));
  errors.write_end = FileDescriptor();
  output.write_end =
      FileDescriptor();  // nor may the watch have it: its end is the end of the helper's output

  ExecFailure failure{};
  if (read_failure(errors.read_end.get(), failure)) {
    collect(child.pid);
    fail(spec, explain(spec, failure));
  }
  child.watch = watch_group(child.pid);
  if (child.watch < 0) {
    const int error = errno;
    ::kill(-child.pid, SIGKILL);
    collect(child.pid);
    fail(spec, "cannot start a process that watches it: " + reason(error));
  }
  child.pidfd = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
  child.output = std::move(output.read_end);
  ::fcntl(child.output.get(), F_SETFL, O_NONBLOCK);
  return child;
}

}  // namespace nest::process

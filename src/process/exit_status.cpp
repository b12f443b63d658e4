#include "process/exit_status.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/file_descriptor.h"

namespace nest::process {

namespace {

std::string describe(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return "exited with status " + std::to_string(info.si_status);
  const char* name = ::sigabbrev_np(info.si_status);
  return "was killed by signal " + std::to_string(info.si_status) +
         (name != nullptr ? std::string(" (SIG") + name + ")" : "");
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// "pid (name, which may hold anything) state parent group ...": whether this is a live member of the group.
bool is_live_member(const char* pid, pid_t process_group) {
  const std::string path = std::string("/proc/") + pid + "/stat";
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 512> text{};
  if (file.get() < 0 || ::read(file.get(), text.data(), text.size() - 1) <= 0) return false;
  const char* name_end = std::strrchr(text.data(), ')');
  char state = 'Z';
  int parent = 0;
  int group = 0;
  if (name_end == nullptr || std::sscanf(name_end + 1, " %c %d %d", &state, &parent, &group) != 3)
    return false;
  return group == process_group && state != 'Z' && state != 'X';
}

}  // namespace

std::optional<Ending> peek_ending(pid_t pid) {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    if (errno != EINTR) return Ending{"ended; other code of this process collected its exit status", true};
  }
  if (info.si_pid == 0) return std::nullopt;
  return Ending{describe(info), false};
}

void reap(pid_t pid) {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void kill_and_reap(pid_t pid) {
  if (const auto ending = peek_ending(pid); ending && ending->collected_elsewhere) return;
  ::kill(pid, SIGKILL);
  reap(pid);
}

bool group_is_alive(pid_t process_group, pid_t watch) {
  const std::unique_ptr<DIR, CloseDirectory> directory(::opendir("/proc"));
  if (!directory) return false;
  const std::string not_counted = std::to_string(watch);
  while (const dirent* entry = ::readdir(directory.get())) {
    if (!std::isdigit(static_cast<unsigned char>(entry->d_name[0]))) continue;
    if (entry->d_name == not_counted) continue;
    if (is_live_member(entry->d_name, process_group)) return true;
  }
  return false;
}

}  // namespace nest::process

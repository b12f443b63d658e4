#include "report/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>

namespace nest::report {
namespace {

namespace fs = std::filesystem;

// 0 or an errno.
int write_and_close(int fd, std::string_view content) {
  int failure = 0;
  while (!content.empty() && failure == 0) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written >= 0) {
      content.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      failure = errno;
    }
  }
  if (::close(fd) != 0 && failure == 0) failure = errno;  // where a network disk says that it is full
  return failure;
}

int write_in_place(const std::string& path, std::string_view content, int flags) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags);
  return fd < 0 ? errno : write_and_close(fd, content);
}

fs::path temporary_for(const fs::path& target) {
  // A name that is as long as the system allows leaves no room to add to it.
  const std::string name = target.filename().string().substr(0, 200);
  return target.parent_path() / ("." + name + "." + std::to_string(::getpid()) + ".tmp");
}

bool may_be_written_in_place(int failure) {
  return failure == EACCES || failure == EPERM || failure == EBUSY || failure == EROFS;
}

}  // namespace

int replace_file(const std::string& path, std::string_view content) {
  std::error_code ignored;
  const fs::path canonical = fs::weakly_canonical(path, ignored);
  const std::string target = canonical.empty() ? path : canonical.string();
  struct stat old {};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  if (exists && !S_ISREG(old.st_mode)) return write_in_place(target, content, 0);

  const std::string temporary = temporary_for(target).string();
  int failure = 0;
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fd < 0) {
    failure = errno;
  } else {
    if (exists) (void)::fchmod(fd, old.st_mode & 07777U);
    failure = write_and_close(fd, content);
    if (failure == 0 && std::rename(temporary.c_str(), target.c_str()) != 0) failure = errno;
    if (failure != 0) ::unlink(temporary.c_str());
  }
  if (exists && may_be_written_in_place(failure)) return write_in_place(target, content, O_TRUNC);
  return failure;
}

}  // namespace nest::report

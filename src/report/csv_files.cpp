#include "report/csv_files.h"

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "report/whole_file.h"

namespace nest::report {
namespace {

constexpr std::size_t kMaxWaitingBytes = 8U << 20U;

std::string system_reason() { return std::strerror(errno); }

void keep(std::map<std::string, std::string>& failures, const std::string& path, const std::string& reason) {
  if (reason.empty()) return;
  std::string& paths = failures[reason];
  paths += (paths.empty() ? "" : ", ") + path;
}

}  // namespace

CsvHistory::CsvHistory(std::string path, std::string header)
    : path_(std::move(path)), header_(std::move(header)) {}

CsvHistory::~CsvHistory() {
  if (fd_ >= 0) ::close(fd_);
}

std::string CsvHistory::open_if_needed() {
  if (fd_ >= 0) return {};
  const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return system_reason();
  fd_ = fd;
  end_ = 0;
  std::string reason = write_at(header_, 0);
  if (reason.empty()) {
    end_ = static_cast<std::int64_t>(header_.size());
  } else {
    ::close(std::exchange(fd_, -1));
  }
  return reason;
}

std::string CsvHistory::write_at(std::string_view text, std::int64_t offset) {
  while (!text.empty()) {
    const ssize_t written = ::pwrite(fd_, text.data(), text.size(), offset);
    if (written < 0) {
      if (errno == EINTR) continue;
      return system_reason();
    }
    offset += written;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::string CsvHistory::append_rows(std::string_view rows) {
  if (waiting_.size() + rows.size() <= kMaxWaitingBytes) waiting_ += rows;
  std::string reason = open_if_needed();
  if (reason.empty()) reason = write_at(waiting_, end_);
  if (reason.empty()) {
    end_ += static_cast<std::int64_t>(waiting_.size());
    waiting_.clear();
  } else if (fd_ >= 0 && ::ftruncate(fd_, end_) != 0) {
    reason += "; a row may be cut";
  }
  return reason;
}

std::string CsvHistory::close() {
  if (fd_ < 0) return {};
  const int failed = ::close(std::exchange(fd_, -1));
  return failed != 0 ? system_reason() : std::string();
}

CsvFiles::CsvFiles(const std::string& prefix, const CsvContents& headers)
    : prefix_(prefix), headers_(headers), history_(prefix + "_stats_history.csv", headers.history) {}

std::vector<std::string> CsvFiles::write(const CsvContents& contents) {
  Failures failures;
  const auto replace = [&](const char* suffix, const std::string& header, const std::string& rows) {
    const std::string path = prefix_ + suffix;
    const int failure = replace_file(path, header + rows);
    keep(failures, path, failure == 0 ? std::string() : std::strerror(failure));
  };
  replace("_stats.csv", headers_.stats, contents.stats);
  keep(failures, history_.path(), history_.append_rows(contents.history));
  replace("_failures.csv", headers_.failures, contents.failures);
  replace("_exceptions.csv", headers_.exceptions, contents.exceptions);
  return said_once(failures);
}

std::vector<std::string> CsvFiles::said_once(const Failures& failures) {
  std::vector<std::string> problems;
  if (failures.empty()) said_.clear();
  for (const auto& [reason, paths] : failures) {
    if (!said_.insert(reason).second) continue;
    problems.emplace_back("Cannot write ")
        .append(paths)
        .append(": ")
        .append(reason)
        .append(" (the run goes on; its statistics are kept and writing is tried again)");
  }
  return problems;
}

std::vector<std::string> CsvFiles::close() {
  Failures failures;
  keep(failures, history_.path(), history_.close());
  return said_once(failures);
}

}  // namespace nest::report

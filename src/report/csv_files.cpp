#include "report/csv_files.h"

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace nest::report {
namespace {

constexpr std::size_t kMaxWaitingBytes = 8U << 20U;

std::string system_reason() { return std::strerror(errno); }

void keep(std::vector<std::string>& problems, std::string problem) {
  if (!problem.empty()) problems.push_back(std::move(problem));
}

}  // namespace

CsvFile::CsvFile(std::string path, std::string header) : path_(std::move(path)), header_(std::move(header)) {}

CsvFile::~CsvFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::string CsvFile::open_if_needed() {
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

std::string CsvFile::write_at(std::string_view text, std::int64_t offset) {
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

std::string CsvFile::said_once(const std::string& reason) {
  if (reason == last_reason_) return {};
  last_reason_ = reason;
  if (reason.empty()) return {};
  return "Cannot write " + path_ + ": " + reason +
         " (the run goes on; its statistics are kept and writing is tried again)";
}

std::string CsvFile::replace_rows(std::string_view rows) {
  std::string reason = open_if_needed();
  const auto start = static_cast<std::int64_t>(header_.size());
  if (reason.empty()) reason = write_at(rows, start);
  if (reason.empty()) {
    end_ = start + static_cast<std::int64_t>(rows.size());
    if (::ftruncate(fd_, end_) != 0) reason = system_reason();
  }
  return said_once(reason);
}

std::string CsvFile::append_rows(std::string_view rows) {
  if (waiting_.size() + rows.size() <= kMaxWaitingBytes) waiting_ += rows;
  std::string reason = open_if_needed();
  if (reason.empty()) reason = write_at(waiting_, end_);
  if (reason.empty()) {
    end_ += static_cast<std::int64_t>(waiting_.size());
    waiting_.clear();
  } else if (fd_ >= 0 && ::ftruncate(fd_, end_) != 0) {
    reason += "; a row may be cut";
  }
  return said_once(reason);
}

std::string CsvFile::close() {
  if (fd_ < 0) return {};
  const int failed = ::close(std::exchange(fd_, -1));
  return failed != 0 ? said_once(system_reason()) : std::string();
}

CsvFiles::CsvFiles(const std::string& prefix, const CsvContents& headers)
    : stats_(prefix + "_stats.csv", headers.stats),
      history_(prefix + "_stats_history.csv", headers.history),
      failures_(prefix + "_failures.csv", headers.failures),
      exceptions_(prefix + "_exceptions.csv", headers.exceptions) {}

std::vector<std::string> CsvFiles::write(const CsvContents& contents) {
  std::vector<std::string> problems;
  keep(problems, stats_.replace_rows(contents.stats));
  keep(problems, history_.append_rows(contents.history));
  keep(problems, failures_.replace_rows(contents.failures));
  keep(problems, exceptions_.replace_rows(contents.exceptions));
  return problems;
}

std::vector<std::string> CsvFiles::close() {
  std::vector<std::string> problems;
  for (CsvFile* file : {&stats_, &history_, &failures_, &exceptions_}) keep(problems, file->close());
  return problems;
}

}  // namespace nest::report

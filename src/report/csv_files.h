// The four CSV files of a run on disk, and what happens when the disk will not have them.
//
// Blocks for as long as the writes take. Any one thread. Nothing here throws for a failing disk: a reason is
// one line in what write() returns, said once until all files are well again, and writing is tried again at
// the next call. Rows of the history that could not be written wait in memory (up to 8 MB) for a later call.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace nest::report {

// A file that only grows: a header, then rows.
class CsvHistory {
 public:
  CsvHistory(std::string path, std::string header);
  ~CsvHistory();
  CsvHistory(const CsvHistory&) = delete;
  CsvHistory& operator=(const CsvHistory&) = delete;

  // Adds `rows` after those there are; the first call begins the file anew. Empty result: done; else why not.
  std::string append_rows(std::string_view rows);
  // Empty result: everything is with the operating system and it reported no error. Else why not.
  std::string close();

  const std::string& path() const { return path_; }

 private:
  std::string open_if_needed();
  std::string write_at(std::string_view text, std::int64_t offset);

  std::string path_;
  std::string header_;
  int fd_ = -1;
  std::int64_t end_ = 0;  // where the next appended row goes
  std::string waiting_;   // appended rows that are not on disk yet
};

struct CsvContents {
  std::string stats;
  std::string history;  // new rows only
  std::string failures;
  std::string exceptions;
};

class CsvFiles {
 public:
  // Will be <prefix>_stats.csv, _stats_history.csv, _failures.csv and _exceptions.csv with these headers. All
  // but the history are replaced as a whole at every write: whoever reads them sees one state of the run.
  CsvFiles(const std::string& prefix, const CsvContents& headers);

  // Returns the new problems, one line for each reason.
  std::vector<std::string> write(const CsvContents& contents);
  std::vector<std::string> close();

 private:
  // The paths that failed, by reason.
  using Failures = std::map<std::string, std::string>;
  std::vector<std::string> said_once(const Failures& failures);

  std::string prefix_;
  CsvContents headers_;
  CsvHistory history_;
  std::set<std::string> said_;
};

}  // namespace nest::report

// The four CSV files of a run on disk, and what happens when the disk will not have them.
//
// Blocks for as long as the writes take. Any one thread. Nothing here throws for a failing disk: every
// problem is one line in what write() returns, said once per file until it is mended, and writing is tried
// again at the next call. Rows of the history that could not be written wait in memory (up to 8 MB) for a
// later call.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nest::report {

// One file: a header which stays, then rows which are replaced or added to.
class CsvFile {
 public:
  CsvFile(std::string path, std::string header);
  ~CsvFile();
  CsvFile(const CsvFile&) = delete;
  CsvFile& operator=(const CsvFile&) = delete;

  // Makes `rows` the only rows. Empty result: done; else why not.
  std::string replace_rows(std::string_view rows);
  // Adds `rows` after those there are.
  std::string append_rows(std::string_view rows);
  // Empty result: everything is with the operating system and it reported no error.
  std::string close();

  const std::string& path() const { return path_; }

 private:
  std::string open_if_needed();
  std::string write_at(std::string_view text, std::int64_t offset);
  std::string said_once(const std::string& reason);

  std::string path_;
  std::string header_;
  int fd_ = -1;
  std::int64_t end_ = 0;     // where the next appended row goes
  std::string waiting_;      // appended rows that are not on disk yet
  std::string last_reason_;  // of the last failure; empty after a success
};

struct CsvContents {
  std::string stats;
  std::string history;  // new rows only
  std::string failures;
  std::string exceptions;
};

class CsvFiles {
 public:
  // Creates (or empties) <prefix>_stats.csv, _stats_history.csv, _failures.csv and _exceptions.csv with these
  // headers.
  CsvFiles(const std::string& prefix, const CsvContents& headers);

  // Returns the new problems, one line each.
  std::vector<std::string> write(const CsvContents& contents);
  std::vector<std::string> close();

 private:
  CsvFile stats_;
  CsvFile history_;
  CsvFile failures_;
  CsvFile exceptions_;
};

}  // namespace nest::report

// The file that keeps what the helper processes print, each line as "[name] line".
#pragma once

#include <string>
#include <string_view>

#include "base/file_descriptor.h"

namespace nest::process {

// One thread at a time.
class OutputLog {
 public:
  // Begins an empty file. Throws UsageError when it cannot be written.
  explicit OutputLog(const std::string& path);

  // A full disk must not stop the run: lines that cannot be written are dropped and error() tells why.
  void write_line(std::string_view name, std::string_view line);

  // The first failure to write, empty if there was none.
  const std::string& error() const { return error_; }

 private:
  std::string path_;
  FileDescriptor file_;
  std::string buffer_;
  std::string error_;
};

}  // namespace nest::process

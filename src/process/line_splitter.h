// Cuts a stream of bytes into lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nest::process {

class LineSplitter {
 public:
  // Longer lines are delivered in pieces of this many bytes (or one less), so that a program which never ends
  // its line cannot fill the memory.
  static constexpr size_t kMaxLineBytes = 4096;

  // Returns the lines that `bytes` completes, without their "\n" or "\r\n".
  std::vector<std::string> append(std::string_view bytes);

  // The line that was begun and never ended: nothing or one line.
  std::vector<std::string> finish();

 private:
  std::string partial_;
  bool continues_ = false;  // the last piece delivered was cut: its line end is not an empty line
};

}  // namespace nest::process

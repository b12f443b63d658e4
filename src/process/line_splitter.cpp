#include "process/line_splitter.h"

#include <algorithm>
#include <utility>

namespace nest::process {

std::vector<std::string> LineSplitter::append(std::string_view bytes) {
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const size_t room = kMaxLineBytes - partial_.size();
    const size_t line_end = bytes.find('\n');
    const size_t taken = std::min({line_end, room, bytes.size()});
    partial_ += bytes.substr(0, taken);
    bytes.remove_prefix(taken);
    if (bytes.starts_with('\n')) {
      bytes.remove_prefix(1);
      if (partial_.ends_with('\r')) partial_.pop_back();
      if (!partial_.empty() || !continues_) lines.push_back(std::exchange(partial_, {}));
      continues_ = false;
    } else if (partial_.size() == kMaxLineBytes) {
      const size_t kept = partial_.ends_with('\r') ? 1 : 0;  // "\n" may come next
      lines.push_back(partial_.substr(0, kMaxLineBytes - kept));
      partial_.erase(0, kMaxLineBytes - kept);
      continues_ = true;
    }
  }
  return lines;
}

std::vector<std::string> LineSplitter::finish() {
  std::vector<std::string> lines;
  if (!partial_.empty()) lines.push_back(std::exchange(partial_, {}));
  continues_ = false;
  return lines;
}

}  // namespace nest::process

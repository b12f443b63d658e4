#include "http/header_block.h"

#include <algorithm>

#include "http/exchange.h"

namespace nest::http {

void append_line(std::string& block, std::string_view line) {
  const auto text = line.find_first_not_of(" \t");
  if (text == 0 || text == std::string_view::npos || block.find('\n') + 1 >= block.size()) {
    block.append(line);
    return;
  }
  while (block.ends_with('\n') || block.ends_with('\r')) block.pop_back();
  block.append(" ").append(line.substr(text));
}

bool decodes(std::string_view encodings) {
  while (true) {
    encodings.remove_prefix(std::min(encodings.size(), encodings.find_first_not_of(" \t,")));
    if (encodings.empty()) return true;
    const std::string_view one = encodings.substr(0, encodings.find_first_of(" \t,"));
    const auto is = [one](std::string_view name) { return same_name(one, name); };
    if (!is("gzip") && !is("x-gzip") && !is("deflate") && !is("br") && !is("zstd") && !is("identity"))
      return false;
    encodings.remove_prefix(one.size());
  }
}

}  // namespace nest::http

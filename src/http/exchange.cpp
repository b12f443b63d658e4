#include "http/exchange.h"

#include <algorithm>

namespace nest::http {

namespace {

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// Cuts the next line off `block`, without its line end.
std::string_view next_line(std::string_view& block) {
  const auto end = block.find('\n');
  std::string_view line = block.substr(0, end);
  block.remove_prefix(end == std::string_view::npos ? block.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

using Header = std::pair<std::string_view, std::string_view>;

// False for a line that is no header.
bool split(std::string_view line, Header& header) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  header = {trim(line.substr(0, colon)), trim(line.substr(colon + 1))};
  return !header.first.empty();
}

// Cuts the next header off `block`; false if there is none.
bool next_header(std::string_view& block, Header& header) {
  while (!block.empty()) {
    if (split(next_line(block), header)) return true;
  }
  return false;
}

// The line of this header; the end if there is none.
template <class Lines>
auto find(Lines& lines, std::string_view name) {
  return std::find_if(lines.begin(), lines.end(), [name](const std::string& line) {
    return line.size() > name.size() && line[name.size()] == ':' &&
           same_name(std::string_view(line).substr(0, name.size()), name);
  });
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

const std::vector<std::string>& HeaderLines::lines() const {
  static const Lines none;
  return lines_ ? *lines_ : none;
}

HeaderLines::Lines& HeaderLines::own() {
  if (!lines_) {
    lines_ = std::make_shared<Lines>();
  } else if (lines_.use_count() > 1) {
    lines_ = std::make_shared<Lines>(*lines_);
  } else {
    // Another thread may have had the last copy. Counting up is an acquire as well, which the thread
    // sanitizer follows, unlike a fence.
    [[maybe_unused]] const std::shared_ptr<Lines> counted = lines_;
  }
  return *lines_;
}

void HeaderLines::set(std::string_view name, std::string_view value) {
  Lines& lines = own();
  const auto found = find(lines, name);
  std::string& line = found == lines.end() ? lines.emplace_back() : *found;
  line.clear();
  line.reserve(name.size() + 2 + value.size());
  line.append(name).append(": ").append(value);
}

void HeaderLines::remove(std::string_view name) {
  if (!has(name)) return;
  Lines& lines = own();
  lines.erase(find(lines, name));
}

bool HeaderLines::has(std::string_view name) const { return find(lines(), name) != lines().end(); }

std::string_view HeaderLines::value(std::string_view name) const {
  const auto line = find(lines(), name);
  return line == lines().end() ? std::string_view() : std::string_view(*line).substr(name.size() + 2);
}

void Exchange::renew() {
  constexpr size_t kMuch = 4096;
  Exchange fresh;
  const auto keep = [](std::string& memory, std::string& text) {
    memory.clear();
    if (memory.capacity() > kMuch) memory.shrink_to_fit();
    text.swap(memory);
  };
  keep(request.url, fresh.request.url);
  keep(request.body, fresh.request.body);
  keep(response.header_block, fresh.response.header_block);
  keep(response.body, fresh.response.body);
  *this = std::move(fresh);
}

TimeParts Timings::parts() const {
  TimeParts parts{started - submitted, dns, connect, tls, {}, {}, {}};
  const Duration connecting = dns + connect + tls;
  if (sending == SteadyTime{}) {
    Duration& last = dns == Duration{} ? parts.dns : connect == Duration{} ? parts.connect : parts.tls;
    last += response_time() - connecting;
    return parts;
  }
  const SteadyTime answered = first_byte == SteadyTime{} ? completed : first_byte;
  // A server may answer before it has all of the request.
  const SteadyTime written = std::clamp(sent, sending, std::max(sending, answered));
  parts.send = written - started - connecting;
  parts.first_byte = answered - written;
  parts.download = completed - answered;
  return parts;
}

std::string_view Response::reason() const {
  std::string_view block = header_block;
  std::string_view line = next_line(block);
  for (int word = 0; word < 2; ++word) {
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return {};
    line.remove_prefix(space + 1);
  }
  return trim(line);
}

std::optional<std::string> Response::header(std::string_view name) const {
  std::optional<std::string> joined;
  std::string_view block = header_block;
  next_line(block);  // the status line
  Header header;
  while (next_header(block, header)) {
    if (header.first.size() != name.size() || !same_name(header.first, name)) continue;
    if (joined)
      joined->append(", ").append(header.second);
    else
      joined.emplace(header.second);
  }
  return joined;
}

std::vector<std::pair<std::string_view, std::string_view>> Response::headers(std::string_view prefix) const {
  std::vector<Header> items;
  std::string_view block = header_block;
  next_line(block);  // the status line
  Header header;
  while (!block.empty()) {
    const std::string_view line = next_line(block);
    if (same_name(line.substr(0, prefix.size()), prefix) && split(line, header)) items.push_back(header);
  }
  return items;
}

}  // namespace nest::http

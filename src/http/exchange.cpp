#include "http/exchange.h"

#include <algorithm>

namespace nest::http {

namespace {

std::string_view name_of(std::string_view line) { return line.substr(0, line.find(':')); }

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

}  // namespace

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::vector<std::string>::iterator HeaderLines::find(std::string_view name) {
  return std::find_if(lines_.begin(), lines_.end(),
                      [name](const std::string& line) { return same_name(name_of(line), name); });
}

void HeaderLines::set(std::string_view name, std::string_view value) {
  const auto found = find(name);
  std::string& line = found == lines_.end() ? lines_.emplace_back() : *found;
  line.clear();
  line.reserve(name.size() + 2 + value.size());
  line.append(name).append(": ").append(value);
}

void HeaderLines::remove(std::string_view name) {
  const auto found = find(name);
  if (found != lines_.end()) lines_.erase(found);
}

bool HeaderLines::has(std::string_view name) const {
  return std::any_of(lines_.begin(), lines_.end(),
                     [name](const std::string& line) { return same_name(name_of(line), name); });
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

std::vector<std::pair<std::string_view, std::string_view>> Response::headers() const {
  std::vector<std::pair<std::string_view, std::string_view>> items;
  std::string_view block = header_block;
  next_line(block);  // the status line
  while (!block.empty()) {
    const std::string_view line = next_line(block);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) continue;
    items.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  return items;
}

}  // namespace nest::http

#include "cli/option_values.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>

namespace nest::cli {

namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What std::from_chars can read: no spaces around, no plus sign, no underscore between digits. Empty if the
// text is none of Python's numbers.
std::string plain_number(std::string_view text) {
  text = trim(text);
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return "";
  }
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      result += text[i];
    } else if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) {
      return "";
    }
  }
  return result;
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const std::string plain = plain_number(text);
  const char* end = plain.data() + plain.size();
  const auto [rest, error] = std::from_chars(plain.data(), end, number);
  return error == std::errc() && rest == end && !plain.empty();
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\r\f\v";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const auto end = text.find(separator);
    const std::string_view part = trim(text.substr(0, end));
    if (!part.empty()) parts.emplace_back(part);
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

int parse_int(std::string_view text) {
  int number = 0;
  if (!read_number(text, number)) throw BadValue("invalid int value: " + quoted(text));
  return number;
}

int parse_user_count(std::string_view text) {
  const int count = parse_int(text);
  if (count < 0) throw BadValue("must be 0 or more, not " + quoted(text));
  return count;
}

double parse_spawn_rate(std::string_view text) {
  double rate = 0;
  if (!read_number(text, rate)) throw BadValue("invalid number: " + quoted(text));
  if (!std::isfinite(rate)) throw BadValue("must be a finite number");
  if (rate <= 0) throw BadValue("must be > 0");
  return rate;
}

std::int64_t parse_timespan(std::string_view text) {
  const BadValue bad("invalid time: " + quoted(text) + ". Write e.g. 90, 90s, 5m, 2h or 1h30m10s");
  const bool only_digits = !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
  constexpr std::array<std::pair<char, std::int64_t>, 3> kUnits{{{'h', 3600}, {'m', 60}, {'s', 1}}};
  std::int64_t total = 0;
  std::size_t next_unit = 0;  // units come in falling order, each at most once
  if (text.empty()) throw bad;
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    // A century is far enough, and keeps the multiplication from overflowing.
    if (error != std::errc() || !is_digit(text.front()) || number > 3'155'760'000) throw bad;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    if (only_digits) return number;
    if (text.empty()) throw bad;
    const char letter = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
    text.remove_prefix(1);
    while (next_unit < kUnits.size() && kUnits[next_unit].first != letter) ++next_unit;
    if (next_unit == kUnits.size()) throw bad;
    total += number * kUnits[next_unit++].second;
  }
  return total;
}

std::string parse_loglevel(std::string_view text) {
  constexpr std::array<std::string_view, 5> kLevels{"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"};
  std::string level = upper(text);
  if (std::find(kLevels.begin(), kLevels.end(), level) != kLevels.end()) return level;
  std::string choices;
  for (const auto known : kLevels) choices += (choices.empty() ? "" : ", ") + quoted(known);
  throw BadValue("invalid choice: " + quoted(level) + " (choose from " + choices + ")");
}

bool parse_flag(std::string_view text) {
  const std::string value = upper(text);
  if (value == "TRUE" || value == "YES" || value == "ON" || value == "1") return true;
  if (value == "FALSE" || value == "NO" || value == "OFF" || value == "0") return false;
  throw BadValue("unexpected value " + quoted(text) + ". Write true, yes, on, 1 or false, no, off, 0");
}

}  // namespace nest::cli

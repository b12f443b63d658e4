// How the text of one option's value becomes a value. Whitespace, signs and underscores as Python's int() and
// float() take them, because these texts were written for Locust.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace nest::cli {

// What is wrong with a value, without saying which option it was meant for: the caller adds that.
class BadValue : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// All of these throw BadValue.
int parse_int(std::string_view text);
int parse_user_count(std::string_view text);     // 0 or more
double parse_spawn_rate(std::string_view text);  // finite and > 0

// Seconds: a whole number, or hours, minutes and seconds in this order, e.g. 90, 90s, 5m, 1h30m.
std::int64_t parse_timespan(std::string_view text);

// One of Python's levels in capitals, whatever the case of `text`.
std::string parse_loglevel(std::string_view text);

// A flag in an environment variable: true, yes, on, 1 or false, no, off, 0.
bool parse_flag(std::string_view text);

// Without the whitespace around each part and without empty parts.
std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);

}  // namespace nest::cli

// Text exactly as Python writes it: numbers by repr(), columns by "%-20s" and "%7d", rows as csv.writer does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "stats/number.h"

namespace nest::report {

// repr() of an int or a float: shortest digits that read back as the same value; 1.0, 1e+16, 1e-05, inf, nan.
std::string repr(const stats::Number& value);

// "%.<digits>f".
std::string fixed(double value, int digits);

// Label of a fraction: "50%", "99.9%".
std::string percent_label(double fraction);

// Unix seconds as "2026-01-31T23:59:59Z".
std::string utc_timestamp(double time_s);

// Padded with spaces to `width` characters (code points, not bytes); longer text is kept whole.
std::string left(std::string_view text, int width);
std::string right(std::string_view text, int width);
// "%<width>d": a float is truncated towards zero.
std::string right(const stats::Number& value, int width);

// A row of comma-separated values in csv.writer's default dialect: CRLF, quotes only where needed.
class CsvRow {
 public:
  explicit CsvRow(std::string& out) : out_(out) {}
  CsvRow& add(std::string_view text);
  CsvRow& add(const stats::Number& value);
  void end() { out_ += "\r\n"; }

 private:
  void separate();

  std::string& out_;
  bool first_ = true;
};

}  // namespace nest::report

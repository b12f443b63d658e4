// Numbers read back as they were, rows read back as they were, columns are as wide as asked.
#include "report/python_text.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "input.h"

namespace {

using namespace nest::report;
using nest::stats::Number;

void check_real(double value) {
  const std::string text = repr(Number(value));
  const double read = std::strtod(text.c_str(), nullptr);
  NEST_CHECK(std::bit_cast<std::uint64_t>(read) == std::bit_cast<std::uint64_t>(value) ||
                 (std::isnan(read) && std::isnan(value)),
             text);
  NEST_CHECK(text.find_first_of(".enf") != std::string::npos, text + " would be read as an int");
  NEST_CHECK(percent_label(value).ends_with('%'), text);
  const std::string time = utc_timestamp(value);
  NEST_CHECK(time.size() >= 17 && time.ends_with('Z'), time);
  const std::string six = fixed(value, 6);
  NEST_CHECK(!std::isfinite(value) || six.size() - six.find('.') == 7, six);
  NEST_CHECK(std::atoll(right(Number(value), 3).c_str()) == Number(value).truncated(), text);
}

// A row of a CSV file in Python's default dialect.
std::vector<std::string> read_row(std::string_view row) {
  std::vector<std::string> values(1);
  bool quoted = false;
  for (size_t i = 0; i < row.size(); ++i) {
    const char c = row[i];
    if (quoted && c == '"' && i + 1 < row.size() && row[i + 1] == '"') {
      values.back() += c;
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      values.emplace_back();
    } else if (row.substr(i) == "\r\n" && !quoted) {
      return values;
    } else {
      values.back() += c;
    }
  }
  NEST_CHECK(false, "a row without an end");
}

// Eight bytes are a number; the lines that follow are the values of a row.
int run(nest::fuzz::Input input) {
  const auto whole = input.value<std::int64_t>();
  NEST_CHECK(std::atoll(repr(Number(whole)).c_str()) == whole, std::to_string(whole));
  check_real(std::bit_cast<double>(whole));
  check_real(static_cast<double>(whole) / 1000);
  std::vector<std::string> values;
  std::string row;
  CsvRow writer(row);
  while (!input.empty()) {
    const std::string_view value = input.line();
    values.emplace_back(value);
    writer.add(value);
    NEST_CHECK(left(value, 12).starts_with(value) && right(value, 12).ends_with(value), std::string(value));
    NEST_CHECK(left(value, 12).size() >= 12 && left(value, 12).size() == right(value, 12).size(),
               std::string(value));
  }
  writer.end();
  if (!values.empty()) NEST_CHECK(read_row(row) == values, row);
  return 0;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return run({data, size}); }

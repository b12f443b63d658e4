#include "report/python_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace nest::report {
namespace {

using stats::Number;

std::string repr_of_float(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  // d.ddde[+-]xx with the shortest digits; Python chooses another layout for them.
  std::array<char, 40> buffer{};
  const auto written =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific);
  std::string_view text(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  std::string out;
  if (text.front() == '-') {
    out = "-";
    text.remove_prefix(1);
  }
  const std::size_t mark = text.find('e');
  const int exponent = std::atoi(std::string(text.substr(mark + 1)).c_str());
  std::string digits(1, text.front());
  if (mark > 2) digits += text.substr(2, mark - 2);
  const int count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    out += digits.front();
    if (count > 1) out.append(".").append(digits, 1);
    const std::string power = std::to_string(std::abs(exponent));
    out += exponent < 0 ? "e-" : "e+";
    return out + (power.size() < 2 ? "0" : "") + power;
  }
  if (exponent < 0) return out + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const int whole = exponent + 1;
  if (count <= whole) return out + digits + std::string(static_cast<std::size_t>(whole - count), '0') + ".0";
  return out + digits.substr(0, static_cast<std::size_t>(whole)) + "." +
         digits.substr(static_cast<std::size_t>(whole));
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

std::string padding(std::string_view text, int width) {
  const std::size_t used = characters(text);
  const auto wanted = static_cast<std::size_t>(std::max(width, 0));
  return std::string(used < wanted ? wanted - used : 0, ' ');
}

}  // namespace

std::string repr(const Number& value) {
  return value.is_whole() ? std::to_string(value.truncated()) : repr_of_float(value.real());
}

std::string fixed(double value, int digits) {
  const int length = std::snprintf(nullptr, 0, "%.*f", digits, value);
  std::string out(static_cast<std::size_t>(length) + 1, '\0');
  std::snprintf(out.data(), out.size(), "%.*f", digits, value);
  out.pop_back();
  return out;
}

std::string percent_label(double fraction) {
  const double percent = fraction * 100;
  if (percent == std::floor(percent)) return repr(Number(percent).truncated()) + "%";
  return repr(std::strtod(fixed(percent, 6).c_str(), nullptr)) + "%";
}

std::string utc_timestamp(double time_s) {
  const auto second = static_cast<std::time_t>(Number(time_s).truncated());
  std::tm utc{};
  gmtime_r(&second, &utc);
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text.data(), length};
}

std::string left(std::string_view text, int width) { return std::string(text) + padding(text, width); }

std::string right(std::string_view text, int width) { return padding(text, width) + std::string(text); }

std::string right(const Number& value, int width) { return right(std::to_string(value.truncated()), width); }

void CsvRow::separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

CsvRow& CsvRow::add(std::string_view text) {
  separate();
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out_ += text;
    return *this;
  }
  out_ += '"';
  for (const char byte : text) {
    if (byte == '"') out_ += '"';
    out_ += byte;
  }
  out_ += '"';
  return *this;
}

CsvRow& CsvRow::add(const Number& value) {
  separate();
  out_ += repr(value);
  return *this;
}

}  // namespace nest::report

#include "report/console.h"

#include "report/python_text.h"

namespace nest::report {
namespace {

using stats::Number;
using stats::RequestStats;
using stats::Span;
using stats::StatsEntry;

std::string dashes(int count) { return std::string(static_cast<std::size_t>(count > 0 ? count : 0), '-'); }

std::string joined(std::initializer_list<int> widths) {
  std::string line;
  for (const int width : widths) line += dashes(width) + "|";
  line.pop_back();
  return line;
}

// Numbers need less room here than in the percentile table, names get it.
int request_name_width(const TableLayout& layout) { return layout.name_width - layout.type_width + 4; }

}  // namespace

std::string request_row(const StatsEntry& entry, const Span& span, bool current, const TableLayout& layout) {
  const double rps = current ? entry.current_rps(span).real() : entry.total_rps(span);
  const double failures_per_s =
      current ? entry.current_fail_per_sec(span).real() : entry.total_fail_per_sec(span);
  const std::string failures =
      std::to_string(entry.num_failures) + "(" + fixed(entry.fail_ratio() * 100, 2) + "%)";
  return left(entry.method.empty() ? "" : entry.method + " ", layout.type_width) + " " +
         left(entry.name, request_name_width(layout)) + " " + right(entry.num_requests, 7) + " " +
         right(failures, 12) + " |" + right(entry.avg_response_time(), 7) + " " +
         right(entry.min_response_time.value_or(0), 7) + " " + right(entry.max_response_time, 7) +
         right(entry.median_response_time(), 7) + " | " + right(fixed(rps, 2), 7) + " " +
         right(fixed(failures_per_s, 2), 11);
}

std::vector<std::string> request_table(const RequestStats& stats, bool current, const TableLayout& layout) {
  const std::string separator =
      joined({layout.type_width, request_name_width(layout), 7, 13, 7, 7, 7, 7, 8, 11});
  std::vector<std::string> lines;
  lines.push_back(left("Type", layout.type_width) + " " + left("Name", request_name_width(layout)) +
                  "  # reqs      # fails |    Avg     Min     Max    Med |   req/s  failures/s");
  lines.push_back(separator);
  const Span span = stats.total->span();
  for (const auto& item : stats.sorted_entries())
    lines.push_back(request_row(*item.entry, span, current, layout));
  lines.push_back(separator);
  lines.push_back(request_row(*stats.total, span, current, layout));
  return lines;
}

std::string percentile_row(const StatsEntry& entry, std::span<const double> fractions,
                           const TableLayout& layout) {
  // The first number, whichever it is, has eight characters, the others six.
  std::string line = left(entry.method, layout.type_width) + " " + left(entry.name, layout.name_width);
  const auto buckets = entry.response_times.buckets();
  int width = 8;
  for (const double fraction : fractions) {
    line += " " + right(stats::percentile(buckets, entry.num_samples(), fraction), width);
    width = 6;
  }
  return line + " " + right(entry.num_requests, width);
}

std::vector<std::string> percentile_table(const RequestStats& stats, std::span<const double> fractions,
                                          const TableLayout& layout) {
  std::string header = left("Type", layout.type_width) + " " + left("Name", layout.name_width);
  std::string separator = dashes(layout.type_width) + "|" + dashes(layout.name_width) + "|" + dashes(8);
  int width = 8;
  for (const double fraction : fractions) {
    header += " " + right(percent_label(fraction), width);
    separator += "|" + dashes(6);
    width = 6;
  }
  header += " " + right("# reqs", width);

  std::vector<std::string> lines{"Response time percentiles (approximated)", header, separator};
  for (const auto& item : stats.sorted_entries()) {
    if (!item.entry->response_times.empty()) lines.push_back(percentile_row(*item.entry, fractions, layout));
  }
  lines.push_back(separator);
  if (!stats.total->response_times.empty()) lines.push_back(percentile_row(*stats.total, fractions, layout));
  return lines;
}

std::vector<std::string> error_table(const RequestStats& stats, const TableLayout& layout) {
  const std::string separator = dashes(18) + "|" + dashes(80 + layout.name_width - 19);
  std::vector<std::string> lines{"Error report", left("# occurrences", 18) + " " + left("Error", 100),
                                 separator};
  for (const auto& error : stats.errors()) {
    lines.push_back(left(std::to_string(error->occurrences), 18) + " " +
                    left(error->method + " " + error->name + ": " + error->display, 100));
  }
  lines.push_back(separator);
  lines.emplace_back();
  return lines;
}

}  // namespace nest::report

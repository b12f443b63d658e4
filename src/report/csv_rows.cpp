#include "report/csv_rows.h"

#include "report/python_text.h"

namespace nest::report {
namespace {

using stats::Number;
using stats::RequestStats;
using stats::Span;
using stats::StatsEntry;

void add_labels(CsvRow& row, std::span<const double> fractions) {
  for (const double fraction : fractions) row.add(percent_label(fraction));
}

std::string header(std::initializer_list<std::string_view> columns) {
  std::string line;
  CsvRow row(line);
  for (const std::string_view column : columns) row.add(column);
  row.end();
  return line;
}

void add_percentiles(CsvRow& row, const StatsEntry& entry, std::span<const double> fractions) {
  const auto buckets = entry.response_times.buckets();
  for (const double fraction : fractions) {
    if (entry.num_requests == 0) {
      row.add("N/A");
    } else {
      row.add(stats::percentile(buckets, entry.num_samples(), fraction).truncated());
    }
  }
}

void add_current_percentiles(CsvRow& row, const StatsEntry& entry, std::span<const double> fractions,
                             double now_s, int window_s) {
  for (const double fraction : fractions) {
    row.add(entry.current_response_time_percentile(fraction, now_s, window_s).value_or(0).truncated());
  }
}

// Columns that the stats and the history file share, in this order.
void add_times(CsvRow& row, const StatsEntry& entry) {
  row.add(entry.median_response_time())
      .add(entry.avg_response_time())
      .add(entry.min_response_time.value_or(0) == Number(0) ? Number(0) : *entry.min_response_time)
      .add(entry.max_response_time)
      .add(entry.avg_content_length());
}

void add_stats_row(std::string& out, const StatsEntry& entry, const Span& span,
                   std::span<const double> fractions) {
  CsvRow row(out);
  row.add(entry.method).add(entry.name).add(entry.num_requests).add(entry.num_failures);
  add_times(row, entry);
  row.add(entry.total_rps(span)).add(entry.total_fail_per_sec(span));
  add_percentiles(row, entry, fractions);
  row.end();
}

}  // namespace

std::string stats_header(std::span<const double> fractions) {
  std::string line;
  CsvRow row(line);
  for (const char* column :
       {"Type", "Name", "Request Count", "Failure Count", "Median Response Time", "Average Response Time",
        "Min Response Time", "Max Response Time", "Average Content Size", "Requests/s", "Failures/s"}) {
    row.add(column);
  }
  add_labels(row, fractions);
  row.end();
  return line;
}

std::string stats_rows(const RequestStats& stats, std::span<const double> fractions) {
  std::string rows;
  const Span span = stats.total->span();
  for (const auto& item : stats.sorted_entries()) add_stats_row(rows, *item.entry, span, fractions);
  add_stats_row(rows, *stats.total, span, fractions);
  return rows;
}

std::string history_header(std::span<const double> fractions) {
  std::string line;
  CsvRow row(line);
  for (const char* column : {"Timestamp", "User Count", "Type", "Name", "Requests/s", "Failures/s"})
    row.add(column);
  add_labels(row, fractions);
  for (const char* column : {"Total Request Count", "Total Failure Count", "Total Median Response Time",
                             "Total Average Response Time", "Total Min Response Time",
                             "Total Max Response Time", "Total Average Content Size"}) {
    row.add(column);
  }
  row.end();
  return line;
}

std::string history_rows(const RequestStats& stats, std::span<const double> fractions,
                         const HistoryRow& moment) {
  std::string rows;
  const Span span = stats.total->span();
  const auto add = [&](const StatsEntry& entry) {
    CsvRow row(rows);
    row.add(Number(moment.now_s).truncated()).add(moment.user_count).add(entry.method).add(entry.name);
    row.add(fixed(entry.current_rps(span).real(), 6)).add(fixed(entry.current_fail_per_sec(span).real(), 6));
    if (moment.every_entry && entry.use_cache && entry.num_requests != 0) {
      add_current_percentiles(row, entry, fractions, moment.now_s, stats.percentile_window_s);
    } else {
      add_percentiles(row, entry, fractions);
    }
    row.add(entry.num_requests).add(entry.num_failures);
    add_times(row, entry);
    row.end();
  };
  if (moment.every_entry) {
    for (const auto& item : stats.sorted_entries()) add(*item.entry);
  }
  add(*stats.total);
  return rows;
}

std::string failures_header() {
  return header({"Method", "Name", "Error", "Occurrences", "First Seen", "Last Seen"});
}

std::string failures_rows(const RequestStats& stats) {
  std::string rows;
  const auto timestamp = [](const std::optional<double>& time_s) {
    return time_s ? utc_timestamp(*time_s) : "";
  };
  for (const auto& error : stats.errors_sorted_by_key()) {
    CsvRow row(rows);
    row.add(error->method).add(error->name).add(error->text).add(error->occurrences);
    row.add(timestamp(error->first_seen)).add(timestamp(error->last_seen)).end();
  }
  return rows;
}

std::string exceptions_header() { return header({"Count", "Message", "Traceback", "Nodes"}); }

std::string exceptions_rows(std::span<const TaskException> exceptions) {
  std::string rows;
  for (const TaskException& exception : exceptions) {
    CsvRow row(rows);
    row.add(exception.count).add(exception.message).add(exception.traceback).add(exception.nodes).end();
  }
  return rows;
}

}  // namespace nest::report

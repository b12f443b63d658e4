// The contents of the four CSV files, as text with CRLF line ends.
//
// Called on the Python thread, where no request can be logged before they return: what they read is a
// snapshot.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "stats/request_stats.h"

namespace nest::report {

// An exception that a task raised, as often as it did.
struct TaskException {
  std::int64_t count;
  std::string message;
  std::string traceback;
  std::string nodes;  // where it happened, joined by ", "
};

struct HistoryRow {
  double now_s;
  std::int64_t user_count;
  bool every_entry;  // else only the aggregated row. Also chooses percentiles of the last seconds over those
                     // of the run
};

std::string stats_header(std::span<const double> fractions);
std::string stats_rows(const stats::RequestStats& stats, std::span<const double> fractions);

std::string history_header(std::span<const double> fractions);
std::string history_rows(const stats::RequestStats& stats, std::span<const double> fractions,
                         const HistoryRow& row);

std::string failures_header();
std::string failures_rows(const stats::RequestStats& stats);

std::string exceptions_header();
std::string exceptions_rows(std::span<const TaskException> exceptions);

}  // namespace nest::report

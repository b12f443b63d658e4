// The tables that a run prints: requests, percentiles, failures. Lines without newlines.
//
// Called on the Python thread, where no request can be logged before they return: what they read is a
// snapshot.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "stats/request_stats.h"

namespace nest::report {

// Widths of the first two columns, in characters.
struct TableLayout {
  int type_width = 8;
  int name_width = 80;
};

// One row of the request table. `current`: rates of the last ten seconds, else of the whole run.
std::string request_row(const stats::StatsEntry& entry, const stats::Span& span, bool current,
                        const TableLayout& layout);
std::vector<std::string> request_table(const stats::RequestStats& stats, bool current,
                                       const TableLayout& layout);

std::string percentile_row(const stats::StatsEntry& entry, std::span<const double> fractions,
                           const TableLayout& layout);
std::vector<std::string> percentile_table(const stats::RequestStats& stats, std::span<const double> fractions,
                                          const TableLayout& layout);

// With its heading even when there were no failures.
std::vector<std::string> error_table(const stats::RequestStats& stats, const TableLayout& layout);

}  // namespace nest::report

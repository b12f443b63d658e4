// Reports for Python: tables as lists of lines, CSV files by path.
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "module.h"
#include "number_caster.h"
#include "report/console.h"
#include "report/csv_files.h"
#include "report/csv_rows.h"
#include "report/python_text.h"
#include "report/whole_file.h"

namespace nest::bindings {
namespace {

namespace py = pybind11;
using report::TableLayout;
using stats::RequestStats;
using stats::Span;
using stats::StatsEntry;

using Fractions = std::vector<double>;
using Exceptions = std::vector<std::tuple<std::int64_t, std::string, std::string, std::string>>;

// What locust.stats.StatsCSVFileWriter writes through.
class RunCsv {
 public:
  RunCsv(const std::string& prefix, Fractions fractions, bool every_entry)
      : fractions_(std::move(fractions)),
        every_entry_(every_entry),
        files_(prefix, {report::stats_header(fractions_), report::history_header(fractions_),
                        report::failures_header(), report::exceptions_header()}) {}

  std::vector<std::string> write(const RequestStats& stats, double now_s, std::int64_t user_count,
                                 const Exceptions& exceptions, bool with_history) {
    std::vector<report::TaskException> rows;
    for (const auto& [count, message, traceback, nodes] : exceptions)
      rows.push_back({count, message, traceback, nodes});
    std::string history;
    if (with_history) history = report::history_rows(stats, fractions_, {now_s, user_count, every_entry_});
    return files_.write({report::stats_rows(stats, fractions_), history, report::failures_rows(stats),
                         report::exceptions_rows(rows)});
  }

  std::vector<std::string> close() { return files_.close(); }

 private:
  Fractions fractions_;
  bool every_entry_;
  report::CsvFiles files_;
};

}  // namespace

void bind_report(py::module_& module) {
  module.def("replace_file", [](const std::string& path, const py::bytes& content) {
    return report::replace_file(path, std::string_view(content));
  });
  module.def("request_row", [](const StatsEntry& entry, double start_s, std::optional<double> last_s,
                               bool current, int type_width, int name_width) {
    return report::request_row(entry, Span{start_s, last_s}, current, TableLayout{type_width, name_width});
  });
  module.def("request_table", [](const RequestStats& stats, bool current, int type_width, int name_width) {
    return report::request_table(stats, current, TableLayout{type_width, name_width});
  });
  module.def("percentile_row",
             [](const StatsEntry& entry, const Fractions& fractions, int type_width, int name_width) {
               return report::percentile_row(entry, fractions, TableLayout{type_width, name_width});
             });
  module.def("percentile_table",
             [](const RequestStats& stats, const Fractions& fractions, int type_width, int name_width) {
               return report::percentile_table(stats, fractions, TableLayout{type_width, name_width});
             });
  module.def("error_table", [](const RequestStats& stats, int type_width, int name_width) {
    return report::error_table(stats, TableLayout{type_width, name_width});
  });
  module.def("percent_label", &report::percent_label);
  module.def("utc_timestamp", &report::utc_timestamp);
  py::class_<RunCsv>(module, "RunCsv")
      .def(py::init<const std::string&, Fractions, bool>())
      .def("write", &RunCsv::write)
      .def("close", &RunCsv::close);
}

}  // namespace nest::bindings

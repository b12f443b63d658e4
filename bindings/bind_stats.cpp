// The statistics as Python sees them. python/locust/stats.py gives them Locust's shape.
#include <utility>
#include <vector>

#include "base/clock.h"
#include "module.h"
#include "number_caster.h"
#include "request_recorder.h"
#include "stats/bucket.h"
#include "stats/request_stats.h"

namespace nest::bindings {
namespace {

namespace py = pybind11;
using stats::Bucket;
using stats::Number;
using stats::PerSecond;
using stats::RequestStats;
using stats::Sample;
using stats::Span;
using stats::StatsEntry;
using stats::StatsError;

using Counts = std::vector<std::pair<Number, std::int64_t>>;
using SecondCounts = std::vector<std::pair<std::int64_t, std::int64_t>>;
using CacheItem = std::tuple<std::int64_t, Counts, std::int64_t, std::int64_t>;

Counts to_counts(const std::vector<Bucket>& buckets) {
  Counts counts;
  for (const Bucket& bucket : buckets) counts.emplace_back(bucket.key, bucket.count);
  return counts;
}

SecondCounts to_counts(const PerSecond& per_second) {
  SecondCounts counts;
  for (const auto& entry : per_second.counts()) counts.emplace_back(entry.second, entry.count);
  return counts;
}

void assign(PerSecond& per_second, const SecondCounts& counts) {
  per_second.clear();
  for (const auto& [second, count] : counts) per_second.set(second, count);
}

void check_loggable(const std::optional<Number>& response_time_ms) {
  if (response_time_ms && !stats::loggable(*response_time_ms)) {
    throw py::value_error("response time is not a finite number of milliseconds: " +
                          std::to_string(response_time_ms->real()));
  }
}

std::vector<CacheItem> cache_items(const StatsEntry& entry) {
  std::vector<CacheItem> items;
  for (const auto& snapshot : entry.cache.snapshots()) {
    items.emplace_back(snapshot.second, to_counts(snapshot.buckets), snapshot.num_requests,
                       snapshot.num_none_requests);
  }
  return items;
}

void set_cache_items(StatsEntry& entry, const std::vector<CacheItem>& items) {
  entry.cache.clear();
  for (const auto& [second, counts, num_requests, num_none_requests] : items) {
    stats::Histogram sorted;
    for (const auto& [key, count] : counts) sorted.set(key, count);
    entry.cache.store({second, sorted.buckets(), num_requests, num_none_requests});
  }
}

void bind_entry(py::module_& module) {
  py::class_<StatsEntry, std::shared_ptr<StatsEntry>>(module, "StatsEntry")
      .def(py::init<std::string, std::string, bool, double>())
      .def_readwrite("name", &StatsEntry::name)
      .def_readwrite("method", &StatsEntry::method)
      .def_readwrite("use_response_times_cache", &StatsEntry::use_cache)
      .def_readwrite("num_requests", &StatsEntry::num_requests)
      .def_readwrite("num_none_requests", &StatsEntry::num_none_requests)
      .def_readwrite("num_failures", &StatsEntry::num_failures)
      .def_readwrite("total_response_time", &StatsEntry::total_response_time)
      .def_readwrite("min_response_time", &StatsEntry::min_response_time)
      .def_readwrite("max_response_time", &StatsEntry::max_response_time)
      .def_readwrite("total_content_length", &StatsEntry::total_content_length)
      .def_readwrite("start_time", &StatsEntry::start_time)
      .def_readwrite("last_request_timestamp", &StatsEntry::last_request_timestamp)
      .def_property(
          "response_times", [](const StatsEntry& entry) { return to_counts(entry.response_times.buckets()); },
          [](StatsEntry& entry, const Counts& counts) {
            entry.response_times.clear();
            for (const auto& [key, count] : counts) entry.response_times.set(key, count);
          })
      .def("set_response_times", [](StatsEntry& entry, const Number& key,
                                    std::int64_t count) { entry.response_times.set(key, count); })
      .def_property(
          "num_reqs_per_sec", [](const StatsEntry& entry) { return to_counts(entry.requests_per_second); },
          [](StatsEntry& entry, const SecondCounts& counts) { assign(entry.requests_per_second, counts); })
      .def("set_num_reqs_per_sec", [](StatsEntry& entry, std::int64_t second,
                                      std::int64_t count) { entry.requests_per_second.set(second, count); })
      .def_property(
          "num_fail_per_sec", [](const StatsEntry& entry) { return to_counts(entry.failures_per_second); },
          [](StatsEntry& entry, const SecondCounts& counts) { assign(entry.failures_per_second, counts); })
      .def("set_num_fail_per_sec", [](StatsEntry& entry, std::int64_t second,
                                      std::int64_t count) { entry.failures_per_second.set(second, count); })
      .def_property("response_times_cache", &cache_items, &set_cache_items)
      .def_property_readonly("has_response_times",
                             [](const StatsEntry& entry) { return !entry.response_times.empty(); })
      .def(
          "log",
          [](StatsEntry& entry, std::optional<Number> response_time_ms, Number content_length, double now_s,
             int window_s, std::optional<Number> bucket) {
            check_loggable(response_time_ms);
            entry.log({response_time_ms, content_length, now_s, bucket}, window_s);
          },
          py::arg("response_time").none(true), py::arg("content_length"), py::arg("now"), py::arg("window"),
          py::arg("bucket") = py::none())
      .def("log_error", &StatsEntry::log_error)
      .def("reset", &StatsEntry::reset)
      .def("extend", &StatsEntry::extend)
      .def("cache_response_times", &StatsEntry::cache_response_times)
      .def("fail_ratio", &StatsEntry::fail_ratio)
      .def("avg_response_time", &StatsEntry::avg_response_time)
      .def("median_response_time", &StatsEntry::median_response_time)
      .def("avg_content_length", &StatsEntry::avg_content_length)
      .def("response_time_percentile", &StatsEntry::response_time_percentile)
      .def("current_response_time_percentile", &StatsEntry::current_response_time_percentile)
      .def("current_rps",
           [](const StatsEntry& entry, double start_s, std::optional<double> last_s) {
             return entry.current_rps(Span{start_s, last_s});
           })
      .def("current_fail_per_sec",
           [](const StatsEntry& entry, double start_s, std::optional<double> last_s) {
             return entry.current_fail_per_sec(Span{start_s, last_s});
           })
      .def("total_rps",
           [](const StatsEntry& entry, double start_s, std::optional<double> last_s) {
             return entry.total_rps(Span{start_s, last_s});
           })
      .def("total_fail_per_sec", [](const StatsEntry& entry, double start_s, std::optional<double> last_s) {
        return entry.total_fail_per_sec(Span{start_s, last_s});
      });
}

void bind_error(py::module_& module) {
  py::class_<StatsError, std::shared_ptr<StatsError>>(module, "StatsError")
      .def(py::init([](std::string method, std::string name, std::string text, std::string display,
                       std::int64_t occurrences, std::optional<double> first_seen,
                       std::optional<double> last_seen) {
        return std::make_shared<StatsError>(StatsError{std::move(method), std::move(name), std::move(text),
                                                       std::move(display), occurrences, first_seen,
                                                       last_seen});
      }))
      .def_readwrite("method", &StatsError::method)
      .def_readwrite("name", &StatsError::name)
      .def_readwrite("text", &StatsError::text)
      .def_readwrite("display", &StatsError::display)
      .def_readwrite("occurrences", &StatsError::occurrences)
      .def_readwrite("first_seen", &StatsError::first_seen)
      .def_readwrite("last_seen", &StatsError::last_seen)
      .def("occurred", &StatsError::occurred);
}

void bind_request_stats(py::module_& module) {
  py::class_<RequestStats, std::shared_ptr<RequestStats>>(module, "RequestStats")
      .def(py::init<bool, double>())
      .def_readwrite("percentile_window", &RequestStats::percentile_window_s)
      .def_readwrite("total", &RequestStats::total)
      .def("put", &RequestStats::put)
      .def("erase", &RequestStats::erase)
      .def("put_error", &RequestStats::put_error)
      .def("erase_error", &RequestStats::erase_error)
      .def("log_error", &RequestStats::log_error)
      .def(
          "log_request",
          [](RequestStats& self, const std::string& method, const std::string& name,
             std::optional<Number> response_time_ms, Number content_length, double now_s,
             std::optional<Number> bucket) {
            check_loggable(response_time_ms);
            self.log_request(method, name, Sample{response_time_ms, content_length, now_s, bucket});
          },
          py::arg("method"), py::arg("name"), py::arg("response_time").none(true), py::arg("content_length"),
          py::arg("now"), py::arg("bucket") = py::none());
}

}  // namespace

void bind_stats(py::module_& module) {
  bind_entry(module);
  bind_error(module);
  bind_request_stats(module);
  module.def("bucket_response_time", [](const Number& response_time_ms) {
    check_loggable(response_time_ms);
    return stats::bucket_response_time(response_time_ms);
  });
  add_request_recorder(module);
}

}  // namespace nest::bindings

// The statistics as Python sees them. python/locust/stats.py gives them Locust's shape.
#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "module.h"
#include "number_caster.h"
#include "request_recorder.h"
#include "stats/bucket.h"
#include "stats/request_stats.h"
#include "stats/timeline.h"

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

using DistributionItem = std::tuple<double, double, std::int64_t>;

std::vector<DistributionItem> distribution(const StatsEntry& entry) {
  std::vector<DistributionItem> items;
  for (const auto& bucket : entry.distribution())
    items.emplace_back(bucket.from_ms, bucket.to_ms, bucket.count);
  return items;
}

// (requests, and the sums of their phases)
std::tuple<std::int64_t, double, double, double> phases(const StatsEntry& entry) {
  const stats::Phases& sums = entry.phases.sums;
  return {entry.phases.requests, sums.connecting_ms, sums.waiting_ms, sums.receiving_ms};
}

// (how many are known, the times within which these fractions of them lie, the longest)
std::tuple<std::int64_t, std::vector<double>, double> generator_delays(const StatsEntry& entry,
                                                                       const std::vector<double>& fractions) {
  const auto buckets = entry.phases.delays.buckets();
  const double longest = entry.phases.longest_delay_ms;
  std::vector<double> times;
  times.reserve(fractions.size());
  for (const double fraction : fractions)
    times.push_back(std::min(stats::percentile_ms(buckets, fraction), longest));
  return {entry.phases.delays.count(), times, longest};
}

// Held within what was really measured.
std::vector<double> precise_percentiles(const StatsEntry& entry, const std::vector<double>& fractions) {
  const auto buckets = entry.distribution();
  const double longest = entry.max_response_time.real();
  const double shortest = std::min(entry.min_response_time.value_or(0).real(), longest);
  std::vector<double> times;
  times.reserve(fractions.size());
  for (const double fraction : fractions)
    times.push_back(std::clamp(stats::percentile_ms(buckets, fraction), shortest, longest));
  return times;
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
      .def_property_readonly("phases", &phases)
      .def("generator_delays", &generator_delays)
      .def_property_readonly("is_precise", &StatsEntry::is_precise)
      .def("distribution", &distribution)
      .def("precise_percentiles", &precise_percentiles)
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
      .def_property_readonly_static("OVERFLOW_NAME",
                                    [](const py::object&) { return RequestStats::kOverflowName; })
      .def_property_readonly_static("OVERFLOW_ERROR",
                                    [](const py::object&) { return RequestStats::kOverflowError; })
      .def(py::init<bool, double>())
      .def_readwrite("percentile_window", &RequestStats::percentile_window_s)
      .def_readwrite("max_entries", &RequestStats::max_entries)
      .def_readwrite("total", &RequestStats::total)
      .def("put", &RequestStats::put)
      .def("erase", &RequestStats::erase)
      .def("put_error", &RequestStats::put_error)
      .def("erase_error", &RequestStats::erase_error)
      .def("log_error", &RequestStats::log_error)
      .def("remember_error", &RequestStats::remember_error)
      .def("log_phases",
           [](RequestStats& self, const std::string& method, const std::string& name, double response_time_ms,
              const py::object& exchange) {
             if (const auto phases = phases_of(exchange.ptr(), response_time_ms)) {
               self.log_phases(method, name, *phases);
             }
           })
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

// (from, to, users, requests, failures, percentiles: none without a request whose time is known precisely)
using TimelineItem =
    std::tuple<double, double, std::int64_t, std::int64_t, std::int64_t, std::vector<double>>;

std::vector<TimelineItem> timeline_items(const stats::Timeline& timeline,
                                         const std::vector<double>& fractions) {
  std::vector<TimelineItem> items;
  for (const auto& interval : timeline.intervals()) {
    std::vector<double> times;
    if (!interval.times.empty()) {
      for (const double fraction : fractions) times.push_back(stats::percentile_ms(interval.times, fraction));
    }
    items.emplace_back(interval.from_s, interval.to_s, interval.users, interval.requests, interval.failures,
                       std::move(times));
  }
  return items;
}

void bind_timeline(py::module_& module) {
  py::class_<stats::Timeline>(module, "Timeline")
      .def(py::init<double>())
      .def("record", &stats::Timeline::record)
      .def("finish", &stats::Timeline::finish)
      .def("clear", &stats::Timeline::clear)
      .def("intervals", &timeline_items);
}

}  // namespace

void bind_stats(py::module_& module) {
  bind_entry(module);
  bind_error(module);
  bind_request_stats(module);
  bind_timeline(module);
  module.def("bucket_response_time", [](const Number& response_time_ms) {
    check_loggable(response_time_ms);
    return stats::bucket_response_time(response_time_ms);
  });
  add_request_recorder(module);
}

}  // namespace nest::bindings

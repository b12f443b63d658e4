// The short way from a finished request to the statistics.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>

#include "stats/phases.h"

namespace nest::bindings {

// Adds request_recorder(namespace: dict) -> record to the module, where
//   record(stats, method, name, response_time, content_length, exchange) -> bool
// is a plain C function that counts a request in nest_engine.RequestStats `stats`, or returns False, having
// done nothing, when it is not the common case: a new entry, `stats` None, odd argument types, or a replaced
// bucket function. `namespace` is locust.stats' own: "bucket_response_time" is compared at every call with
// what it was in the beginning, "CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW" is read again every second.
// `exchange` is the nest_engine.Exchange whose phases count too, or None.
void add_request_recorder(pybind11::module_& module);

// Adds to the module
//   describe_statistics(RequestStats: type, StatsError: type): whose failures these are. Once.
//   log_known_error(stats, method, name, error) -> bool: log_known_error().
int add_failure_log(PyObject* module);

// What RequestStats.log_error of Python does, by the engine's clock, for a failure whose kind is known.
// False, having done nothing: that has to be called.
bool log_known_error(PyObject* stats, PyObject* method, PyObject* name, PyObject* error);

// The same for an error that nobody has made yet, of which this would be the repr(). False: it has to be made
// and handed to the method.
bool log_unmade_error(PyObject* stats, PyObject* method, PyObject* name, PyObject* said);

// Where the time of an Exchange went that took `response_time_ms` from beginning to end: nothing for what is
// no Exchange, got no response, or was only a part of the request.
std::optional<stats::Phases> phases_of(PyObject* exchange, double response_time_ms);

}  // namespace nest::bindings

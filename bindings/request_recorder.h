// The short way from a finished request to the statistics.
#pragma once

#include <pybind11/pybind11.h>

namespace nest::bindings {

// Adds request_recorder(namespace: dict) -> record to the module, where
//   record(stats, method, name, response_time, content_length) -> bool
// is a plain C function that counts a request in nest_engine.RequestStats `stats`, or returns False, having
// done nothing, when it is not the common case: a new entry, `stats` None, odd argument types, or a replaced
// bucket function. `namespace` is locust.stats' own: "bucket_response_time" is compared at every call with
// what it was in the beginning, "CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW" is read again every second.
void add_request_recorder(pybind11::module_& module);

}  // namespace nest::bindings

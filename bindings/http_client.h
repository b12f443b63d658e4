// The types HttpClient and Exchange of nest_engine: what python/locust/clients.py stands on.
#pragma once

#include <Python.h>

namespace nest::bindings {

// Adds both to the module; -1 with a Python exception set on failure.
int add_http_types(PyObject* module);

}  // namespace nest::bindings

// The functions of nest_engine that switch greenlets, apart from HttpClient.perform.
#pragma once

#include <Python.h>

namespace nest::bindings {

// Adds sleep(), drain() and the functions that tests break the rules with; -1 with a Python exception on
// failure.
int add_waiting_functions(PyObject* module);

}  // namespace nest::bindings

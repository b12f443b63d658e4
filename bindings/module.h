// The map of the boundary: what the Python module `nest_engine` is made of.
//
// bind_x() functions use pybind11 and may only bind what returns at once; they must never run Python code
// that could switch greenlets (R1). What waits is registered by add_x() through the plain C API.
#pragma once

#include <pybind11/pybind11.h>

namespace nest::bindings {

void bind_engine(pybind11::module_& module);
void bind_cli(pybind11::module_& module);
void bind_load(pybind11::module_& module);
void bind_process(pybind11::module_& module);
void bind_report(pybind11::module_& module);
void bind_stats(pybind11::module_& module);
void bind_watch(pybind11::module_& module);

}  // namespace nest::bindings

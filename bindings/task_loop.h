// The loop of a task set: choose a task, call it, wait. It runs no Python but the model's.
#pragma once

#include <Python.h>

namespace nest::bindings {

// Adds task_loop(...) -> run_tasks(...) to the module, see nest_engine.pyi; -1 with a Python exception set on
// failure.
int add_task_loop(PyObject* module);

}  // namespace nest::bindings

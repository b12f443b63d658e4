// The loop of a task set: choose a task, call it, wait. It runs no Python but the model's.
#pragma once

#include <Python.h>

namespace nest::bindings {

// `run` of a TaskSet, see NativeStep. Calls what the class or the instance replaces of its steps; ends with
// an exception.
PyObject* run_task_set(PyObject* const* args, Py_ssize_t count);

}  // namespace nest::bindings

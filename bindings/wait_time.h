// What between(), constant() and their like return: a function of the user that is no Python function.
#pragma once

#include <Python.h>

namespace nest::bindings {

// Adds the type WaitTime to the module, see nest_engine.pyi; -1 with a Python exception set on failure.
int add_wait_time(PyObject* module);

}  // namespace nest::bindings

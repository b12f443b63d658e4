// The type NativeMethod: a method without Python where that is all there is to do, and else the Python
// function for which it stands.
#pragma once

#include <Python.h>

namespace nest::bindings {

// Takes what a function takes. Not null: the result. Null: an exception is set, or, if not, the function is
// called.
using NativeStep = PyObject* (*)(PyObject* const* args, Py_ssize_t count);

// Of a NativeMethod; null for anything else, which may be null itself.
NativeStep step_of(PyObject* object);

// Adds the type to the module, see nest_engine.pyi; -1 with a Python exception set on failure.
int add_native_method(PyObject* module);

}  // namespace nest::bindings

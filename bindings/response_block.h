// The with-block of a response that was asked for with catch_response: the common case of JudgedResponse's
// methods.
//
// Listeners are called at its end, which may switch greenlets (R1).
#pragma once

#include <Python.h>

namespace nest::bindings {

// `__enter__`, `__exit__`, `success` and `failure`; see NativeStep.
PyObject* enter_block(PyObject* const* args, Py_ssize_t count);
PyObject* leave_block(PyObject* const* args, Py_ssize_t count);
PyObject* judge_success(PyObject* const* args, Py_ssize_t count);
PyObject* judge_failure(PyObject* const* args, Py_ssize_t count);

// Adds describe_responses(...) to the module, see nest_engine.pyi; -1 with a Python exception
// set on failure.
int add_response_blocks(PyObject* module);

}  // namespace nest::bindings

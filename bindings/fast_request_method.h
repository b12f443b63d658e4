// The verbs of a FastHttpSession, as request_method.h has them of an HttpSession: a request that says nothing
// unusual, and is answered by a success that leads nowhere else, is sent and recorded without Python of ours.
#pragma once

#include <Python.h>

namespace nest::bindings {

// Adds the type FastRequestMethod and describe_fast_sessions(...) to the module, see nest_engine.pyi; -1 with
// a Python exception set on failure.
int add_fast_request_methods(PyObject* module);

}  // namespace nest::bindings

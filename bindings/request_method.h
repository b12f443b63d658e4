// The verbs of locust.clients.HttpSession, carried out without Python where a request says nothing unusual.
#pragma once

#include <Python.h>

namespace nest::bindings {

// Adds to the module the type RequestMethod, and the function describe_sessions, which is to be called before
// the first request; -1 with a Python exception set on failure.
//
// RequestMethod(function, method, follows_redirects) stands in a session class in the place of `function`. It
// calls that for whatever is not the common case: an argument or an attribute of the session that has to be
// looked at, a session class that does something in its own way. What it does itself is what `function`
// would do. `method` is the HTTP method, None if it is the first argument.
int add_request_methods(PyObject* module);

}  // namespace nest::bindings

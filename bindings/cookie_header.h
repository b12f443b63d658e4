// The Cookie header that jars give, without the Python of http.cookiejar where jar and cookies are the usual
// ones.
#pragma once

#include <Python.h>

#include "http/exchange.h"
#include "object.h"

namespace nest::bindings {

// Adds the Cookie header that requests makes of a session's jar and the cookies of the request itself, either
// of which may be null. False with a Python exception set.
bool add_cookies(PyObject* jar, PyObject* own, http::Request& request);

// The Cookie header that a jar itself adds to requests for this URL, by its own policy: text or None, and
// NotImplemented if the jar has to be asked. Null with a Python exception set.
Object cookies_for(PyObject* jar, PyObject* url);

// Adds cookies_for to the module; -1 with a Python exception set on failure.
int add_cookie_giving(PyObject* module);

}  // namespace nest::bindings

// What a response's Set-Cookie lines do to a jar, without the Python of http.cookiejar where jar, policy and
// cookies are the usual ones.
#pragma once

#include <Python.h>

#include "http/exchange.h"

namespace nest::bindings {

enum class Taken {
  kDone,
  kUnusual,  // for the jar's extract_cookies(); nothing was touched, nothing is raised
  kFailed,   // a Python exception is set
};

// Puts the cookies that a response sets into `jar`, or takes away those that it ends, as extract_cookies()
// would. With `heeds_host`, as in requests, a Host header of the request says where they come from.
Taken take_cookies(PyObject* jar, const http::Exchange& exchange, bool heeds_host);

// Adds take_cookies to the module; -1 with a Python exception set on failure.
int add_cookie_taking(PyObject* module);

}  // namespace nest::bindings

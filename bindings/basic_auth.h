// From what models give as `auth` to the Authorization header.
#pragma once

#include <Python.h>

#include "object.h"

namespace nest::bindings {

// The header's value for a pair of a name and a password, or for a requests.auth.HTTPBasicAuth, which is the
// type `basic_auth`. Null for what requests has to look at: other kinds of authentication, names that are
// neither bytes nor text in Latin-1. A Python exception may be set then.
Object basic_authorization(PyObject* auth, PyObject* basic_auth);

}  // namespace nest::bindings

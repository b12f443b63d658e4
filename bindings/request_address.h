// Where a request goes, from what a model says.
#pragma once

#include <Python.h>

#include <string_view>

#include "object.h"

namespace nest::bindings {

// The URL as it goes onto the wire, and its path and query, which is what the request is recorded as unless
// it says so itself.
struct Address {
  Object url;
  Object name;
};

// Of `url`, which is absolute or goes after `base_url`, both text, with `params` (may be null or None) in its
// query. A null URL or name for what requests has to look at; a Python exception may be set then. `normalize`
// is locust.clients._normalized: what requests makes of URLs that need more than a few characters escaped.
Address address_of(PyObject* base_url, PyObject* url, PyObject* params, PyObject* normalize);

// Whether a text begins so.
bool begins_with(PyObject* text, std::string_view start);

}  // namespace nest::bindings

// From the dictionaries in which models keep headers to header lines.
#pragma once

#include <Python.h>

#include "http/exchange.h"

namespace nest::bindings {

enum class HeaderResult {
  kMerged,
  kUnusual,  // something that the requests library must judge: an exotic mapping, a value that is no text, a
             // line break in a value. Nothing is raised.
};

// Sets each header of `headers` on top of `lines`; a value of None removes the header. `headers` is None, a
// dict, or a requests CaseInsensitiveDict.
HeaderResult merge_headers(PyObject* headers, http::HeaderLines& lines);

// A list of (name, value) pairs of bytes that requests has prepared and checked, taken as they are. False
// with a Python exception set when it is something else.
bool take_prepared_headers(PyObject* items, http::HeaderLines& lines);

}  // namespace nest::bindings

// From what models give as `params` or `data` to the text of a query or a form.
#pragma once

#include <Python.h>

#include "object.h"

namespace nest::bindings {

// What requests makes of `pairs`, as text: of a dict, or a list or tuple of pairs, whose values are texts,
// bytes, numbers, None for nothing, or lists and tuples of such.
//
// Null for what requests has to look at: other types, and subclasses of these, which may have ideas of their
// own. Runs no code of the model's. A Python exception may be set then.
Object encoded_form(PyObject* pairs);

// The same for `params`, where a text stands for itself.
Object query_of(PyObject* params);

// What urllib.parse.urlencode makes of a dict of texts, bytes, numbers and None, which it writes out. Null as
// above.
Object encoded_fields(PyObject* dict);

}  // namespace nest::bindings

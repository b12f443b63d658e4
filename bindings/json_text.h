// Values as JSON text.
#pragma once

#include <Python.h>

#include "object.h"

namespace nest::bindings {

// Encodes one value after the other with the same encoder of Python's, which `json` makes anew for each.
class JsonText {
 public:
  // `make` gives an encoder: a function of a value and 0, which returns pieces of text. Owned, for good.
  explicit JsonText(PyObject* make) : make_(make) {}

  // Null with an exception set.
  Object of(PyObject* value);

 private:
  PyObject* make_;
  Object encoder_;
};

}  // namespace nest::bindings

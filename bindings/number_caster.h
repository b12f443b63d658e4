// stats::Number in Python: int stays int, everything else with __float__ becomes float.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>

#include "stats/number.h"

namespace nest::bindings {

// False, with no Python error set, when `value` is not a number.
inline bool to_number(PyObject* value, stats::Number& out) {
  if (PyFloat_Check(value)) {
    out = PyFloat_AS_DOUBLE(value);
    return true;
  }
  if (PyLong_Check(value)) {
    int overflow = 0;
    const long long whole = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow == 0) {
      out = std::int64_t{whole};
      return true;
    }
  } else if (value == Py_None || PyUnicode_Check(value) || !PyNumber_Check(value)) {
    return false;
  }
  const double real = PyFloat_AsDouble(value);
  if (real == -1.0 && PyErr_Occurred()) {
    PyErr_Clear();
    return false;
  }
  out = real;
  return true;
}

}  // namespace nest::bindings

namespace pybind11::detail {

template <>
struct type_caster<nest::stats::Number> {
  PYBIND11_TYPE_CASTER(nest::stats::Number, const_name("float"));

  bool load(handle source, bool /*convert*/) { return nest::bindings::to_number(source.ptr(), value); }

  static handle cast(const nest::stats::Number& number, return_value_policy, handle) {
    return number.is_whole() ? PyLong_FromLongLong(number.truncated()) : PyFloat_FromDouble(number.real());
  }
};

}  // namespace pybind11::detail

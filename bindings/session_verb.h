// What the types have in common that stand for a verb of a session: the arguments of a call, sorted.
#pragma once

#include <Python.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "stand_in.h"

namespace nest::bindings {

// Names of parameters, of which the first two are "method" and "url".
class ParameterNames {
 public:
  template <size_t kCount>
  explicit ParameterNames(const std::array<const char*, kCount>& names)
      : names_(names.begin(), names.end()) {}

  size_t size() const { return names_.size(); }
  // size() for an unknown one.
  size_t find(PyObject* name, size_t first) const;

 private:
  std::vector<const char*> names_;
  mutable std::vector<PyObject*> interned_;  // once the first was looked for
};

// One verb, a member of a type that is made by verb_type().
struct SessionVerb : StandIn {
  PyObject* method;  // null: the first argument
  bool follows_redirects;
  const ParameterNames* names;
  std::vector<uint8_t> positional;  // the parameters after the session that may stand without their names

  // Borrowed into `given`, of names->size(): the caller's as long as the call lasts. False for anything that
  // the Python function has to look at, be it only to refuse it.
  bool sort_arguments(PyObject* const* args, Py_ssize_t count, PyObject* kwnames, PyObject** given) const;
};

// Of (function, HTTP method or None, whether redirects are followed); null with a Python exception set.
PyObject* new_verb(PyTypeObject* type, PyObject* args, vectorcallfunc call, const ParameterNames& names);

// A type for verbs; null with a Python exception set.
PyObject* verb_type(const char* name, newfunc make);

// Clears what a request raised that could not be made ready: the Python function raises it as well, if it is
// of account. False for what is no error, but ends the user or the run.
bool clear_error();

// Whether an argument was given at all.
inline bool is_given(PyObject* value) { return value != nullptr && value != Py_None; }
inline PyObject* or_none(PyObject* value) { return value == nullptr ? Py_None : value; }

}  // namespace nest::bindings

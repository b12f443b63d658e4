#include "session_verb.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "object.h"

namespace nest::bindings {

namespace {

constexpr size_t kMethod = 0;
constexpr size_t kUrl = 1;

SessionVerb& as_verb(PyObject* self) { return *reinterpret_cast<SessionVerb*>(self); }

// Of upper-case letters only: a method that goes onto the wire as it stands.
bool is_plain_method(PyObject* method) {
  if (!PyUnicode_CheckExact(method) || !PyUnicode_IS_ASCII(method)) return false;
  const std::string_view letters(reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(method)),
                                 static_cast<size_t>(PyUnicode_GET_LENGTH(method)));
  return !letters.empty() && std::all_of(letters.begin(), letters.end(),
                                         [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

// Fills in `positional`; false if there is a parameter unknown to us.
bool find_positional(PyObject* function, const ParameterNames& names, std::vector<uint8_t>& positional) {
  const Object code(PyObject_GetAttrString(function, "__code__"));
  const Object variables(code ? PyObject_GetAttrString(code.get(), "co_varnames") : nullptr);
  const Object count(code ? PyObject_GetAttrString(code.get(), "co_argcount") : nullptr);
  if (!variables || !count || !PyTuple_Check(variables.get())) return false;
  const Py_ssize_t parameters = PyLong_AsSsize_t(count.get());
  for (Py_ssize_t i = 1; i < parameters; ++i) {
    const size_t place = names.find(PyTuple_GET_ITEM(variables.get(), i), 0);
    if (place == names.size()) return false;
    positional.push_back(static_cast<uint8_t>(place));
  }
  return true;
}

void verb_dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  SessionVerb& verb = as_verb(self);
  Py_DECREF(verb.function);
  Py_XDECREF(verb.method);
  verb.positional.~vector();
  type->tp_free(self);
  Py_DECREF(type);
}

}  // namespace

size_t ParameterNames::find(PyObject* name, size_t first) const {
  if (interned_.empty()) {
    for (const char* text : names_) interned_.push_back(PyUnicode_InternFromString(text));
  }
  for (size_t place = first; place < interned_.size(); ++place) {
    if (interned_[place] == name) return place;
  }
  // Names that the model makes as it runs are not interned.
  for (size_t place = first; place < names_.size(); ++place) {
    if (PyUnicode_CompareWithASCIIString(name, names_[place]) == 0) return place;
  }
  return names_.size();
}

bool SessionVerb::sort_arguments(PyObject* const* args, Py_ssize_t count, PyObject* kwnames,
                                 PyObject** given) const {
  if (count < 1 || static_cast<size_t>(count - 1) > positional.size()) return false;
  for (Py_ssize_t i = 1; i < count; ++i) given[positional[static_cast<size_t>(i - 1)]] = args[i];
  const Py_ssize_t named = kwnames == nullptr ? 0 : PyTuple_GET_SIZE(kwnames);
  for (Py_ssize_t i = 0; i < named; ++i) {
    const size_t place = names->find(PyTuple_GET_ITEM(kwnames, i), method == nullptr ? kMethod : kUrl);
    if (place == names->size() || given[place] != nullptr) return false;
    given[place] = args[count + i];
  }
  if (method != nullptr)
    given[kMethod] = method;
  else if (given[kMethod] == nullptr || !is_plain_method(given[kMethod]))
    return false;
  return given[kUrl] != nullptr && PyUnicode_CheckExact(given[kUrl]);
}

PyObject* new_verb(PyTypeObject* type, PyObject* args, vectorcallfunc call, const ParameterNames& names) {
  PyObject* function = nullptr;
  PyObject* http_method = nullptr;
  int follows_redirects = 0;
  if (PyArg_ParseTuple(args, "OOp", &function, &http_method, &follows_redirects) == 0) return nullptr;
  std::vector<uint8_t> positional;
  if (!find_positional(function, names, positional)) {
    if (PyErr_Occurred() == nullptr) PyErr_SetString(PyExc_TypeError, "not a verb of a session");
    return nullptr;
  }
  PyObject* self = type->tp_alloc(type, 0);
  if (self == nullptr) return nullptr;
  SessionVerb& verb = as_verb(self);
  verb.call = call;
  verb.function = Py_NewRef(function);
  verb.method = http_method == Py_None ? nullptr : Py_NewRef(http_method);
  verb.follows_redirects = follows_redirects != 0;
  verb.names = &names;
  new (&verb.positional) std::vector<uint8_t>(std::move(positional));
  return self;
}

bool clear_error() {
  if (PyErr_Occurred() != nullptr && PyErr_ExceptionMatches(PyExc_Exception) == 0) return false;
  PyErr_Clear();
  return true;
}

PyObject* verb_type(const char* name, newfunc make) {
  return reinterpret_cast<PyObject*>(stand_in_type(name, sizeof(SessionVerb), make, &verb_dealloc));
}

}  // namespace nest::bindings

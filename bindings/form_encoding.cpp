#include "form_encoding.h"

#include <string>
#include <string_view>

#include "http/quoting.h"

namespace nest::bindings {

namespace {

bool is_pair(PyObject* object) {
  return (PyTuple_CheckExact(object) || PyList_CheckExact(object)) && PySequence_Fast_GET_SIZE(object) == 2;
}

bool append_text(PyObject* text, std::string& form) {
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(text, &size);
  if (data == nullptr) return false;
  http::append_form_quoted({data, static_cast<size_t>(size)}, form);
  return true;
}

bool append_scalar(PyObject* value, std::string& form) {
  if (PyUnicode_CheckExact(value)) return append_text(value, form);
  if (PyBytes_CheckExact(value)) {
    http::append_form_quoted({PyBytes_AS_STRING(value), static_cast<size_t>(PyBytes_GET_SIZE(value))}, form);
    return true;
  }
  if (!PyLong_CheckExact(value) && !PyFloat_CheckExact(value) && !PyBool_Check(value)) return false;
  const Object text(PyObject_Str(value));
  return text && append_text(text.get(), form);
}

bool append_field(PyObject* key, PyObject* value, std::string& form) {
  if (!form.empty()) form.push_back('&');
  if (!append_scalar(key, form)) return false;
  form.push_back('=');
  if (value != Py_None) return append_scalar(value, form);
  form.append("None");
  return true;
}

bool append_pair(PyObject* key, PyObject* value, std::string& form) {
  return value == Py_None || append_field(key, value, form);
}

bool append_values(PyObject* key, PyObject* value, std::string& form) {
  if (!PyList_CheckExact(value) && !PyTuple_CheckExact(value)) return append_pair(key, value, form);
  PyObject* const* items = PySequence_Fast_ITEMS(value);
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(value); ++i) {
    if (!append_pair(key, items[i], form)) return false;
  }
  return true;
}

bool append_pairs(PyObject* pairs, std::string& form) {
  if (PyDict_CheckExact(pairs)) {
    PyObject* key = nullptr;
    PyObject* value = nullptr;
    for (Py_ssize_t position = 0; PyDict_Next(pairs, &position, &key, &value) != 0;) {
      if (!append_values(key, value, form)) return false;
    }
    return true;
  }
  if (!PyList_CheckExact(pairs) && !PyTuple_CheckExact(pairs)) return false;
  PyObject* const* items = PySequence_Fast_ITEMS(pairs);
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(pairs); ++i) {
    if (!is_pair(items[i])) return false;
    PyObject* const* pair = PySequence_Fast_ITEMS(items[i]);
    if (!append_values(pair[0], pair[1], form)) return false;
  }
  return true;
}

Object text_of(const std::string& form) {
  return Object(PyUnicode_DecodeASCII(form.data(), static_cast<Py_ssize_t>(form.size()), nullptr));
}

}  // namespace

Object encoded_form(PyObject* pairs) {
  std::string form;
  return append_pairs(pairs, form) ? text_of(form) : Object();
}

Object query_of(PyObject* params) {
  return PyUnicode_CheckExact(params) ? Object::borrowed(params) : encoded_form(params);
}

Object encoded_fields(PyObject* dict) {
  if (!PyDict_CheckExact(dict)) return Object();
  std::string form;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  for (Py_ssize_t position = 0; PyDict_Next(dict, &position, &key, &value) != 0;) {
    if (!append_field(key, value, form)) return Object();
  }
  return text_of(form);
}

}  // namespace nest::bindings

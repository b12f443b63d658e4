#include "request_headers.h"

#include <strings.h>

#include <string>
#include <string_view>

namespace nest::bindings {

namespace {

// ASCII text or bytes without line breaks or surrounding blanks, as a view into the object.
bool header_text(PyObject* object, std::string_view& text) {
  if (PyUnicode_CheckExact(object)) {
    if (!PyUnicode_IS_ASCII(object)) return false;
    Py_ssize_t size = 0;
    const char* data = PyUnicode_AsUTF8AndSize(object, &size);
    text = {data, static_cast<size_t>(size)};
  } else if (PyBytes_CheckExact(object)) {
    text = {PyBytes_AS_STRING(object), static_cast<size_t>(PyBytes_GET_SIZE(object))};
  } else {
    return false;
  }
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const bool blank_at_end = !text.empty() && (kBlank.find(text.front()) != std::string_view::npos ||
                                              kBlank.find(text.back()) != std::string_view::npos);
  return !blank_at_end && text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

// Headers whose value follows from the body.
bool describes_body(std::string_view name) {
  for (const std::string_view known : {"content-length", "transfer-encoding"}) {
    if (name.size() == known.size() && strncasecmp(name.data(), known.data(), known.size()) == 0) return true;
  }
  return false;
}

HeaderResult merge_one(PyObject* name, PyObject* value, http::HeaderLines& lines) {
  std::string_view name_text;
  std::string_view value_text;
  if (!header_text(name, name_text) || name_text.empty() || name_text.find(':') != std::string_view::npos) {
    return HeaderResult::kUnusual;
  }
  if (value == Py_None) {
    lines.remove(name_text);
    return HeaderResult::kMerged;
  }
  if (!header_text(value, value_text) || describes_body(name_text)) return HeaderResult::kUnusual;
  lines.set(name_text, value_text);
  return HeaderResult::kMerged;
}

HeaderResult merge_dict(PyObject* dict, bool values_are_pairs, http::HeaderLines& lines) {
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  for (Py_ssize_t position = 0; PyDict_Next(dict, &position, &key, &value) != 0;) {
    if (values_are_pairs) {  // CaseInsensitiveDict._store: lower-case name -> (name, value)
      if (!PyTuple_Check(value) || PyTuple_GET_SIZE(value) != 2) return HeaderResult::kUnusual;
      key = PyTuple_GET_ITEM(value, 0);
      value = PyTuple_GET_ITEM(value, 1);
    }
    if (merge_one(key, value, lines) == HeaderResult::kUnusual) return HeaderResult::kUnusual;
  }
  return HeaderResult::kMerged;
}

}  // namespace

bool take_prepared_headers(PyObject* items, http::HeaderLines& lines) {
  const Py_ssize_t count = PyList_GET_SIZE(items);
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* name = nullptr;
    PyObject* value = nullptr;
    if (PyArg_ParseTuple(PyList_GET_ITEM(items, i), "SS", &name, &value) == 0) return false;
    lines.set({PyBytes_AS_STRING(name), static_cast<size_t>(PyBytes_GET_SIZE(name))},
              {PyBytes_AS_STRING(value), static_cast<size_t>(PyBytes_GET_SIZE(value))});
  }
  return true;
}

HeaderResult merge_headers(PyObject* headers, http::HeaderLines& lines) {
  if (headers == Py_None) return HeaderResult::kMerged;
  if (PyDict_CheckExact(headers)) return merge_dict(headers, false, lines);
  if (PyDict_Check(headers)) return HeaderResult::kUnusual;
  PyObject* store = PyObject_GetAttrString(headers, "_store");
  if (store == nullptr) {
    PyErr_Clear();
    return HeaderResult::kUnusual;
  }
  const HeaderResult result = PyDict_Check(store) ? merge_dict(store, true, lines) : HeaderResult::kUnusual;
  Py_DECREF(store);  // the headers object keeps it alive
  return result;
}

}  // namespace nest::bindings

#include "request_headers.h"

#include <strings.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "object.h"

namespace nest::bindings {

namespace {

// ASCII text or bytes, as a view into the object; false for anything else.
bool text_of(PyObject* object, std::string_view& text) {
  if (PyUnicode_CheckExact(object)) {
    if (!PyUnicode_IS_ASCII(object)) return false;
    text = {reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(object)),
            static_cast<size_t>(PyUnicode_GET_LENGTH(object))};
    return true;
  }
  if (!PyBytes_CheckExact(object)) return false;
  text = {PyBytes_AS_STRING(object), static_cast<size_t>(PyBytes_GET_SIZE(object))};
  return true;
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Without line breaks, NUL or surrounding blanks.
bool is_usual(std::string_view text) {
  if (!text.empty() && (is_blank(text.front()) || is_blank(text.back()))) return false;
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool header_text(PyObject* object, std::string_view& text) { return text_of(object, text) && is_usual(text); }

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
      if (!PyTuple_CheckExact(value) || PyTuple_GET_SIZE(value) != 2) return HeaderResult::kUnusual;
      key = PyTuple_GET_ITEM(value, 0);
      value = PyTuple_GET_ITEM(value, 1);
    }
    if (merge_one(key, value, lines) == HeaderResult::kUnusual) return HeaderResult::kUnusual;
  }
  return HeaderResult::kMerged;
}

// The dictionary inside a requests CaseInsensitiveDict; null for anything else.
Object store_of(PyObject* headers) {
  static PyObject* const kStore = PyUnicode_InternFromString("_store");
  if (PyDict_Check(headers)) return Object();
  Object store(PyObject_GetAttr(headers, kStore));
  if (!store) PyErr_Clear();
  return store && PyDict_Check(store.get()) ? std::move(store) : Object();
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

bool set_header(PyObject* value, std::string_view name, http::HeaderLines& lines) {
  if (value == Py_None) return true;
  if (!PyUnicode_Check(value) || PyUnicode_KIND(value) != PyUnicode_1BYTE_KIND) {
    Py_XDECREF(PyUnicode_AsLatin1String(value));  // raises
    return false;
  }
  const auto* data = reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(value));
  lines.set(name, {data, static_cast<size_t>(PyUnicode_GET_LENGTH(value))});
  return true;
}

HeaderResult merge_headers(PyObject* headers, http::HeaderLines& lines) {
  if (headers == Py_None) return HeaderResult::kMerged;
  if (PyDict_CheckExact(headers)) return merge_dict(headers, false, lines);
  const Object store = store_of(headers);
  return store ? merge_dict(store.get(), true, lines) : HeaderResult::kUnusual;
}

HeaderResult MergedHeaders::merge(PyObject* headers, http::HeaderLines& lines) {
  const Object store = headers == Py_None || PyDict_CheckExact(headers) ? Object() : store_of(headers);
  if (!store) return merge_headers(headers, lines);
  if (!is_of(store.get())) {
    forget();
    const HeaderResult result = merge_dict(store.get(), true, lines_);
    if (result != HeaderResult::kMerged) {
      forget();
      return result;
    }
    PyObject* item = nullptr;
    for (Py_ssize_t position = 0; PyDict_Next(store.get(), &position, nullptr, &item) != 0;) {
      items_.push_back(Py_NewRef(item));
    }
  }
  lines = lines_;
  return HeaderResult::kMerged;
}

bool MergedHeaders::is_of(PyObject* store) const {
  if (items_.empty() || items_.size() != static_cast<size_t>(PyDict_GET_SIZE(store))) return false;
  PyObject* item = nullptr;
  size_t number = 0;
  for (Py_ssize_t position = 0; PyDict_Next(store, &position, nullptr, &item) != 0;) {
    if (items_[number++] != item) return false;
  }
  return true;
}

void MergedHeaders::forget() {
  for (PyObject* item : items_) Py_DECREF(item);
  items_.clear();
  lines_ = {};
}

}  // namespace nest::bindings

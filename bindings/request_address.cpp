#include "request_address.h"

#include <optional>
#include <string>
#include <string_view>

#include "form_encoding.h"
#include "http/plain_url.h"

namespace nest::bindings {

namespace {

constexpr Py_ssize_t kAfterScheme = 8;  // http:// or https:// and perhaps one letter more

Py_ssize_t find(PyObject* text, char character, Py_ssize_t from) {
  return PyUnicode_FindChar(text, static_cast<Py_UCS4>(character), from, PyUnicode_GET_LENGTH(text), 1);
}

bool is_absolute(PyObject* url) { return begins_with(url, "http://") || begins_with(url, "https://"); }

Object with_query(PyObject* url, PyObject* params) {
  const Object query = query_of(params);
  if (!query) return Object();
  if (PyUnicode_GET_LENGTH(query.get()) == 0) return Object::borrowed(url);
  const Py_ssize_t mark = find(url, '?', 0);
  const char* joint = mark < 0 ? "?" : mark + 1 == PyUnicode_GET_LENGTH(url) ? "" : "&";
  return Object(PyUnicode_FromFormat("%U%s%U", url, joint, query.get()));
}

// As it goes onto the wire; null for requests to look at.
Object sendable(const Object& url, PyObject* normalize) {
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(url.get(), &size);
  if (data == nullptr || !is_absolute(url.get())) return Object();
  const std::string_view text(data, static_cast<size_t>(size));
  if (http::is_plain_url(text)) return Object::borrowed(url.get());
  if (const auto escaped = http::escaped_url(text))
    return Object(PyUnicode_DecodeASCII(escaped->data(), static_cast<Py_ssize_t>(escaped->size()), nullptr));
  // A fragment is not sent, but part of the response's URL.
  return find(url.get(), '#', 0) >= 0 ? Object() : Object(PyObject_CallOneArg(normalize, url.get()));
}

}  // namespace

bool begins_with(PyObject* text, std::string_view start) {
  if (PyUnicode_GET_LENGTH(text) < static_cast<Py_ssize_t>(start.size())) return false;
  const auto kind = PyUnicode_KIND(text);
  const void* data = PyUnicode_DATA(text);
  for (size_t i = 0; i < start.size(); ++i) {
    if (PyUnicode_READ(kind, data, static_cast<Py_ssize_t>(i)) != static_cast<unsigned char>(start[i]))
      return false;
  }
  return true;
}

Address address_of(PyObject* base_url, PyObject* url, PyObject* params, PyObject* normalize) {
  const bool is_path = begins_with(url, "/");
  Object said;
  if (!is_path && is_absolute(url))
    said = Object::borrowed(url);
  else if (PyUnicode_GET_LENGTH(base_url) > 0 && (is_path || find(url, ':', 0) < 0))
    said = Object(PyUnicode_Concat(base_url, url));
  if (!said) return {};
  const bool has_params = params != nullptr && params != Py_None;
  if (has_params) said = with_query(said.get(), params);
  if (!said) return {};
  Address address;
  address.url = sendable(said, normalize);
  if (!address.url) return {};
  if (is_path && !has_params && address.url.get() == said.get() &&
      PyUnicode_GET_LENGTH(base_url) >= kAfterScheme && find(base_url, '/', kAfterScheme) < 0) {
    address.name = Object::borrowed(url);
    return address;
  }
  const Py_ssize_t slash = find(address.url.get(), '/', kAfterScheme);
  if (slash >= 0)
    address.name =
        Object(PyUnicode_Substring(address.url.get(), slash, PyUnicode_GET_LENGTH(address.url.get())));
  return address;
}

}  // namespace nest::bindings

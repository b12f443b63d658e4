#include "basic_auth.h"

#include <string>

#include "http/base64.h"

namespace nest::bindings {

namespace {

bool append_latin1(PyObject* object, std::string& bytes) {
  if (PyBytes_CheckExact(object)) {
    bytes.append(PyBytes_AS_STRING(object), static_cast<size_t>(PyBytes_GET_SIZE(object)));
    return true;
  }
  if (!PyUnicode_CheckExact(object) || PyUnicode_KIND(object) != PyUnicode_1BYTE_KIND) return false;
  bytes.append(reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(object)),
               static_cast<size_t>(PyUnicode_GET_LENGTH(object)));
  return true;
}

Object header_of(PyObject* username, PyObject* password) {
  std::string credentials;
  if (!append_latin1(username, credentials)) return Object();
  credentials.push_back(':');
  if (!append_latin1(password, credentials)) return Object();
  const std::string value = "Basic " + http::base64(credentials);
  return Object(PyUnicode_DecodeASCII(value.data(), static_cast<Py_ssize_t>(value.size()), nullptr));
}

}  // namespace

Object basic_authorization(PyObject* auth, PyObject* basic_auth) {
  if (PyTuple_CheckExact(auth) && PyTuple_GET_SIZE(auth) == 2)
    return header_of(PyTuple_GET_ITEM(auth, 0), PyTuple_GET_ITEM(auth, 1));
  if (reinterpret_cast<PyObject*>(Py_TYPE(auth)) != basic_auth) return Object();
  const Object username(PyObject_GetAttrString(auth, "username"));
  const Object password(username ? PyObject_GetAttrString(auth, "password") : nullptr);
  return password ? header_of(username.get(), password.get()) : Object();
}

}  // namespace nest::bindings

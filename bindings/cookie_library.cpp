// As cookie_jar.cpp: plain C API (R1).
#include "cookie_library.h"

#include <algorithm>
#include <memory>

namespace nest::bindings {

namespace {

constexpr std::array<const char*, kCookieParts> kPartNames = {"version",
                                                              "name",
                                                              "value",
                                                              "port",
                                                              "port_specified",
                                                              "domain",
                                                              "domain_specified",
                                                              "domain_initial_dot",
                                                              "path",
                                                              "path_specified",
                                                              "secure",
                                                              "expires",
                                                              "discard",
                                                              "comment",
                                                              "comment_url",
                                                              "rfc2109",
                                                              "_rest"};
// What would make a policy judge in another way.
constexpr std::array<const char*, CookieLibrary::kSettings> kSettingNames = {
    "netscape",           "rfc2965",
    "strict_domain",      "strict_ns_unverifiable",
    "strict_ns_domain",   "strict_ns_set_initial_dollar",
    "strict_ns_set_path", "secure_protocols",
    "_blocked_domains",   "_allowed_domains"};

CookieLibrary* library = nullptr;

// Its attributes if it has no more of them than the methods of the library give to it.
Object attributes_of(PyObject* object, Py_ssize_t size) {
  Object attributes(PyObject_GenericGetDict(object, nullptr));
  if (!attributes) {
    PyErr_Clear();
    return Object();
  }
  const Py_ssize_t own = PyDict_GET_SIZE(attributes.get());
  const bool was_used = own == size + 1 && PyDict_GetItemWithError(attributes.get(), library->now) != nullptr;
  return own == size || was_used ? std::move(attributes) : Object();
}

bool is_default_policy(PyObject* policy) {
  if (policy == nullptr || !Py_IS_TYPE(policy, library->policy) || !library->policy_methods.holds())
    return false;
  const Object attributes = attributes_of(policy, library->policy_size);
  return attributes &&
         std::all_of(library->settings.begin(), library->settings.end(), [&attributes](const auto& setting) {
           return PyDict_GetItemWithError(attributes.get(), setting.first) == setting.second;
         });
}

PyObject* describe_cookies(PyObject* /*module*/, PyObject* args) {
  PyObject* requests_jar = nullptr;
  PyObject* plain_jar = nullptr;
  PyObject* policy = nullptr;
  PyTypeObject* cookie = nullptr;
  PyObject* header_for = nullptr;
  if (PyArg_ParseTuple(args, "OOOO!O", &requests_jar, &plain_jar, &policy, &PyType_Type, &cookie,
                       &header_for) == 0)
    return nullptr;
  const Object policy_attributes(PyObject_GenericGetDict(policy, nullptr));
  const Object jar_attributes(PyObject_GenericGetDict(plain_jar, nullptr));
  Object time_module(PyImport_ImportModule("time"));
  Object nothing(PyTuple_New(0));
  Object zero(PyLong_FromLong(0));
  if (!policy_attributes || !jar_attributes || !time_module || !nothing || !zero) return nullptr;
  const auto jar_methods = {"set_cookie",
                            "extract_cookies",
                            "make_cookies",
                            "clear",
                            "_cookies_from_attrs_set",
                            "_normalized_cookie_tuples",
                            "_cookie_from_cookie_tuple",
                            "_process_rfc2109_cookies",
                            "add_cookie_header",
                            "_cookies_for_request",
                            "_cookies_for_domain",
                            "_cookie_attrs",
                            "clear_expired_cookies",
                            "update",
                            "__iter__",
                            "__getattribute__",
                            "__getattr__"};
  auto made = std::unique_ptr<CookieLibrary>(new CookieLibrary{
      Py_TYPE(requests_jar),
      Py_TYPE(plain_jar),
      cookie,
      Py_TYPE(policy),
      header_for,
      {Py_TYPE(requests_jar), jar_methods},
      {Py_TYPE(plain_jar), jar_methods},
      {cookie,
       {"version", "name", "value", "port", "domain", "path", "secure", "expires", "__new__", "__init__",
        "__copy__", "__setattr__", "__getattribute__", "__getattr__", "is_expired"}},
      {Py_TYPE(policy), {"__init__",         "__getattribute__",     "set_ok",
                         "set_ok_version",   "set_ok_verifiability", "set_ok_name",
                         "set_ok_path",      "set_ok_domain",        "set_ok_port",
                         "return_ok",        "return_ok_version",    "return_ok_verifiability",
                         "return_ok_secure", "return_ok_expires",    "return_ok_port",
                         "return_ok_domain", "domain_return_ok",     "path_return_ok",
                         "is_blocked",       "is_not_allowed"}},
      {},
      {},
      PyDict_GET_SIZE(policy_attributes.get()),
      PyDict_GET_SIZE(jar_attributes.get()),
      PyUnicode_InternFromString("_cookies"),
      PyUnicode_InternFromString("_policy"),
      PyUnicode_InternFromString("_now"),
      time_module.release(),
      PyUnicode_InternFromString("time"),
      nothing.release(),
      zero.release()});
  for (size_t i = 0; i < kCookieParts; ++i) made->parts[i] = PyUnicode_InternFromString(kPartNames[i]);
  for (size_t i = 0; i < CookieLibrary::kSettings; ++i) {
    PyObject* name = PyUnicode_InternFromString(kSettingNames[i]);
    PyObject* value = name == nullptr ? nullptr : PyDict_GetItemWithError(policy_attributes.get(), name);
    made->settings[i] = {name, Py_XNewRef(value)};
  }
  if (PyErr_Occurred() != nullptr) return nullptr;
  Py_INCREF(args);  // and with it what came in it, for good
  library = made.release();
  Py_RETURN_NONE;
}

PyMethodDef functions[] = {
    {"describe_cookies", &describe_cookies, METH_VARARGS,
     "The jars, policy and cookies that are the usual ones. Once."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

CookieLibrary& cookie_library() { return *library; }

std::optional<std::string_view> view_of(PyObject* text) {
  if (text == nullptr || !PyUnicode_CheckExact(text) || PyUnicode_KIND(text) != PyUnicode_1BYTE_KIND)
    return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(text)),
                          static_cast<size_t>(PyUnicode_GET_LENGTH(text)));
}

bool has_escaped_quotes(std::string_view value) {
  return value.starts_with('"') && value.ends_with('"') && value.find("\\\"") != std::string_view::npos;
}

std::optional<int64_t> now_of_python_s() {
  const Object time(PyObject_GetAttr(library->time_module, library->time));
  const Object now(time ? PyObject_CallNoArgs(time.get()) : nullptr);
  if (now && PyFloat_CheckExact(now.get())) return static_cast<int64_t>(PyFloat_AS_DOUBLE(now.get()));
  PyErr_Clear();
  return std::nullopt;
}

bool is_library_jar(PyObject* jar) {
  return Py_IS_TYPE(jar, library->requests_jar) || Py_IS_TYPE(jar, library->plain_jar);
}

bool has_library_methods(PyObject* jar) {
  return Py_IS_TYPE(jar, library->requests_jar) ? library->requests_jar_methods.holds()
                                                : library->plain_jar_methods.holds();
}

Object cookies_of(PyObject* jar) {
  if (!is_library_jar(jar) || !has_library_methods(jar) || !library->cookie_methods.holds()) return Object();
  const Object attributes = attributes_of(jar, library->jar_size);
  if (!attributes || !is_default_policy(PyDict_GetItemWithError(attributes.get(), library->policy_name)))
    return Object();
  PyObject* cookies = PyDict_GetItemWithError(attributes.get(), library->cookies);
  return cookies != nullptr && PyDict_CheckExact(cookies) ? Object::borrowed(cookies) : Object();
}

int add_cookie_library(PyObject* module) { return PyModule_AddFunctions(module, functions); }

}  // namespace nest::bindings

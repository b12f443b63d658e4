// http.cookiejar and requests as the files about cookies know them.
#pragma once

#include <Python.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "object.h"
#include "unchanged.h"

namespace nest::bindings {

// The attributes of a Cookie in the order in which it gets them, which is how its instances share their keys.
enum CookiePart : uint8_t {
  kVersion,
  kName,
  kValue,
  kPort,
  kPortSpecified,
  kDomain,
  kDomainSpecified,
  kDomainInitialDot,
  kPath,
  kPathSpecified,
  kSecure,
  kExpires,
  kDiscard,
  kComment,
  kCommentUrl,
  kRfc2109,
  kRest,
  kCookieParts
};

// Made once, never freed.
struct CookieLibrary {
  static constexpr size_t kSettings = 10;

  PyTypeObject* requests_jar;
  PyTypeObject* plain_jar;
  PyTypeObject* cookie;
  PyTypeObject* policy;
  PyObject* header_for;  // python/locust_nest/http/cookies.py
  Unchanged requests_jar_methods;
  Unchanged plain_jar_methods;
  Unchanged cookie_methods;
  Unchanged policy_methods;

  std::array<PyObject*, kCookieParts> parts;
  std::array<std::pair<PyObject*, PyObject*>, kSettings> settings;  // of a policy that has been told nothing
  Py_ssize_t policy_size;                                           // attributes of a new policy
  Py_ssize_t jar_size;                                              // of a new jar
  PyObject* cookies;
  PyObject* policy_name;
  PyObject* now;
  PyObject* time_module;
  PyObject* time;
  PyObject* nothing;  // an empty tuple
  PyObject* zero;
};

// After describe_cookies().
CookieLibrary& cookie_library();

// Text of one byte for each character; nothing for anything else.
std::optional<std::string_view> view_of(PyObject* text);

// A value in quotation marks with escaped ones within, which a RequestsCookieJar takes out.
bool has_escaped_quotes(std::string_view value);

// int(time.time()), be that a function of the model's; nothing if it gives no number.
std::optional<int64_t> now_of_python_s();

// A CookieJar or a RequestsCookieJar; not one of a class of the model's.
bool is_library_jar(PyObject* jar);
// Whether nobody has replaced methods of such a jar's class.
bool has_library_methods(PyObject* jar);
// The dictionary of such a jar, which keeps and gives cookies as it was born to; null for any other jar.
Object cookies_of(PyObject* jar);

// Adds describe_cookies to the module; -1 with a Python exception set on failure.
int add_cookie_library(PyObject* module);

}  // namespace nest::bindings

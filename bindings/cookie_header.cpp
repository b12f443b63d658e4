// Jars may be asked by their own methods, which may switch greenlets: plain C API (R1).
#include "cookie_header.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cookie_library.h"
#include "http/cookies.h"
#include "object.h"
#include "request_headers.h"

namespace nest::bindings {

namespace {

// What goes into a Cookie header.
struct Sent {
  Object name;
  Object value;  // null: none
  Py_ssize_t path_length;
  bool is_sent;  // else it is there to be replaced by one of the request's own
};

// As requests does it: the session's jar and the request's cookies go into a new jar with a default policy.
class CookieHeader {
 public:
  explicit CookieHeader(const http::CookieSite& site) : site_(site) {}

  // False for what the library must look at. With `is_asked_itself` the jar is not copied, and drops what has
  // expired. The time may be asked of the model's Python: all that is looked at is kept alive.
  bool add_jar(PyObject* cookies, bool is_asked_itself);
  bool add_own(PyObject* own);
  std::string text();

 private:
  bool add(PyObject* domain, PyObject* path, PyObject* name, PyObject* cookie, bool is_asked_itself);
  bool has_expired(PyObject* expires, bool& is_usual);

  const http::CookieSite& site_;
  std::vector<Sent> sent_;
  std::optional<int64_t> now_s_;
  // Where cookies that belong to no domain end that go everywhere, and all that belong to none.
  std::optional<size_t> everywhere_begin_;
  size_t everywhere_end_ = 0;
  std::optional<size_t> no_domain_end_;
};

bool CookieHeader::has_expired(PyObject* expires, bool& is_usual) {
  if (expires == Py_None) return false;
  int overflow = 0;
  const int64_t end_s = PyLong_CheckExact(expires) ? PyLong_AsLongLongAndOverflow(expires, &overflow) : 0;
  if (!now_s_) now_s_ = now_of_python_s();
  is_usual = PyLong_CheckExact(expires) && overflow == 0 && now_s_;
  return is_usual && end_s <= *now_s_;
}

// Without what must not be in a header.
bool is_usual_text(PyObject* text) {
  const auto view = view_of(text);
  return view && std::all_of(view->begin(), view->end(),
                             [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '\x7f'; });
}

bool is_usual_name(PyObject* name) { return is_usual_text(name) && PyUnicode_GET_LENGTH(name) > 0; }
bool is_usual_value(PyObject* value) { return is_usual_text(value) && !has_escaped_quotes(*view_of(value)); }

bool CookieHeader::add(PyObject* domain, PyObject* path, PyObject* name, PyObject* cookie,
                       bool is_asked_itself) {
  if (!Py_IS_TYPE(cookie, cookie_library().cookie)) return false;
  const Object attributes(PyObject_GenericGetDict(cookie, nullptr));
  if (!attributes) {
    PyErr_Clear();
    return false;
  }
  std::array<Object, kCookieParts> parts;
  for (const CookiePart part : {kVersion, kName, kValue, kPort, kDomain, kPath, kSecure, kExpires}) {
    parts[part] = Object::borrowed(PyDict_GetItemWithError(attributes.get(), cookie_library().parts[part]));
    if (!parts[part]) return false;
  }
  const auto is = [&parts](CookiePart part, PyObject* key) {
    return parts[part].get() == key ||
           (view_of(parts[part].get()) && view_of(parts[part].get()) == view_of(key));
  };
  PyObject* value = parts[kValue].get();
  PyObject* secure = parts[kSecure].get();
  if (parts[kVersion].get() != cookie_library().zero || parts[kPort].get() != Py_None ||
      !PyBool_Check(secure) || !is(kDomain, domain) || !is(kPath, path) || !is(kName, name) ||
      !is_usual_name(name) || (value != Py_None && !is_usual_value(value))) {
    return false;
  }
  bool is_usual = true;
  const bool has_expired = this->has_expired(parts[kExpires].get(), is_usual);
  if (!is_usual || (has_expired && is_asked_itself)) return false;
  const bool is_sent = !has_expired && (secure == Py_False || site_.is_secure()) &&
                       site_.is_in_domain(*view_of(domain)) && site_.is_below(*view_of(path));
  const bool is_everywhere = PyUnicode_GET_LENGTH(domain) == 0 && view_of(path) == "/";
  if (is_everywhere && !everywhere_begin_) everywhere_begin_ = sent_.size();
  if (is_sent || is_everywhere) {
    sent_.push_back({std::move(parts[kName]), value == Py_None ? Object() : std::move(parts[kValue]),
                     PyUnicode_GET_LENGTH(path), is_sent});
  }
  if (is_everywhere) everywhere_end_ = sent_.size();
  if (PyUnicode_GET_LENGTH(domain) == 0) no_domain_end_ = sent_.size();
  return true;
}

bool CookieHeader::add_jar(PyObject* cookies, bool is_asked_itself) {
  PyObject* domain = nullptr;
  PyObject* paths = nullptr;
  for (Py_ssize_t at_domain = 0; PyDict_Next(cookies, &at_domain, &domain, &paths) != 0;) {
    if (!view_of(domain) || !PyDict_CheckExact(paths)) return false;
    const std::array<Object, 2> kept_domain = {Object::borrowed(domain), Object::borrowed(paths)};
    PyObject* path = nullptr;
    PyObject* names = nullptr;
    for (Py_ssize_t at_path = 0; PyDict_Next(paths, &at_path, &path, &names) != 0;) {
      if (!view_of(path) || !PyDict_CheckExact(names)) return false;
      const std::array<Object, 2> kept_path = {Object::borrowed(path), Object::borrowed(names)};
      PyObject* name = nullptr;
      PyObject* cookie = nullptr;
      for (Py_ssize_t at_name = 0; PyDict_Next(names, &at_name, &name, &cookie) != 0;) {
        const std::array<Object, 2> kept_cookie = {Object::borrowed(name), Object::borrowed(cookie)};
        if (!add(domain, path, name, cookie, is_asked_itself)) return false;
      }
    }
  }
  return true;
}

// They belong to no domain and go everywhere, and stand where the jar has such.
bool CookieHeader::add_own(PyObject* own) {
  const bool has_such = everywhere_begin_.has_value();
  const size_t begin = everywhere_begin_.value_or(no_domain_end_.value_or(sent_.size()));
  size_t end = has_such ? everywhere_end_ : begin;
  PyObject* name = nullptr;
  PyObject* value = nullptr;
  for (Py_ssize_t position = 0; PyDict_Next(own, &position, &name, &value) != 0;) {
    if (!is_usual_name(name) || (value != Py_None && !is_usual_value(value))) return false;
    const auto first = sent_.begin() + static_cast<ptrdiff_t>(begin);
    const auto last = sent_.begin() + static_cast<ptrdiff_t>(end);
    auto place = std::find_if(first, last,
                              [name](const Sent& sent) { return view_of(sent.name.get()) == view_of(name); });
    if (place == last) {
      place = sent_.insert(last, Sent{Object::borrowed(name), Object(), 1, true});
      ++end;
    }
    place->value = value == Py_None ? Object() : Object::borrowed(value);
    place->is_sent = true;
  }
  return true;
}

// Longer paths go first.
std::string CookieHeader::text() {
  const auto is_before = [](const Sent& a, const Sent& b) { return a.path_length > b.path_length; };
  if (!std::is_sorted(sent_.begin(), sent_.end(), is_before))
    std::stable_sort(sent_.begin(), sent_.end(), is_before);
  std::string text;
  for (const Sent& sent : sent_) {
    if (!sent.is_sent) continue;
    if (!text.empty()) text += "; ";
    text += *view_of(sent.name.get());
    if (sent.value) text.append(1, '=').append(*view_of(sent.value.get()));
  }
  return text;
}

// False for what the library must look at.
bool compose(PyObject* jar, PyObject* own, const http::Request& request, std::string& text) {
  CookieLibrary& library = cookie_library();
  if (!library.policy_methods.holds() || !library.cookie_methods.holds()) return false;
  if (own != nullptr && !PyDict_CheckExact(own)) return false;
  Object cookies;
  if (jar != nullptr) {
    if (!is_library_jar(jar) || !has_library_methods(jar)) return false;
    cookies = Object(PyObject_GetAttr(jar, cookie_library().cookies));
    if (!cookies || !PyDict_CheckExact(cookies.get())) {
      PyErr_Clear();
      return false;
    }
    if (PyDict_GET_SIZE(cookies.get()) == 0) cookies = Object();
  }
  if (!cookies && own == nullptr) return true;
  const auto site = http::CookieSite::of(request.url, request.headers.value("Host"));
  if (!site) return false;
  CookieHeader header(*site);
  if ((cookies && !header.add_jar(cookies.get(), false)) || (own != nullptr && !header.add_own(own)))
    return false;
  text = header.text();
  return true;
}

PyObject* cookies_for_url(PyObject* /*module*/, PyObject* args) {
  PyObject* jar = nullptr;
  PyObject* url = nullptr;
  if (PyArg_ParseTuple(args, "OU", &jar, &url) == 0) return nullptr;
  return cookies_for(jar, url).release();
}

PyMethodDef functions[] = {
    {"cookies_for", &cookies_for_url, METH_VARARGS,
     "The Cookie header that a jar would add for a URL; NotImplemented if it has to be asked."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

bool add_cookies(PyObject* jar, PyObject* own, http::Request& request) {
  std::string text;
  if (compose(jar, own, request, text)) {
    if (!text.empty()) request.headers.set("Cookie", text);
    return true;
  }
  const std::string_view host = request.headers.value("Host");
  const Object header(PyObject_CallFunction(
      cookie_library().header_for, "OOsN", jar == nullptr ? Py_None : jar, own == nullptr ? Py_None : own,
      request.url.c_str(),
      PyUnicode_DecodeLatin1(host.data(), static_cast<Py_ssize_t>(host.size()), nullptr)));
  return header && set_header(header.get(), "Cookie", request.headers);
}

Object cookies_for(PyObject* jar, PyObject* url) {
  const Object cookies = cookies_of(jar);
  const auto address = view_of(url);
  const auto site = cookies && address ? http::CookieSite::of(*address, {}) : std::nullopt;
  if (!site) return Object::borrowed(Py_NotImplemented);
  CookieHeader header(*site);
  if (!header.add_jar(cookies.get(), true)) return Object::borrowed(Py_NotImplemented);
  const std::string text = header.text();
  if (text.empty()) return Object::borrowed(Py_None);
  return Object(PyUnicode_DecodeLatin1(text.data(), static_cast<Py_ssize_t>(text.size()), nullptr));
}

int add_cookie_giving(PyObject* module) { return PyModule_AddFunctions(module, functions); }

}  // namespace nest::bindings

// The time may be asked of a model's own function, which may switch greenlets: plain C API (R1).
#include "cookie_jar.h"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cookie_library.h"
#include "exchange_object.h"
#include "http/cookies.h"
#include "object.h"

namespace nest::bindings {

namespace {

Object to_text(std::string_view text) {
  return Object(PyUnicode_DecodeLatin1(text.data(), static_cast<Py_ssize_t>(text.size()), nullptr));
}

// The same, of a text that comes again and again, as one object in all jars.
Object to_familiar_text(std::string_view text) {
  constexpr size_t kLong = 64;
  static std::array<PyObject*, 256> known{};
  if (text.size() > kLong) return to_text(text);
  PyObject*& place = known[std::hash<std::string_view>()(text) % known.size()];
  if (view_of(place) == text) return Object::borrowed(place);
  Object made = to_text(text);
  Py_XDECREF(std::exchange(place, Py_XNewRef(made.get())));
  return made;
}

// A cookie that a response sets, and its place in the jar.
struct Told {
  http::SetCookie said;
  Object domain;
  Object path;
  Object name;
  std::optional<int64_t> expires_s;
  bool is_accepted = true;
  bool has_expired = false;
  Object cookie;
};

// The dictionary for this key, borrowed; null if there is none. Clears `is_usual` if it is something else.
PyObject* inner(PyObject* outer, PyObject* key, bool& is_usual) {
  PyObject* found = outer == nullptr ? nullptr : PyDict_GetItemWithError(outer, key);
  if (found != nullptr && !PyDict_CheckExact(found)) is_usual = false;
  return found;
}

// False for what the library must look at, or with an exception set.
bool tell(std::string_view line, const http::CookieSite& site, PyObject* cookies, std::vector<Told>& all) {
  Told& told = all.emplace_back();
  if (!http::parse_set_cookie(line, told.said) || has_escaped_quotes(told.said.value)) return false;
  std::string_view domain = site.domain();
  std::string dotted;
  if (!told.said.domain.empty()) {
    const auto may_set = site.may_set_for(told.said.domain);
    if (!may_set) return false;
    told.is_accepted = *may_set;
    domain = told.said.domain;
    if (!domain.starts_with('.')) domain = dotted.append(1, '.').append(domain);
  }
  told.domain = to_familiar_text(domain);
  told.path = to_familiar_text(told.said.path.empty() ? site.default_path() : told.said.path);
  told.name = to_familiar_text(told.said.name);
  if (!told.domain || !told.path || !told.name) return false;
  bool is_usual = true;
  inner(inner(cookies, told.domain.get(), is_usual), told.path.get(), is_usual);
  return is_usual;
}

Object make_rest(const http::SetCookie& said) {
  Object rest(PyDict_New());
  for (size_t i = 0; rest && i < said.other_count; ++i) {
    const auto& [name, value] = said.others[i];
    const Object key = to_familiar_text(name);
    const Object text = value ? to_familiar_text(*value) : Object::borrowed(Py_None);
    if (!key || !text || PyDict_SetItem(rest.get(), key.get(), text.get()) < 0) return Object();
  }
  return rest;
}

// What cookies that say the same of themselves have in common, by its parts; borrowed, or null with an
// exception set. Copies of it cost less than setting one attribute after the other, and share their keys in
// the same way.
PyObject* attributes_in_common(const http::SetCookie& said, bool ends_with_session) {
  const bool has_domain = !said.domain.empty();
  const bool has_dot = said.domain.starts_with('.');
  const bool has_path = !said.path.empty();
  static std::array<PyObject*, 32> known{};
  PyObject*& attributes = known[(has_domain ? 1U : 0U) | (has_dot ? 2U : 0U) | (has_path ? 4U : 0U) |
                                (said.is_secure ? 8U : 0U) | (ends_with_session ? 16U : 0U)];
  if (attributes != nullptr) return attributes;
  const auto truth = [](bool is) { return is ? Py_True : Py_False; };
  std::array<PyObject*, kCookieParts> values{};
  values.fill(Py_None);
  values[kVersion] = cookie_library().zero;
  values[kPortSpecified] = values[kRfc2109] = Py_False;
  values[kDomainSpecified] = truth(has_domain);
  values[kDomainInitialDot] = truth(has_dot);
  values[kPathSpecified] = truth(has_path);
  values[kSecure] = truth(said.is_secure);
  values[kDiscard] = truth(ends_with_session);
  const Object cookie(PyBaseObject_Type.tp_new(cookie_library().cookie, cookie_library().nothing, nullptr));
  Object made(cookie ? PyObject_GenericGetDict(cookie.get(), nullptr) : nullptr);
  for (size_t i = 0; made && i < kCookieParts; ++i) {
    if (PyDict_SetItem(made.get(), cookie_library().parts[i], values[i]) < 0) return nullptr;
  }
  attributes = made.release();
  return attributes;
}

// Null with an exception set.
Object make_cookie(const Told& told) {
  const Object value = to_text(told.said.value);
  const Object rest = make_rest(told.said);
  const Object expires =
      told.expires_s ? Object(PyLong_FromLongLong(*told.expires_s)) : Object::borrowed(Py_None);
  PyObject* common = attributes_in_common(told.said, !told.expires_s);
  const Object own(common == nullptr ? nullptr : PyDict_Copy(common));
  if (!value || !rest || !expires || !own) return Object();
  const std::pair<CookiePart, PyObject*> parts[] = {{kName, told.name.get()},     {kValue, value.get()},
                                                    {kDomain, told.domain.get()}, {kPath, told.path.get()},
                                                    {kExpires, expires.get()},    {kRest, rest.get()}};
  for (const auto& [part, object] : parts) {
    if (PyDict_SetItem(own.get(), cookie_library().parts[part], object) < 0) return Object();
  }
  Object cookie(PyBaseObject_Type.tp_new(cookie_library().cookie, cookie_library().nothing, nullptr));
  return cookie && PyObject_GenericSetDict(cookie.get(), own.get(), nullptr) == 0 ? std::move(cookie)
                                                                                  : Object();
}

// The dictionary for this key, made if there is none; null with an exception set.
Object inner_or_new(PyObject* outer, PyObject* key) {
  if (PyObject* found = PyDict_GetItemWithError(outer, key)) return Object::borrowed(found);
  Object made(PyErr_Occurred() == nullptr ? PyDict_New() : nullptr);
  return made && PyDict_SetItem(outer, key, made.get()) == 0 ? std::move(made) : Object();
}

bool put(PyObject* cookies, const Told& told) {
  const Object paths = inner_or_new(cookies, told.domain.get());
  const Object names = paths ? inner_or_new(paths.get(), told.path.get()) : Object();
  return names && PyDict_SetItem(names.get(), told.name.get(), told.cookie.get()) == 0;
}

// Empty dictionaries stay, as with the jar's own clear().
bool remove(PyObject* cookies, const Told& told) {
  bool is_usual = true;
  const Object names =
      Object::borrowed(inner(inner(cookies, told.domain.get(), is_usual), told.path.get(), is_usual));
  if (!names || PyDict_GetItemWithError(names.get(), told.name.get()) == nullptr) return true;
  return PyDict_DelItem(names.get(), told.name.get()) == 0;
}

// False for what the library must look at, or with an exception set.
bool tell_all(const http::Exchange& exchange, const http::CookieSite& site, PyObject* cookies,
              std::vector<Told>& all) {
  const auto lines = exchange.response.headers("set-cookie");
  all.reserve(lines.size());
  std::optional<int64_t> now_s;
  for (const auto& [name, line] : lines) {
    if (http::same_name(name, "set-cookie2")) return false;
    if (!http::same_name(name, "set-cookie")) continue;
    if (!tell(line, site, cookies, all)) return false;
    Told& told = all.back();
    if (told.said.max_age_s || told.said.expires_s) {
      if (!now_s) now_s = now_of_python_s();
      if (!now_s) return false;
      told.expires_s = told.said.max_age_s ? *now_s + *told.said.max_age_s : *told.said.expires_s;
      told.has_expired = *told.expires_s <= *now_s;
    }
    if (told.has_expired || !told.is_accepted) continue;
    told.cookie = make_cookie(told);
    if (!told.cookie) return false;
  }
  return true;
}

PyObject* take_cookies_of(PyObject* /*module*/, PyObject* args) {
  PyObject* jar = nullptr;
  PyObject* object = nullptr;
  int heeds_host = 0;
  if (PyArg_ParseTuple(args, "OOp", &jar, &object, &heeds_host) == 0) return nullptr;
  const http::Exchange* exchange = as_exchange(object);
  const Taken taken = exchange == nullptr ? Taken::kUnusual : take_cookies(jar, *exchange, heeds_host != 0);
  return taken == Taken::kFailed ? nullptr : PyBool_FromLong(taken == Taken::kDone);
}

PyMethodDef functions[] = {
    {"take_cookies", &take_cookies_of, METH_VARARGS,
     "Lets a jar have what a response sets; false if it has to take it itself."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

Taken take_cookies(PyObject* jar, const http::Exchange& exchange, bool heeds_host) {
  const Object cookies = cookies_of(jar);
  if (!cookies) return Taken::kUnusual;
  const http::Request& request = exchange.request;
  const auto site =
      http::CookieSite::of(request.url, heeds_host ? request.headers.value("Host") : std::string_view());
  std::vector<Told> all;
  if (!site || !tell_all(exchange, *site, cookies.get(), all))
    return PyErr_Occurred() == nullptr ? Taken::kUnusual : Taken::kFailed;
  // Those that end a cookie count before all others, and whether or not the site may set it.
  for (const Told& told : all) {
    if (told.has_expired && !remove(cookies.get(), told)) return Taken::kFailed;
  }
  for (const Told& told : all) {
    if (told.cookie && !put(cookies.get(), told)) return Taken::kFailed;
  }
  return Taken::kDone;
}

int add_cookie_taking(PyObject* module) { return PyModule_AddFunctions(module, functions); }

}  // namespace nest::bindings

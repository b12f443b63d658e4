// A request switches greenlets, so this file is plain C API (R1).
#include "request_method.h"

#include <structmember.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "exchange_object.h"
#include "http_client.h"
#include "object.h"
#include "request_headers.h"

namespace nest::bindings {

namespace {

// What a request may be told, in the order of `kParameterNames`.
enum Parameter : uint8_t {
  kMethod,
  kUrl,
  kName,
  kCatchResponse,
  kContext,
  kData,
  kJson,
  kHeaders,
  kTimeout,
  kAllowRedirects,
  kParameters
};
constexpr std::array<const char*, kParameters> kParameterNames = {
    "method", "url",  "name",    "catch_response", "context",
    "data",   "json", "headers", "timeout",        "allow_redirects"};

// Attributes that every session has of its own, and those that one may have.
enum Attribute : uint8_t { kBaseUrl, kRequestEvent, kUser, kEngine, kTrustEnv, kCommonAttributes };
constexpr std::array<const char*, kCommonAttributes> kCommonNames = {"base_url", "request_event", "user",
                                                                     "_engine", "trust_env"};
// With any of these, or with a `request` of its own, a session is not for us.
constexpr std::array<const char*, 10> kUnusualNames = {"params",     "proxies",     "cert",    "stream",
                                                       "hooks",      "_mounted",    "request", "auth",
                                                       "_is_legacy", "request_name"};
// What a class of sessions must have from HttpSession.
constexpr std::array<const char*, 9> kInheritedNames = {"request",   "auth",         "verify",
                                                        "trust_env", "request_name", "_is_legacy",
                                                        "headers",   "cookies",      "max_body_size"};

// The keywords of a request event.
constexpr std::array<const char*, 9> kEventNames = {"request_type", "name",      "context",
                                                    "response",     "exception", "response_time",
                                                    "start_time",   "url",       "response_length"};

// Remembers of one type whether its methods are those of the beginning.
class Unchanged {
 public:
  Unchanged(PyTypeObject* type, std::initializer_list<const char*> names) : type_(type) {
    for (const char* name : names) {
      names_.push_back(PyUnicode_InternFromString(name));
      original_.push_back(PyObject_GetAttr(reinterpret_cast<PyObject*>(type), names_.back()));
    }
    PyErr_Clear();
  }

  bool holds() {
    if (version_ != 0 && version_ == type_->tp_version_tag) return holds_;
    holds_ = true;
    for (size_t i = 0; i < names_.size(); ++i) {
      const Object present(PyObject_GetAttr(reinterpret_cast<PyObject*>(type_), names_[i]));
      holds_ = holds_ && present.get() == original_[i];
    }
    PyErr_Clear();
    version_ = type_->tp_version_tag;
    return holds_;
  }

 private:
  PyTypeObject* type_;
  std::vector<PyObject*> names_;
  std::vector<PyObject*> original_;
  unsigned int version_ = 0;
  bool holds_ = false;
};

// What this file needs of Python's side. Made once, never freed.
struct Surroundings {
  PyTypeObject* session;
  PyTypeObject* response;
  PyTypeObject* listener;
  PyTypeObject* event;
  PyObject* control_flow;            // exceptions of listeners that are for the caller
  PyObject* report_broken_listener;  // takes any other
  http::HeaderLines default_headers;
  PyObject* encode_json;
  PyObject* record;
  PyObject* cookie_jar;
  PyObject* connection_settings;

  std::array<PyObject*, kParameters> parameters;
  std::array<PyObject*, kCommonAttributes> common;
  std::array<PyObject*, kUnusualNames.size()> unusual;
  std::array<PyObject*, kInheritedNames.size()> inherited;
  std::array<PyObject*, kInheritedNames.size()> original;  // what they were in the beginning
  PyObject* headers;
  PyObject* cookies;
  PyObject* verify;
  PyObject* no_proxy;  // an empty text
  PyObject* max_body_size;
  PyObject* header_for;
  PyObject* handlers;
  PyObject* environment;
  PyObject* stats;
  PyObject* recorder_core;
  PyObject* log;
  PyObject* status_code;
  PyObject* exchange;
  PyObject* recorded;
  PyObject* record_response;
  PyObject* conclude;
  PyObject* json_type;
  PyObject* nothing;      // an empty tuple
  PyObject* event_names;  // a tuple
  PyObject* default_failure;
  PyObject* context_of_user;
  Unchanged* listener_methods;
  Unchanged* event_methods;
};
Surroundings* around = nullptr;

struct MethodObject {
  PyObject_HEAD vectorcallfunc call;
  PyObject* function;
  PyObject* method;  // null: the first argument
  bool follows_redirects;
  std::vector<Parameter> positional;  // after the session
};

MethodObject& as_method(PyObject* self) { return *reinterpret_cast<MethodObject*>(self); }

// The arguments of one call, borrowed: the caller's as long as the call lasts.
using Arguments = std::array<PyObject*, kParameters>;

// Of upper-case letters only: a method that goes onto the wire as it stands.
bool is_plain_method(PyObject* method) {
  if (!PyUnicode_CheckExact(method) || !PyUnicode_IS_ASCII(method)) return false;
  const std::string_view letters(reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(method)),
                                 static_cast<size_t>(PyUnicode_GET_LENGTH(method)));
  return !letters.empty() && std::all_of(letters.begin(), letters.end(),
                                         [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

// False for anything that the Python function has to look at, be it only to refuse it.
bool sort_arguments(const MethodObject& method, PyObject* const* args, Py_ssize_t count, PyObject* kwnames,
                    Arguments& given) {
  if (count < 1 || static_cast<size_t>(count - 1) > method.positional.size()) return false;
  for (Py_ssize_t i = 1; i < count; ++i) given[method.positional[static_cast<size_t>(i - 1)]] = args[i];
  const Py_ssize_t named = kwnames == nullptr ? 0 : PyTuple_GET_SIZE(kwnames);
  for (Py_ssize_t i = 0; i < named; ++i) {
    PyObject* name = PyTuple_GET_ITEM(kwnames, i);
    size_t place = method.method == nullptr ? kMethod : kUrl;
    while (place < kParameters && around->parameters[place] != name) ++place;  // both are interned
    if (place == kParameters || given[place] != nullptr) return false;
    given[place] = args[count + i];
  }
  if (method.method != nullptr)
    given[kMethod] = method.method;
  else if (given[kMethod] == nullptr || !is_plain_method(given[kMethod]))
    return false;
  return given[kUrl] != nullptr && PyUnicode_CheckExact(given[kUrl]);
}

bool is_given(PyObject* value) { return value != nullptr && value != Py_None; }

// Whether sessions of this type behave as HttpSession does. Python gives a type another version, never used
// before, when it or a base of it changes.
bool is_plain_type(PyTypeObject* type) {
  struct Verdict {
    PyTypeObject* type;
    unsigned int version;
    bool is_plain;
  };
  static std::array<Verdict, 16> known{};
  Verdict& verdict = known[(reinterpret_cast<uintptr_t>(type) >> 6) % known.size()];
  if (verdict.type == type && verdict.version != 0 && verdict.version == type->tp_version_tag)
    return verdict.is_plain;
  auto* asked = reinterpret_cast<PyObject*>(type);
  bool is_plain =
      PyType_IsSubtype(type, around->session) != 0 && type->tp_getattro == around->session->tp_getattro;
  for (size_t i = 0; i < kInheritedNames.size(); ++i) {
    const Object theirs(PyObject_GetAttr(asked, around->inherited[i]));
    is_plain = is_plain && theirs.get() == around->original[i];
  }
  for (PyObject* name : {around->common[kBaseUrl], around->common[kRequestEvent], around->common[kUser],
                         around->common[kEngine]}) {
    is_plain = is_plain && !Object(PyObject_GetAttr(asked, name));
  }
  PyErr_Clear();
  verdict = {type, type->tp_version_tag, is_plain};
  return is_plain;
}

// What a session says to every request.
struct Session {
  Object base_url;
  Object client;
  Object headers;        // null: the default
  Object cookies;        // null: none
  Object max_body_size;  // null: none
  Object settings;       // null: the default
};

bool says_something(PyObject* value) {
  if (value == nullptr || value == Py_None || value == Py_False) return false;
  if (!PyDict_CheckExact(value)) return true;
  PyObject* item = nullptr;
  for (Py_ssize_t position = 0; PyDict_Next(value, &position, nullptr, &item) != 0;) {
    if (PyObject_IsTrue(item) != 0) return true;
  }
  return false;
}

bool begins_with(PyObject* text, std::string_view start) {
  return PyUnicode_IS_ASCII(text) && PyUnicode_GET_LENGTH(text) >= static_cast<Py_ssize_t>(start.size()) &&
         std::memcmp(PyUnicode_1BYTE_DATA(text), start.data(), start.size()) == 0;
}

// False when the session says something unusual.
bool look_at(PyObject* attributes, PyObject* url, Session& session) {
  std::array<PyObject*, kCommonAttributes> common{};
  for (size_t i = 0; i < kCommonAttributes; ++i) {
    common[i] = PyDict_GetItemWithError(attributes, around->common[i]);
    if (common[i] == nullptr) return false;
  }
  if (common[kTrustEnv] != Py_False || !PyUnicode_CheckExact(common[kBaseUrl]) ||
      !is_http_client(common[kEngine])) {
    return false;
  }
  session.base_url = Object::borrowed(common[kBaseUrl]);
  session.client = Object::borrowed(common[kEngine]);
  if (PyDict_GET_SIZE(attributes) == kCommonAttributes) return true;
  for (PyObject* name : around->unusual) {
    if (says_something(PyDict_GetItemWithError(attributes, name))) return false;
  }
  // Without TLS it does not matter.
  PyObject* verify = PyDict_GetItemWithError(attributes, around->verify);
  if (verify != nullptr && verify != Py_True &&
      !begins_with(begins_with(url, "/") ? common[kBaseUrl] : url, "http:")) {
    if (verify != Py_False && !PyUnicode_CheckExact(verify)) return false;
    session.settings = Object(PyObject_CallFunctionObjArgs(around->connection_settings, verify, Py_None,
                                                           around->no_proxy, nullptr));
    if (!session.settings) {  // for Python to raise
      PyErr_Clear();
      return false;
    }
  }
  if (PyObject* headers = PyDict_GetItemWithError(attributes, around->headers))
    session.headers = Object::borrowed(headers);
  session.max_body_size = Object::borrowed(PyDict_GetItemWithError(attributes, around->max_body_size));
  session.cookies = Object::borrowed(PyDict_GetItemWithError(attributes, around->cookies));
  return !session.cookies ||
         reinterpret_cast<PyObject*>(Py_TYPE(session.cookies.get())) == around->cookie_jar;
}

// The URL of the request and what it is recorded as unless it says so itself. A null URL: for Python to make.
struct Address {
  Object url;
  Object name;
};

Address address_of(PyObject* base_url, PyObject* url) {
  constexpr Py_ssize_t kAfterScheme = 8;  // http:// or https:// and perhaps one letter more
  Address address;
  const Py_ssize_t base_length = PyUnicode_GET_LENGTH(base_url);
  if (begins_with(url, "/") && base_length >= kAfterScheme) {
    address.url = Object(PyUnicode_Concat(base_url, url));
    if (address.url && PyUnicode_FindChar(base_url, '/', kAfterScheme, base_length, 1) < 0) {
      address.name = Object::borrowed(url);
      return address;
    }
  } else if (begins_with(url, "http://") || begins_with(url, "https://")) {
    address.url = Object::borrowed(url);
  }
  if (!address.url) return address;
  const Py_ssize_t length = PyUnicode_GET_LENGTH(address.url.get());
  const Py_ssize_t slash = PyUnicode_FindChar(address.url.get(), '/', kAfterScheme, length, 1);
  if (slash < 0)
    address.url = Object();
  else
    address.name = Object(PyUnicode_Substring(address.url.get(), slash, length));
  return address;
}

// The body and its type as requests makes them; false for what it has to look at itself.
bool encode_body(const Arguments& given, Object& body, PyObject*& content_type) {
  body = Object::borrowed(Py_None);
  content_type = Py_None;
  PyObject* data = given[kData];
  if (is_given(data)) {
    if (!PyUnicode_CheckExact(data) && !PyBytes_CheckExact(data)) return false;
    if (PyObject_IsTrue(data) == 1) {
      body = Object::borrowed(data);
      return true;
    }
  }
  if (!is_given(given[kJson])) return true;
  const Object text(PyObject_CallOneArg(around->encode_json, given[kJson]));
  if (!text || !PyUnicode_Check(text.get())) return false;
  body = Object(PyUnicode_AsUTF8String(text.get()));
  content_type = around->json_type;
  return static_cast<bool>(body);
}

bool is_limit(PyObject* timeout) {
  return (PyFloat_CheckExact(timeout) || PyLong_CheckExact(timeout)) && PyFloat_AsDouble(timeout) > 0;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// A ResponseContextManager as its constructor makes it; null with an exception set.
Object make_response(PyObject* exchange, int status_code) {
  Object response(PyBaseObject_Type.tp_new(around->response, around->nothing, nullptr));
  const Object status(PyLong_FromLong(status_code));
  if (!response || !status || PyObject_SetAttr(response.get(), around->status_code, status.get()) < 0 ||
      PyObject_SetAttr(response.get(), around->exchange, exchange) < 0) {
    return Object();
  }
  return response;
}

bool is_statistics_listener(PyObject* listener) {
  return Py_TYPE(listener) == around->listener && around->listener_methods->holds();
}

// Who listens to an event that does nothing but call its listeners: a copy, for they may come and go. Null
// for another event.
Object listeners_of(PyObject* event) {
  if (Py_TYPE(event) != around->event || !around->event_methods->holds()) return Object();
  const Object attributes(PyObject_GenericGetDict(event, nullptr));
  if (!attributes || PyDict_GET_SIZE(attributes.get()) != 1) return Object();
  PyObject* listeners = PyDict_GetItemWithError(attributes.get(), around->handlers);
  return Object(listeners == nullptr || !PyList_CheckExact(listeners) ? nullptr : PyList_AsTuple(listeners));
}

// Counts a success in the statistics of `listener`; false with an exception set if that raises.
bool count(PyObject* listener, PyObject* method, PyObject* name, PyObject* response_time, PyObject* length,
           PyObject* exchange) {
  const Object environment(PyObject_GetAttr(listener, around->environment));
  const Object stats(environment ? PyObject_GetAttr(environment.get(), around->stats) : nullptr);
  const Object core(stats ? PyObject_GetAttr(stats.get(), around->recorder_core) : nullptr);
  if (!core) return false;
  PyObject* sample[] = {core.get(), method, name, response_time, length, exchange};
  const Object counted(PyObject_Vectorcall(around->record, sample, 6, nullptr));
  if (!counted) return false;
  if (counted.get() == Py_True) return true;
  PyObject* log[] = {listener, method, name, response_time, length, Py_None, exchange};
  return static_cast<bool>(Object(PyObject_VectorcallMethod(around->log, log, 7, nullptr)));
}

PyObject* or_none(PyObject* value) { return value == nullptr ? Py_None : value; }

// The context of the user, under that of the request.
Object full_context(PyObject* user, PyObject* context) {
  Object full(PyDict_New());
  if (!full) return full;
  if (user != Py_None) {
    const Object of_user(PyObject_CallMethodNoArgs(user, around->context_of_user));
    if (!of_user || PyDict_Update(full.get(), of_user.get()) < 0) return Object();
  }
  if (PyObject_IsTrue(context) == 1 && PyDict_Update(full.get(), context) < 0) return Object();
  return full;
}

// Calls one listener; false with an exception set if it raised what is for the caller.
bool tell(PyObject* listener, PyObject* const* event) {
  if (Object(PyObject_Vectorcall(listener, event, 0, around->event_names))) return true;
  if (PyErr_ExceptionMatches(around->control_flow) != 0 || PyErr_ExceptionMatches(PyExc_Exception) == 0)
    return false;
  PyObject* type = nullptr;
  PyObject* error = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &error, &traceback);
  PyErr_NormalizeException(&type, &error, &traceback);
  if (traceback != nullptr) PyException_SetTraceback(error, traceback);
  const Object owned[] = {Object(type), Object(error), Object(traceback)};
  return static_cast<bool>(Object(PyObject_CallOneArg(around->report_broken_listener, error)));
}

// A request that was answered, as its event has it; borrowed.
struct Answered {
  PyObject* session;
  PyObject* method;
  PyObject* name;
  PyObject* context;  // of the request
  PyObject* response;
  PyObject* response_time;
  PyObject* start_time;
  PyObject* url;
  PyObject* length;
  PyObject* exchange;
};

bool remember(const Answered& done, PyObject* context, PyObject* failure) {
  const Object recorded(PyTuple_Pack(8, done.session, done.method, done.name, done.response_time, context,
                                     failure, done.start_time, done.url));
  return recorded && PyObject_SetAttr(done.response, around->recorded, recorded.get()) == 0;
}

// What JudgedResponse._record does without a with-block; false with an exception set.
bool fire(const Answered& done, PyObject* listeners, bool has_failed) {
  const Py_ssize_t count_of_listeners = PyTuple_GET_SIZE(listeners);
  if (!has_failed && count_of_listeners == 1 && is_statistics_listener(PyTuple_GET_ITEM(listeners, 0))) {
    return count(PyTuple_GET_ITEM(listeners, 0), done.method, done.name, done.response_time, done.length,
                 done.exchange) &&
           remember(done, done.context, Py_None);
  }
  Object failure = Object::borrowed(Py_None);
  if (has_failed) {
    failure = Object(PyObject_CallMethodOneArg(done.response, around->default_failure, done.name));
    if (!failure) return false;
  }
  const Object user(PyObject_GetAttr(done.session, around->common[kUser]));
  const Object context = user ? full_context(user.get(), done.context) : Object();
  if (!context || !remember(done, context.get(), failure.get())) return false;
  PyObject* const event[] = {done.method,        done.name,       context.get(), done.response, failure.get(),
                             done.response_time, done.start_time, done.url,      done.length};
  for (Py_ssize_t i = 0; i < count_of_listeners; ++i) {
    PyObject* listener = PyTuple_GET_ITEM(listeners, i);
    const bool told =
        !has_failed && is_statistics_listener(listener)
            ? count(listener, done.method, done.name, done.response_time, done.length, done.exchange)
            : tell(listener, event);
    if (!told) return false;
  }
  return true;
}

// What there is to do when the exchange is complete.
PyObject* answer(const MethodObject& method, PyObject* session, const Arguments& given,
                 const Object& exchange, const Address& address, double start_time_s) {
  const http::Exchange& done = reinterpret_cast<ExchangeObject*>(exchange.get())->request->exchange;
  const Object start_time(PyFloat_FromDouble(start_time_s));
  if (!start_time) return nullptr;
  PyObject* catch_response = given[kCatchResponse] == nullptr ? Py_False : given[kCatchResponse];
  PyObject* name = is_given(given[kName]) ? given[kName] : address.name.get();
  PyObject* context = or_none(given[kContext]);
  const int status = done.response.status;
  if (done.failure.kind != http::FailureKind::kNone || done.response.has_set_cookie || is_redirect(status)) {
    PyObject* allow_redirects = given[kAllowRedirects];
    if (allow_redirects == nullptr) allow_redirects = method.follows_redirects ? Py_True : Py_False;
    PyObject* args[] = {
        session,        exchange.get(), given[kMethod],   address.url.get(),        name,
        catch_response, context,        start_time.get(), or_none(given[kTimeout]), allow_redirects};
    return PyObject_VectorcallMethod(around->conclude, args, std::size(args), nullptr);
  }
  Object response = make_response(exchange.get(), status);
  const Object response_time(PyFloat_FromDouble(to_milliseconds(done.timings.response_time())));
  const Object event(PyObject_GetAttr(session, around->common[kRequestEvent]));
  if (!response || !response_time || !event) return nullptr;
  const Object listeners = catch_response == Py_True ? Object() : listeners_of(event.get());
  if (!listeners) {
    if (PyErr_Occurred() != nullptr) return nullptr;
    PyObject* args[] = {response.get(),      session, catch_response,   given[kMethod],   name,
                        response_time.get(), context, start_time.get(), address.url.get()};
    return PyObject_VectorcallMethod(around->record_response, args, std::size(args), nullptr);
  }
  const Object length(PyLong_FromUnsignedLongLong(done.response.body_length));
  if (!length) return nullptr;
  const Answered answered = {
      session,          given[kMethod],    name,         context,       response.get(), response_time.get(),
      start_time.get(), address.url.get(), length.get(), exchange.get()};
  return fire(answered, listeners.get(), status >= 400 && status < 600) ? response.release() : nullptr;
}

// A request that is ready to be sent, and what is needed when it has come back.
struct Ready {
  std::unique_ptr<Runtime::PendingRequest> request;  // null: the Python function is to do it
  Address address;
  bool body_is_text = false;
};

// Leaves perhaps an exception set, which the Python function will raise as well if it is of account.
Ready make_ready(PyObject* self, const Arguments& given) {
  Ready ready;
  if (!is_plain_type(Py_TYPE(self))) return ready;
  if (is_given(given[kName]) &&
      (!PyUnicode_CheckExact(given[kName]) || PyUnicode_GET_LENGTH(given[kName]) == 0))
    return ready;
  if (given[kCatchResponse] != nullptr && !PyBool_Check(given[kCatchResponse])) return ready;
  if (is_given(given[kHeaders]) && !PyDict_CheckExact(given[kHeaders])) return ready;
  if (is_given(given[kTimeout]) && !is_limit(given[kTimeout])) return ready;
  Object body;
  PyObject* content_type = nullptr;
  if (!encode_body(given, body, content_type)) return ready;
  const Object attributes(PyObject_GenericGetDict(self, nullptr));
  Session session;
  if (!attributes || !look_at(attributes.get(), given[kUrl], session)) return ready;
  ready.address = address_of(session.base_url.get(), given[kUrl]);
  if (!ready.address.url || !ready.address.name) return ready;
  Object cookie = Object::borrowed(Py_None);
  if (session.cookies) {
    PyObject* asked[] = {session.cookies.get(), ready.address.url.get()};
    cookie = Object(PyObject_VectorcallMethod(around->header_for, asked, 2, nullptr));
    if (!cookie) return ready;
  }
  PyObject* timeout = or_none(given[kTimeout]);
  const RequestArguments arguments = {given[kMethod],
                                      ready.address.url.get(),
                                      Py_False,
                                      or_none(session.headers.get()),
                                      or_none(given[kHeaders]),
                                      body.get(),
                                      timeout,
                                      timeout,
                                      or_none(session.settings.get()),
                                      content_type,
                                      Py_None,
                                      cookie.get(),
                                      or_none(session.max_body_size.get())};
  auto request = Runtime::get().make_request();
  if (!session.headers) request->exchange.request.headers = around->default_headers;
  if (build(session.client.get(), arguments.data(), *request) == Built::kDone)
    ready.request = std::move(request);
  ready.body_is_text = PyUnicode_Check(body.get());
  return ready;
}

PyObject* call(PyObject* self, PyObject* const* args, size_t count_and_flag, PyObject* kwnames) {
  const MethodObject& method = as_method(self);
  const Py_ssize_t count = PyVectorcall_NARGS(count_and_flag);
  Arguments given{};
  if (around != nullptr && sort_arguments(method, args, count, kwnames, given)) {
    const double start_time_s = wall_time_s();
    if (Ready ready = make_ready(args[0], given); ready.request) {
      auto request = Runtime::get().perform(std::move(ready.request));
      if (!request) return nullptr;
      const Object exchange(make_exchange_object(exchange_type(), std::move(request), ready.body_is_text));
      return exchange ? answer(method, args[0], given, exchange, ready.address, start_time_s) : nullptr;
    }
    PyErr_Clear();
  }
  return PyObject_Vectorcall(method.function, args, count_and_flag, kwnames);
}

// The parameters after the session that may stand without their names; false if there is one unknown to us.
bool positional_parameters(PyObject* function, std::vector<Parameter>& parameters) {
  const Object code(PyObject_GetAttrString(function, "__code__"));
  const Object names(code ? PyObject_GetAttrString(code.get(), "co_varnames") : nullptr);
  const Object count(code ? PyObject_GetAttrString(code.get(), "co_argcount") : nullptr);
  if (!names || !count || !PyTuple_Check(names.get())) return false;
  const Py_ssize_t positional = PyLong_AsSsize_t(count.get());
  for (Py_ssize_t i = 1; i < positional; ++i) {
    const char* name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(names.get(), i));
    size_t place = 0;
    while (name != nullptr && place < kParameters && std::strcmp(kParameterNames[place], name) != 0) ++place;
    if (name == nullptr || place == kParameters) return false;
    parameters.push_back(static_cast<Parameter>(place));
  }
  return true;
}

PyObject* method_new(PyTypeObject* type, PyObject* args, PyObject* /*kwargs*/) {
  PyObject* function = nullptr;
  PyObject* http_method = nullptr;
  int follows_redirects = 0;
  if (PyArg_ParseTuple(args, "OOp", &function, &http_method, &follows_redirects) == 0) return nullptr;
  std::vector<Parameter> positional;
  if (!positional_parameters(function, positional)) {
    if (PyErr_Occurred() == nullptr) PyErr_SetString(PyExc_TypeError, "not a verb of a session");
    return nullptr;
  }
  PyObject* self = type->tp_alloc(type, 0);
  if (self == nullptr) return nullptr;
  MethodObject& method = as_method(self);
  method.call = &call;
  method.function = Py_NewRef(function);
  method.method = http_method == Py_None ? nullptr : Py_NewRef(http_method);
  method.follows_redirects = follows_redirects != 0;
  new (&method.positional) std::vector<Parameter>(std::move(positional));
  return self;
}

void method_dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  MethodObject& method = as_method(self);
  Py_DECREF(method.function);
  Py_XDECREF(method.method);
  method.positional.~vector();
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* method_bind(PyObject* self, PyObject* instance, PyObject* /*type*/) {
  return instance == nullptr || instance == Py_None ? Py_NewRef(self) : PyMethod_New(self, instance);
}

PyObject* method_attribute(PyObject* self, PyObject* name) {
  PyObject* own = PyObject_GenericGetAttr(self, name);
  if (own != nullptr || PyErr_ExceptionMatches(PyExc_AttributeError) == 0) return own;
  PyErr_Clear();
  return PyObject_GetAttr(as_method(self).function, name);
}

PyObject* method_repr(PyObject* self) { return PyObject_Repr(as_method(self).function); }

// What a type's own attributes would hide.
template <size_t kName>
PyObject* of_function(PyObject* self, void*) {
  constexpr std::array<const char*, 2> kNames = {"__doc__", "__module__"};
  return PyObject_GetAttrString(as_method(self).function, kNames[kName]);
}

PyObject* get_wrapped(PyObject* self, void*) { return Py_NewRef(as_method(self).function); }

PyGetSetDef method_attributes[] = {
    {"__doc__", &of_function<0>, nullptr, nullptr, nullptr},
    {"__module__", &of_function<1>, nullptr, nullptr, nullptr},
    {"__wrapped__", &get_wrapped, nullptr, "The Python function.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMemberDef method_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(MethodObject, call), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

PyType_Slot method_slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(&method_new)},
    {Py_tp_dealloc, reinterpret_cast<void*>(&method_dealloc)},
    {Py_tp_call, reinterpret_cast<void*>(&PyVectorcall_Call)},
    {Py_tp_descr_get, reinterpret_cast<void*>(&method_bind)},
    {Py_tp_getattro, reinterpret_cast<void*>(&method_attribute)},
    {Py_tp_repr, reinterpret_cast<void*>(&method_repr)},
    {Py_tp_getset, method_attributes},
    {Py_tp_members, method_members},
    {0, nullptr},
};

PyType_Spec method_spec = {"nest_engine.RequestMethod", sizeof(MethodObject), 0,
                           Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
                           method_slots};

template <size_t kSize>
bool intern(const std::array<const char*, kSize>& texts, std::array<PyObject*, kSize>& objects) {
  for (size_t i = 0; i < kSize; ++i) {
    objects[i] = PyUnicode_InternFromString(texts[i]);
    if (objects[i] == nullptr) return false;
  }
  return true;
}

PyObject* describe_sessions(PyObject* /*module*/, PyObject* args) {
  auto made = std::make_unique<Surroundings>();
  PyObject* default_headers = nullptr;
  if (PyArg_ParseTuple(args, "O!O!O!O!OOOOOOO", &PyType_Type, &made->session, &PyType_Type, &made->response,
                       &PyType_Type, &made->listener, &PyType_Type, &made->event, &made->control_flow,
                       &made->report_broken_listener, &default_headers, &made->encode_json, &made->record,
                       &made->cookie_jar, &made->connection_settings) == 0) {
    return nullptr;
  }
  const std::pair<const char*, PyObject**> names[] = {{"headers", &made->headers},
                                                      {"cookies", &made->cookies},
                                                      {"verify", &made->verify},
                                                      {"", &made->no_proxy},
                                                      {"max_body_size", &made->max_body_size},
                                                      {"header_for", &made->header_for},
                                                      {"_handlers", &made->handlers},
                                                      {"environment", &made->environment},
                                                      {"stats", &made->stats},
                                                      {"_recorder_core", &made->recorder_core},
                                                      {"log", &made->log},
                                                      {"status_code", &made->status_code},
                                                      {"_exchange", &made->exchange},
                                                      {"_recorded", &made->recorded},
                                                      {"_record", &made->record_response},
                                                      {"_conclude", &made->conclude},
                                                      {"_default_failure", &made->default_failure},
                                                      {"context", &made->context_of_user},
                                                      {"application/json", &made->json_type}};
  for (const auto& [text, object] : names) {
    *object = PyUnicode_InternFromString(text);
    if (*object == nullptr) return nullptr;
  }
  made->nothing = PyTuple_New(0);
  std::array<PyObject*, kEventNames.size()> event_names{};
  if (!intern(kEventNames, event_names)) return nullptr;
  made->event_names = PyTuple_New(event_names.size());
  for (size_t i = 0; made->event_names != nullptr && i < event_names.size(); ++i)
    PyTuple_SET_ITEM(made->event_names, static_cast<Py_ssize_t>(i), event_names[i]);
  if (made->nothing == nullptr || made->event_names == nullptr ||
      !intern(kParameterNames, made->parameters) || !intern(kCommonNames, made->common) ||
      !intern(kUnusualNames, made->unusual) || !intern(kInheritedNames, made->inherited)) {
    return nullptr;
  }
  if (merge_headers(default_headers, made->default_headers) != HeaderResult::kMerged) {
    PyErr_SetString(PyExc_ValueError, "the default headers are unusual");
    return nullptr;
  }
  for (size_t i = 0; i < kInheritedNames.size(); ++i) {
    made->original[i] = PyObject_GetAttr(reinterpret_cast<PyObject*>(made->session), made->inherited[i]);
    if (made->original[i] == nullptr) return nullptr;
  }
  made->listener_methods = new Unchanged(made->listener, {"__call__", "log"});
  made->event_methods = new Unchanged(made->event, {"fire"});
  Py_INCREF(args);  // and with it all of them, for good
  around = made.release();
  Py_RETURN_NONE;
}

PyMethodDef functions[] = {
    {"describe_sessions", &describe_sessions, METH_VARARGS,
     "Tells RequestMethod what it works with. Once, before the first request."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_request_methods(PyObject* module) {
  PyObject* type = PyType_FromSpec(&method_spec);
  if (type == nullptr || PyModule_AddObject(module, "RequestMethod", type) < 0) return -1;
  return PyModule_AddFunctions(module, functions);
}

}  // namespace nest::bindings

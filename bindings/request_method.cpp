// A request switches greenlets, so this file is plain C API (R1).
#include "request_method.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "basic_auth.h"
#include "cookie_jar.h"
#include "cookie_library.h"
#include "exchange_object.h"
#include "form_encoding.h"
#include "http_client.h"
#include "json_text.h"
#include "object.h"
#include "request_address.h"
#include "request_event.h"
#include "request_headers.h"
#include "session_verb.h"

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
  kParams,
  kAuth,
  kVerify,
  kOwnCookies,
  // For Python, once they say something.
  kStream,
  kProxies,
  kCert,
  kHooks,
  kFiles,
  kParameters
};
constexpr std::array<const char*, kParameters> kParameterNames = {
    "method",  "url",  "name",    "catch_response", "context",
    "data",    "json", "headers", "timeout",        "allow_redirects",
    "params",  "auth", "verify",  "cookies",        "stream",
    "proxies", "cert", "hooks",   "files"};

const ParameterNames& parameter_names() {
  static const ParameterNames names(kParameterNames);
  return names;
}

// Attributes that every session has of its own, and those that one may have.
enum Attribute : uint8_t { kBaseUrl, kRequestEvent, kUser, kEngine, kTrustEnv, kCommonAttributes };
constexpr std::array<const char*, kCommonAttributes> kCommonNames = {"base_url", "request_event", "user",
                                                                     "_engine", "trust_env"};
// With any of these, or with a step of its own, a session is not for us.
constexpr std::array<const char*, 11> kUnusualNames = {"params",
                                                       "proxies",
                                                       "cert",
                                                       "stream",
                                                       "hooks",
                                                       "_mounted",
                                                       "request",
                                                       "send",
                                                       "prepare_request",
                                                       "get_adapter",
                                                       "merge_environment_settings"};
// What a class of sessions must have from HttpSession.
constexpr std::array<const char*, 13> kInheritedNames = {"request",
                                                         "auth",
                                                         "verify",
                                                         "trust_env",
                                                         "request_name",
                                                         "_is_legacy",
                                                         "headers",
                                                         "cookies",
                                                         "max_body_size",
                                                         "send",
                                                         "prepare_request",
                                                         "get_adapter",
                                                         "merge_environment_settings"};

// What this file needs of Python's side. Made once, never freed.
struct Surroundings {
  PyTypeObject* session;
  PyTypeObject* response;
  http::HeaderLines default_headers;
  PyObject* make_json_encoder;
  PyObject* connection_settings;
  PyObject* normalize_url;
  PyObject* basic_auth;

  std::array<PyObject*, kCommonAttributes> common;
  std::array<PyObject*, kUnusualNames.size()> unusual;
  std::array<PyObject*, kInheritedNames.size()> inherited;
  std::array<PyObject*, kInheritedNames.size()> original;  // what they were in the beginning
  PyObject* headers;
  PyObject* cookies;
  PyObject* verify;
  PyObject* auth;
  PyObject* request_name;
  PyObject* is_legacy;
  PyObject* given_name;
  PyObject* url;
  PyObject* no_proxy;  // an empty text
  PyObject* max_body_size;
  PyObject* status_code;
  PyObject* exchange;
  PyObject* record_response;
  PyObject* conclude;
  PyObject* json_type;
  PyObject* form_type;
  PyObject* nothing;  // an empty tuple
};
Surroundings* around = nullptr;

// The arguments of one call, borrowed: the caller's as long as the call lasts.
using Arguments = std::array<PyObject*, kParameters>;

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
  const auto attribute = [type](PyObject* name) {
    Object found(PyObject_GetAttr(reinterpret_cast<PyObject*>(type), name));
    if (!found) PyErr_Clear();
    return found;
  };
  bool is_plain =
      PyType_IsSubtype(type, around->session) != 0 && type->tp_getattro == around->session->tp_getattro;
  for (size_t i = 0; i < kInheritedNames.size(); ++i)
    is_plain = is_plain && attribute(around->inherited[i]).get() == around->original[i];
  for (PyObject* name : {around->common[kBaseUrl], around->common[kRequestEvent], around->common[kUser],
                         around->common[kEngine]}) {
    is_plain = is_plain && !attribute(name);
  }
  verdict = {type, type->tp_version_tag, is_plain};
  return is_plain;
}

JsonText& json_text() {
  static JsonText& encoder = *new JsonText(around->make_json_encoder);  // there is no Python at the end
  return encoder;
}

// What a session says to every request.
struct Session {
  Object base_url;
  Object client;
  Object headers;        // null: the default
  Object cookies;        // null: none
  Object max_body_size;  // null: none
  Object verify;         // null: by default
  Object auth;           // null: none
  Object request_name;   // null: none
  bool is_legacy = false;
};

bool says_something(PyObject* value) {
  if (value == nullptr || value == Py_None || value == Py_False) return false;
  if (!PyDict_CheckExact(value)) return true;
  const Object kept = Object::borrowed(value);  // what is asked whether it is true may change the dictionary
  PyObject* item = nullptr;
  for (Py_ssize_t position = 0; PyDict_Next(value, &position, nullptr, &item) != 0;) {
    const Object asked = Object::borrowed(item);
    if (PyObject_IsTrue(asked.get()) != 0) return true;
  }
  return false;
}

// The attributes that a session has of its own: a handful, of which all names are looked for one after the
// other.
class OwnAttributes {
 public:
  explicit OwnAttributes(PyObject* dictionary) : dictionary_(dictionary) {
    PyObject* name = nullptr;
    PyObject* value = nullptr;
    for (Py_ssize_t position = 0; PyDict_Next(dictionary, &position, &name, &value) != 0; ++count_) {
      // Interned texts are the same where they are equal.
      if (count_ == items_.size() || !PyUnicode_CheckExact(name) || !PyUnicode_CHECK_INTERNED(name)) {
        count_ = kUnknown;
        return;
      }
      items_[count_] = {name, Object::borrowed(value)};
    }
  }

  // Borrowed; null if there is none. The name is interned.
  PyObject* find(PyObject* name) const {
    if (count_ == kUnknown) return PyDict_GetItemWithError(dictionary_, name);
    for (size_t i = 0; i < count_; ++i) {
      if (items_[i].name == name) return items_[i].value.get();
    }
    return nullptr;
  }

  bool are_common_alone() const { return PyDict_GET_SIZE(dictionary_) == kCommonAttributes; }

 private:
  struct Item {
    PyObject* name = nullptr;
    Object value;
  };
  static constexpr size_t kUnknown = SIZE_MAX;

  PyObject* dictionary_;
  std::array<Item, 12> items_;
  size_t count_ = 0;
};

// False when the session says something unusual.
bool look_at(const OwnAttributes& attributes, Session& session) {
  std::array<PyObject*, kCommonAttributes> common{};
  for (size_t i = 0; i < kCommonAttributes; ++i) {
    common[i] = attributes.find(around->common[i]);
    if (common[i] == nullptr) return false;
  }
  if (common[kTrustEnv] != Py_False || !PyUnicode_CheckExact(common[kBaseUrl]) ||
      !is_http_client(common[kEngine])) {
    return false;
  }
  session.base_url = Object::borrowed(common[kBaseUrl]);
  session.client = Object::borrowed(common[kEngine]);
  if (attributes.are_common_alone()) return true;
  for (PyObject* name : around->unusual) {
    if (says_something(attributes.find(name))) return false;
  }
  session.is_legacy = attributes.find(around->is_legacy) == Py_True;
  session.verify = Object::borrowed(attributes.find(around->verify));
  session.auth = Object::borrowed(attributes.find(around->auth));
  session.request_name = Object::borrowed(attributes.find(around->request_name));
  if (PyObject* headers = attributes.find(around->headers)) session.headers = Object::borrowed(headers);
  session.max_body_size = Object::borrowed(attributes.find(around->max_body_size));
  session.cookies = Object::borrowed(attributes.find(around->cookies));
  return !session.cookies || is_library_jar(session.cookies.get());
}

// Of a text, bytes, dict, list or tuple, and no subclass of these; -1 for anything else.
Py_ssize_t plain_length(PyObject* object) {
  if (PyUnicode_CheckExact(object)) return PyUnicode_GET_LENGTH(object);
  if (PyBytes_CheckExact(object)) return PyBytes_GET_SIZE(object);
  if (PyDict_CheckExact(object)) return PyDict_GET_SIZE(object);
  if (PyList_CheckExact(object)) return PyList_GET_SIZE(object);
  return PyTuple_CheckExact(object) ? PyTuple_GET_SIZE(object) : -1;
}

// Whether it is as if the argument were not there.
bool says_nothing(PyObject* argument) {
  return !is_given(argument) || argument == Py_False || plain_length(argument) == 0;
}

// How connections are to be made, null for the default; false for what Python has to look at.
bool connection_settings(PyObject* verify, PyObject* url, Object& settings) {
  // Without TLS it does not matter.
  if (verify == nullptr || verify == Py_True || !begins_with(url, "https")) return true;
  if (verify != Py_False && !PyUnicode_CheckExact(verify)) return false;
  // Most requests of a run say the same.
  static struct {
    PyObject* verify;
    PyObject* settings;
  } last{};
  if (last.verify == nullptr || PyObject_RichCompareBool(verify, last.verify, Py_EQ) != 1) {
    settings = Object(PyObject_CallFunctionObjArgs(around->connection_settings, verify, Py_None,
                                                   around->no_proxy, nullptr));
    if (!settings) return false;
    Py_XSETREF(last.verify, Py_NewRef(verify));
    Py_XSETREF(last.settings, Py_NewRef(settings.get()));
  }
  settings = Object::borrowed(last.settings);
  return true;
}

// The Authorization header, None without; false for what Python has to look at.
bool authorize(PyObject* auth, Object& authorization) {
  authorization =
      says_nothing(auth) ? Object::borrowed(Py_None) : basic_authorization(auth, around->basic_auth);
  return static_cast<bool>(authorization);
}

// Sets what a request is recorded as, if it or its session says so; false for what Python has to look at.
bool rename(PyObject* said, Object& name) {
  if (says_nothing(said)) return true;
  if (!PyUnicode_CheckExact(said)) return false;
  name = Object::borrowed(said);
  return true;
}

// The body and its type as requests makes them; false for what it has to look at itself.
bool encode_body(const Arguments& given, Object& body, PyObject*& content_type) {
  body = Object::borrowed(Py_None);
  content_type = Py_None;
  PyObject* data = given[kData];
  if (is_given(data)) {
    const Py_ssize_t length = plain_length(data);
    if (length < 0) return false;
    if (length > 0 && (PyUnicode_CheckExact(data) || PyBytes_CheckExact(data))) {
      body = Object::borrowed(data);
      return true;
    }
    if (length > 0) {
      body = encoded_form(data);
      content_type = around->form_type;
      return static_cast<bool>(body);
    }
  }
  if (!is_given(given[kJson])) return true;
  const Object text = json_text().of(given[kJson]);
  if (!text || !PyUnicode_Check(text.get())) return false;
  body = Object(PyUnicode_AsUTF8String(text.get()));
  content_type = around->json_type;
  return static_cast<bool>(body);
}

bool is_limit(PyObject* seconds) {
  return seconds == Py_None ||
         ((PyFloat_CheckExact(seconds) || PyLong_CheckExact(seconds)) && PyFloat_AsDouble(seconds) > 0);
}

// For connecting and for reading; false for what urllib3 must judge.
bool split_timeout(PyObject* timeout, PyObject*& connect, PyObject*& read) {
  connect = read = or_none(timeout);
  if (PyTuple_CheckExact(connect) && PyTuple_GET_SIZE(connect) == 2) {
    connect = PyTuple_GET_ITEM(timeout, 0);
    read = PyTuple_GET_ITEM(timeout, 1);
  }
  return is_limit(connect) && is_limit(read);
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

// What the request counts as, see request_event.h; null with an exception set. Until 0.14 a failure names the
// URL, unless the request was given a name.
Object failure_of(Answered done, int status, PyObject* listeners, bool names_url) {
  if (status < 400 || status >= 600) return Object::borrowed(Py_None);
  const Object url(names_url ? PyObject_GetAttr(done.response, around->url) : nullptr);
  if (names_url && !url) return Object();
  if (names_url) done.name = url.get();
  return failure_by_status(done, status, nullptr, listeners);
}

// False if that is for Python, or with an exception set.
bool keep_cookies(PyObject* session, const http::Exchange& exchange) {
  const Object jar(PyObject_GetAttr(session, around->cookies));
  return jar && take_cookies(jar.get(), exchange, true) == Taken::kDone;
}

// A request that is ready to be sent, and what is needed when it has come back.
struct Ready {
  std::unique_ptr<Runtime::PendingRequest> request;  // null: the Python function is to do it
  Address address;
  bool body_is_text = false;
  bool is_legacy = false;
};

// What there is to do when the exchange is complete.
PyObject* answer(const SessionVerb& method, PyObject* session, const Arguments& given, const Object& exchange,
                 const Ready& ready, double start_time_s) {
  const Address& address = ready.address;
  const http::Exchange& done = reinterpret_cast<ExchangeObject*>(exchange.get())->request->exchange;
  const Object start_time(PyFloat_FromDouble(start_time_s));
  if (!start_time) return nullptr;
  PyObject* catch_response = given[kCatchResponse] == nullptr ? Py_False : given[kCatchResponse];
  PyObject* name = address.name.get();
  PyObject* context = or_none(given[kContext]);
  const int status = done.response.status;
  if (done.failure.kind != http::FailureKind::kNone || is_redirect(status) ||
      (done.response.has_set_cookie && !keep_cookies(session, done))) {
    if (PyErr_Occurred() != nullptr) return nullptr;
    PyObject* allow_redirects = given[kAllowRedirects];
    if (allow_redirects == nullptr) allow_redirects = method.follows_redirects ? Py_True : Py_False;
    PyObject* args[] = {session,
                        exchange.get(),
                        given[kMethod],
                        address.url.get(),
                        ready.is_legacy ? or_none(given[kName]) : name,
                        catch_response,
                        context,
                        start_time.get(),
                        or_none(given[kTimeout]),
                        allow_redirects,
                        or_none(given[kVerify]),
                        or_none(given[kOwnCookies])};
    return PyObject_VectorcallMethod(around->conclude, args, std::size(args), nullptr);
  }
  Object response = make_response(exchange.get(), status);
  const Object response_time(PyFloat_FromDouble(to_milliseconds(done.timings.response_time())));
  const Object event(PyObject_GetAttr(session, around->common[kRequestEvent]));
  if (!response || !response_time || !event) return nullptr;
  if (ready.is_legacy && (PyObject_SetAttr(response.get(), around->is_legacy, Py_True) < 0 ||
                          PyObject_SetAttr(response.get(), around->given_name, or_none(given[kName])) < 0)) {
    return nullptr;
  }
  const Object listeners = listeners_of(event.get());
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
  if (catch_response == Py_True) return await_verdict(answered, event.get()) ? response.release() : nullptr;
  const Object failure =
      failure_of(answered, status, listeners.get(), ready.is_legacy && says_nothing(given[kName]));
  return failure && tell(answered, listeners.get(), failure.get()) ? response.release() : nullptr;
}

// Leaves perhaps an exception set, which the Python function will raise as well if it is of account. Not
// inlined: what it needs of the C stack would be kept while the user waits.
[[gnu::noinline]] Ready make_ready(PyObject* self, const Arguments& given) {
  Ready ready;
  if (!is_plain_type(Py_TYPE(self))) return ready;
  if (!std::all_of(given.begin() + kStream, given.end(), says_nothing)) return ready;
  if (given[kCatchResponse] != nullptr && !PyBool_Check(given[kCatchResponse])) return ready;
  if (is_given(given[kHeaders]) && !PyDict_CheckExact(given[kHeaders])) return ready;
  if (is_given(given[kOwnCookies]) && !PyDict_CheckExact(given[kOwnCookies])) return ready;
  PyObject* connect_timeout = nullptr;
  PyObject* read_timeout = nullptr;
  if (!split_timeout(given[kTimeout], connect_timeout, read_timeout)) return ready;
  Object body;
  PyObject* content_type = nullptr;
  if (!encode_body(given, body, content_type)) return ready;
  const Object attributes(PyObject_GenericGetDict(self, nullptr));
  Session session;
  if (!attributes || !look_at(OwnAttributes(attributes.get()), session)) return ready;
  ready.is_legacy = session.is_legacy;
  ready.address = address_of(session.base_url.get(), given[kUrl], given[kParams], around->normalize_url);
  if (!ready.address.url || !ready.address.name || !rename(session.request_name.get(), ready.address.name) ||
      !rename(given[kName], ready.address.name)) {
    return ready;
  }
  Object settings;
  PyObject* verify = is_given(given[kVerify]) ? given[kVerify] : session.verify.get();
  if (!connection_settings(verify, ready.address.url.get(), settings)) return ready;
  Object authorization;
  if (!authorize(is_given(given[kAuth]) ? given[kAuth] : session.auth.get(), authorization)) return ready;
  Object cookies;
  if (is_given(given[kOwnCookies])) {
    cookies = Object(PyTuple_Pack(2, or_none(session.cookies.get()), given[kOwnCookies]));
    if (!cookies) return ready;
  }
  const RequestArguments arguments = {given[kMethod],
                                      ready.address.url.get(),
                                      Py_True,
                                      or_none(session.headers.get()),
                                      or_none(given[kHeaders]),
                                      body.get(),
                                      connect_timeout,
                                      read_timeout,
                                      or_none(settings.get()),
                                      content_type,
                                      authorization.get(),
                                      or_none(cookies ? cookies.get() : session.cookies.get()),
                                      or_none(session.max_body_size.get())};
  auto request = Runtime::get().make_request();
  if (!session.headers) request->exchange.request.headers = around->default_headers;
  if (build(session.client.get(), arguments.data(), *request) == Built::kDone)
    ready.request = std::move(request);
  ready.body_is_text = PyUnicode_Check(body.get());
  return ready;
}

PyObject* call(PyObject* self, PyObject* const* args, size_t count_and_flag, PyObject* kwnames) {
  const SessionVerb& method = *reinterpret_cast<SessionVerb*>(self);
  const Py_ssize_t count = PyVectorcall_NARGS(count_and_flag);
  Arguments given{};
  if (around != nullptr && method.sort_arguments(args, count, kwnames, given.data())) {
    const double start_time_s = wall_time_s();
    if (Ready ready = make_ready(args[0], given); ready.request) {
      auto request = Runtime::get().perform(std::move(ready.request));
      if (!request) return nullptr;
      const Object exchange(make_exchange_object(exchange_type(), std::move(request), ready.body_is_text));
      return exchange ? answer(method, args[0], given, exchange, ready, start_time_s) : nullptr;
    }
    if (!clear_error()) return nullptr;
  }
  return PyObject_Vectorcall(method.function, args, count_and_flag, kwnames);
}

PyObject* method_new(PyTypeObject* type, PyObject* args, PyObject* /*kwargs*/) {
  return new_verb(type, args, &call, parameter_names());
}

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
  EventTypes types{};
  PyObject* default_headers = nullptr;
  if (PyArg_ParseTuple(args, "O!O!O!O!OOOOOOOOO", &PyType_Type, &made->session, &PyType_Type, &made->response,
                       &PyType_Type, &types.listener, &PyType_Type, &types.event, &types.control_flow,
                       &types.report_broken_listener, &default_headers, &made->make_json_encoder,
                       &types.record, &made->connection_settings, &made->normalize_url, &made->basic_auth,
                       &types.http_error) == 0) {
    return nullptr;
  }
  const std::pair<const char*, PyObject**> names[] = {
      {"headers", &made->headers},
      {"cookies", &made->cookies},
      {"verify", &made->verify},
      {"auth", &made->auth},
      {"request_name", &made->request_name},
      {"_is_legacy", &made->is_legacy},
      {"_given_name", &made->given_name},
      {"url", &made->url},
      {"", &made->no_proxy},
      {"max_body_size", &made->max_body_size},
      {"status_code", &made->status_code},
      {"_exchange", &made->exchange},
      {"_record", &made->record_response},
      {"_conclude", &made->conclude},
      {"application/json", &made->json_type},
      {"application/x-www-form-urlencoded", &made->form_type}};
  for (const auto& [text, object] : names) {
    *object = PyUnicode_InternFromString(text);
    if (*object == nullptr) return nullptr;
  }
  made->nothing = PyTuple_New(0);
  if (made->nothing == nullptr || !intern(kCommonNames, made->common) ||
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
  types.response = made->response;
  if (!describe_events(types)) return nullptr;
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
  PyObject* type = verb_type("nest_engine.RequestMethod", &method_new);
  if (type == nullptr || PyModule_AddObject(module, "RequestMethod", type) < 0) return -1;
  return PyModule_AddFunctions(module, functions);
}

}  // namespace nest::bindings

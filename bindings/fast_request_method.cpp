// A request switches greenlets, so this file is plain C API (R1).
#include "fast_request_method.h"

#include <array>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "basic_auth.h"
#include "cookie_header.h"
#include "cookie_jar.h"
#include "exchange_object.h"
#include "form_encoding.h"
#include "http_client.h"
#include "json_text.h"
#include "object.h"
#include "request_address.h"
#include "request_event.h"
#include "request_headers.h"
#include "session_verb.h"
#include "unchanged.h"

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
  kAllowRedirects,
  kAuth,
  kParams,
  // For Python, once they say something.
  kStream,
  kFiles,
  kParameters
};
constexpr std::array<const char*, kParameters> kNames = {
    "method",          "url",  "name",   "catch_response", "context", "data", "json", "headers",
    "allow_redirects", "auth", "params", "stream",         "files"};
const ParameterNames& parameter_names() {
  static const ParameterNames names(kNames);
  return names;
}
using Arguments = std::array<PyObject*, kParameters>;

// What this file needs of Python's side. Made once, never freed.
struct Surroundings {
  PyTypeObject* session;
  PyTypeObject* agent;
  PyTypeObject* response;         // of a request
  PyTypeObject* caught_response;  // of one with catch_response
  PyObject* accept_encoding;
  JsonText json_text;
  PyObject* encode_form;
  Unchanged session_members;
  Unchanged agent_members;
  PyObject* nothing = PyTuple_New(0);
  struct Names {
    PyObject* base_url = PyUnicode_InternFromString("base_url");
    PyObject* client = PyUnicode_InternFromString("client");
    PyObject* request_event = PyUnicode_InternFromString("request_event");
    PyObject* request_name = PyUnicode_InternFromString("request_name");
    PyObject* auth_header = PyUnicode_InternFromString("auth_header");
    PyObject* request = PyUnicode_InternFromString("request");
    PyObject* is_legacy = PyUnicode_InternFromString("_is_legacy");
    PyObject* clientpool = PyUnicode_InternFromString("clientpool");
    PyObject* engine = PyUnicode_InternFromString("engine");
    PyObject* default_headers = PyUnicode_InternFromString("default_headers");
    PyObject* network_timeout = PyUnicode_InternFromString("network_timeout");
    PyObject* connection_timeout = PyUnicode_InternFromString("connection_timeout");
    PyObject* max_body_size = PyUnicode_InternFromString("max_body_size");
    PyObject* settings = PyUnicode_InternFromString("_settings");
    PyObject* ssl_context_factory = PyUnicode_InternFromString("_ssl_context_factory");
    PyObject* cookies = PyUnicode_InternFromString("cookiejar");
    PyObject* valid_codes = PyUnicode_InternFromString("valid_response_codes");
    PyObject* redirect_codes = PyUnicode_InternFromString("redirect_response_codes");
    PyObject* exchange = PyUnicode_InternFromString("_exchange");
    PyObject* status_code = PyUnicode_InternFromString("status_code");
    PyObject* url = PyUnicode_InternFromString("url");
    PyObject* record = PyUnicode_InternFromString("_record");
    PyObject* conclude = PyUnicode_InternFromString("_conclude");
    PyObject* json_type = PyUnicode_InternFromString("application/json");
    PyObject* text_type = PyUnicode_InternFromString("text/plain; charset=utf-8");
    PyObject* form_type = PyUnicode_InternFromString("application/x-www-form-urlencoded; charset=utf-8");
    PyObject* bytes_type = PyUnicode_InternFromString("application/octet-stream");
  };
  Names names{};
};
Surroundings* around = nullptr;

// `url` or what it is below the session's; null for what Python has to look at.
Object full_url(PyObject* base_url, PyObject* url) {
  if (begins_with(url, "http://") || begins_with(url, "https://")) return Object::borrowed(url);
  if (!begins_with(url, "/") || base_url == nullptr || !PyUnicode_CheckExact(base_url)) return Object();
  return Object(PyUnicode_Concat(base_url, url));
}

struct Body {
  Object content = Object::borrowed(Py_None);  // JSON is text, all else bytes
  PyObject* type = Py_None;
  bool is_json = false;
};

Object form_of(PyObject* dict) {
  if (Object fields = encoded_fields(dict)) return fields;
  PyErr_Clear();
  return Object(PyObject_CallOneArg(around->encode_form, dict));
}

// `url` with the parameters in its query; null for what Python has to look at.
Object with_params(PyObject* url, PyObject* params) {
  if (!is_given(params)) return Object::borrowed(url);
  const Object query = query_of(params);
  if (!query || PyUnicode_GET_LENGTH(query.get()) == 0) return Object();
  const bool has_query = PyUnicode_FindChar(url, '?', 0, PyUnicode_GET_LENGTH(url), 1) >= 0;
  return Object(PyUnicode_FromFormat("%U%s%U", url, has_query ? "&" : "?", query.get()));
}

// False for what Python has to look at; an exception may be set then.
bool encode(const Arguments& given, Body& body) {
  const auto& names = around->names;
  PyObject* data = given[kData];
  const int is_there = is_given(data) ? PyObject_IsTrue(data) : 0;
  if (is_there < 0) return false;
  Object text;
  if (is_there > 0) {
    if (PyBytes_CheckExact(data)) {
      body = {Object::borrowed(data), names.bytes_type};
      return true;
    }
    const bool is_form = PyDict_CheckExact(data);
    if (!is_form && !PyUnicode_CheckExact(data)) return false;
    text = is_form ? form_of(data) : Object::borrowed(data);
    body.type = is_form ? names.form_type : names.text_type;
  } else if (is_given(given[kJson])) {
    text = around->json_text.of(given[kJson]);
    body.type = names.json_type;
    body.is_json = true;
  } else {
    return true;
  }
  if (!text || !PyUnicode_Check(text.get())) return false;
  body.content = body.is_json ? std::move(text) : Object(PyUnicode_AsUTF8String(text.get()));
  return static_cast<bool>(body.content);
}

// A request that is ready to be sent, and what is needed when it has come back.
struct Ready {
  std::unique_ptr<Runtime::PendingRequest> request;  // null: the Python function is to do it
  Object url;
  Object sent_url;  // with the parameters
  Object name;
  Body body;
  bool is_legacy = false;
};

// Null for zero or nothing, which is no limit; false for no number.
bool limit_of(PyObject* seconds, PyObject*& limit) {
  limit = Py_None;
  if (!is_given(seconds)) return true;
  if (!PyFloat_CheckExact(seconds) && !PyLong_CheckExact(seconds)) return false;
  if (PyFloat_AsDouble(seconds) != 0) limit = seconds;
  return PyErr_Occurred() == nullptr;
}

// What an agent says to every request; false for what Python has to look at. `headers` of the request come on
// top.
bool build_with_agent(PyObject* agent, const Arguments& given, const Ready& ready, PyObject* authorization,
                      Runtime::PendingRequest& request) {
  const auto& names = around->names;
  const Object own(PyObject_GenericGetDict(agent, nullptr));
  const auto attribute = [&own](PyObject* name) { return PyDict_GetItemWithError(own.get(), name); };
  if (!own || attribute(names.ssl_context_factory) != Py_None || attribute(names.valid_codes) != nullptr ||
      attribute(names.redirect_codes) != nullptr) {
    return false;
  }
  PyObject* connect_limit = nullptr;
  PyObject* read_limit = nullptr;
  const Object headers = Object::borrowed(attribute(names.default_headers));
  const Object settings = Object::borrowed(or_none(attribute(names.settings)));
  const Object pool = Object::borrowed(attribute(names.clientpool));
  const Object most = Object::borrowed(or_none(attribute(names.max_body_size)));
  const Object connect_timeout = Object::borrowed(or_none(attribute(names.connection_timeout)));
  const Object read_timeout = Object::borrowed(or_none(attribute(names.network_timeout)));
  const Object cookies = Object::borrowed(attribute(names.cookies));
  if (!headers || !PyDict_CheckExact(headers.get()) || !pool ||
      !limit_of(connect_timeout.get(), connect_limit) || !limit_of(read_timeout.get(), read_limit)) {
    return false;
  }
  Object cookie = Object::borrowed(Py_None);
  if (cookies) {
    cookie = cookies_for(cookies.get(), ready.url.get());
    if (cookie.get() == Py_NotImplemented) return false;
  }
  const Object engine(cookie ? PyObject_GetAttr(pool.get(), names.engine) : nullptr);
  if (!engine || !is_http_client(engine.get())) return false;
  http::HeaderLines& lines = request.exchange.request.headers;
  if (merge_headers(headers.get(), lines) != HeaderResult::kMerged) return false;
  lines.set("Accept-Encoding", PyUnicode_AsUTF8(around->accept_encoding));
  if (ready.body.is_json) lines.set("Accept", "application/json");
  const RequestArguments arguments = {given[kMethod],
                                      ready.sent_url.get(),
                                      Py_False,
                                      Py_None,
                                      or_none(given[kHeaders]),
                                      ready.body.content.get(),
                                      connect_limit,
                                      read_limit,
                                      settings.get(),
                                      ready.body.type,
                                      authorization,
                                      cookie.get(),
                                      most.get()};
  return build(engine.get(), arguments.data(), request) == Built::kDone;
}

bool says_nothing(PyObject* argument) { return !is_given(argument) || argument == Py_False; }

// Leaves perhaps an exception set, which the Python function will raise as well if it is of account. Not
// inlined: what it needs of the C stack would be kept while the user waits.
[[gnu::noinline]] Ready make_ready(PyObject* self, const Arguments& given) {
  const auto& names = around->names;
  Ready ready;
  if (Py_TYPE(self) != around->session || !around->session_members.holds() ||
      !around->agent_members.holds()) {
    return ready;
  }
  for (size_t i = kStream; i < kParameters; ++i) {
    if (!says_nothing(given[i])) return ready;
  }
  for (const Parameter flag : {kCatchResponse, kAllowRedirects}) {
    if (given[flag] != nullptr && !PyBool_Check(given[flag])) return ready;
  }
  if (is_given(given[kHeaders]) && !PyDict_CheckExact(given[kHeaders])) return ready;
  if (!encode(given, ready.body)) return ready;
  const Object own(PyObject_GenericGetDict(self, nullptr));
  const auto attribute = [&own](PyObject* name) { return PyDict_GetItemWithError(own.get(), name); };
  if (!own || attribute(names.request) != nullptr) return ready;
  ready.is_legacy = attribute(names.is_legacy) == Py_True;
  ready.url = full_url(attribute(names.base_url), given[kUrl]);
  if (!ready.url) return ready;
  ready.sent_url = with_params(ready.url.get(), given[kParams]);
  if (!ready.sent_url) return ready;
  PyObject* name = given[kUrl];
  for (PyObject* said : {attribute(names.request_name), given[kName]}) {
    if (!is_given(said)) continue;
    if (!PyUnicode_CheckExact(said)) return ready;
    if (PyUnicode_GET_LENGTH(said) > 0) name = said;
  }
  ready.name = Object::borrowed(name);
  const Object agent = Object::borrowed(attribute(names.client));
  const Object authorization = says_nothing(given[kAuth])
                                   ? Object::borrowed(or_none(attribute(names.auth_header)))
                                   : basic_authorization(given[kAuth], nullptr);
  if (!agent || !authorization || Py_TYPE(agent.get()) != around->agent) return ready;
  auto request = Runtime::get().make_request();
  if (build_with_agent(agent.get(), given, ready, authorization.get(), *request))
    ready.request = std::move(request);
  return ready;
}

// Of `valid_response_codes`, without those that may lead elsewhere.
bool is_success(int status) { return (status >= 200 && status <= 208) || status == 226 || status == 304; }

// A FastResponse, or the one for a with-block, as its constructor makes it; null with an exception set.
Object make_response(PyTypeObject* type, PyObject* exchange, PyObject* url, int status_code) {
  const auto& names = around->names;
  Object response(PyBaseObject_Type.tp_new(type, around->nothing, nullptr));
  const Object status(PyLong_FromLong(status_code));
  if (!response || !status || PyObject_SetAttr(response.get(), names.exchange, exchange) < 0 ||
      PyObject_SetAttr(response.get(), names.status_code, status.get()) < 0 ||
      PyObject_SetAttr(response.get(), names.url, url) < 0) {
    return Object();
  }
  return response;
}

// False if that is for Python, or with an exception set.
bool keep_cookies(PyObject* session, const http::Exchange& exchange) {
  const Object agent(PyObject_GetAttr(session, around->names.client));
  const Object jar(agent ? PyObject_GetAttr(agent.get(), around->names.cookies) : nullptr);
  return jar && take_cookies(jar.get(), exchange, false) == Taken::kDone;
}

// What there is to do when the exchange is complete.
PyObject* answer(const SessionVerb& verb, PyObject* session, const Arguments& given, const Object& exchange,
                 const Ready& ready, double start_time_s) {
  const auto& names = around->names;
  const http::Exchange& done = reinterpret_cast<ExchangeObject*>(exchange.get())->request->exchange;
  const Object start_time(PyFloat_FromDouble(start_time_s));
  if (!start_time) return nullptr;
  PyObject* catch_response = given[kCatchResponse] == nullptr ? Py_False : given[kCatchResponse];
  PyObject* context = or_none(given[kContext]);
  if (done.failure.kind != http::FailureKind::kNone || !is_success(done.response.status) ||
      (done.response.has_set_cookie && !keep_cookies(session, done))) {
    if (PyErr_Occurred() != nullptr) return nullptr;
    PyObject* allow_redirects = given[kAllowRedirects];
    if (allow_redirects == nullptr) allow_redirects = verb.follows_redirects ? Py_True : Py_False;
    PyObject* args[] = {session,
                        exchange.get(),
                        given[kMethod],
                        ready.url.get(),
                        ready.body.content.get(),
                        ready.body.type,
                        ready.body.is_json ? names.json_type : Py_None,
                        or_none(given[kHeaders]),
                        or_none(given[kAuth]),
                        or_none(given[kParams]),
                        allow_redirects,
                        ready.name.get(),
                        catch_response,
                        context,
                        start_time.get()};
    return PyObject_VectorcallMethod(names.conclude, args, std::size(args), nullptr);
  }
  Object response = make_response(catch_response == Py_True ? around->caught_response : around->response,
                                  exchange.get(), ready.url.get(), done.response.status);
  const Object response_time(PyFloat_FromDouble(to_milliseconds(done.timings.response_time())));
  const Object event(PyObject_GetAttr(session, names.request_event));
  if (!response || !response_time || !event) return nullptr;
  if (ready.is_legacy && PyObject_SetAttr(response.get(), names.is_legacy, Py_True) < 0) return nullptr;
  const Object listeners = listeners_of(event.get());
  if (!listeners) {
    if (PyErr_Occurred() != nullptr) return nullptr;
    PyObject* args[] = {response.get(),      session, catch_response,   given[kMethod], ready.name.get(),
                        response_time.get(), context, start_time.get(), ready.url.get()};
    return PyObject_VectorcallMethod(names.record, args, std::size(args), nullptr);
  }
  const Object length(PyLong_FromUnsignedLongLong(done.response.body_length));
  if (!length) return nullptr;
  const Answered answered = {session,        given[kMethod],      ready.name.get(), context,
                             response.get(), response_time.get(), start_time.get(), ready.url.get(),
                             length.get(),   exchange.get()};
  const bool told = catch_response == Py_True ? await_verdict(answered, event.get())
                                              : tell(answered, listeners.get(), Py_None);
  return told ? response.release() : nullptr;
}

PyObject* call(PyObject* self, PyObject* const* args, size_t count_and_flag, PyObject* kwnames) {
  const SessionVerb& verb = *reinterpret_cast<SessionVerb*>(self);
  Arguments given{};
  if (around != nullptr &&
      verb.sort_arguments(args, PyVectorcall_NARGS(count_and_flag), kwnames, given.data())) {
    const double start_time_s = wall_time_s();
    if (Ready ready = make_ready(args[0], given); ready.request) {
      auto request = Runtime::get().perform(std::move(ready.request));
      if (!request) return nullptr;
      const Object exchange(make_exchange_object(exchange_type(), std::move(request), ready.body.is_json));
      return exchange ? answer(verb, args[0], given, exchange, ready, start_time_s) : nullptr;
    }
    if (!clear_error()) return nullptr;
  }
  return PyObject_Vectorcall(verb.function, args, count_and_flag, kwnames);
}

PyObject* method_new(PyTypeObject* type, PyObject* args, PyObject* /*kwargs*/) {
  return new_verb(type, args, &call, parameter_names());
}

PyObject* describe_fast_sessions(PyObject* /*module*/, PyObject* args) {
  PyTypeObject* session = nullptr;
  PyTypeObject* agent = nullptr;
  PyTypeObject* response = nullptr;
  PyTypeObject* caught_response = nullptr;
  PyObject* accept_encoding = nullptr;
  PyObject* make_json_encoder = nullptr;
  PyObject* encode_form = nullptr;
  if (PyArg_ParseTuple(args, "O!O!O!O!UOO", &PyType_Type, &session, &PyType_Type, &agent, &PyType_Type,
                       &response, &PyType_Type, &caught_response, &accept_encoding, &make_json_encoder,
                       &encode_form) == 0) {
    return nullptr;
  }
  Py_INCREF(args);  // and with it all of them, for good
  around = new Surroundings{session,
                            agent,
                            response,
                            caught_response,
                            accept_encoding,
                            JsonText(make_json_encoder),
                            encode_form,
                            {session, {"request", "request_name", "auth_header", "_is_legacy", "_conclude"}},
                            {agent, {"send", "_perform", "valid_response_codes", "redirect_response_codes"}}};
  Py_RETURN_NONE;
}

PyMethodDef functions[] = {
    {"describe_fast_sessions", &describe_fast_sessions, METH_VARARGS,
     "Tells FastRequestMethod what it works with. Once, before the first request."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_fast_request_methods(PyObject* module) {
  PyObject* type = verb_type("nest_engine.FastRequestMethod", &method_new);
  if (type == nullptr || PyModule_AddObject(module, "FastRequestMethod", type) < 0) return -1;
  return PyModule_AddFunctions(module, functions);
}

}  // namespace nest::bindings

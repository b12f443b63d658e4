// HttpClient.perform() switches greenlets, so this file is plain C API (R1).
#include "http_client.h"

#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "cookie_header.h"
#include "exchange_object.h"
#include "http/curl_transport.h"
#include "http/plain_url.h"
#include "request_headers.h"
#include "runtime.h"
#include "streamed_exchange.h"

namespace nest::bindings {

namespace {

PyTypeObject* client_type = nullptr;

struct ClientObject {
  PyObject_HEAD std::shared_ptr<http::ConnectionPool> pool;
  http::Network network;  // of the next pool; the names are those of the moment
  MergedHeaders session_headers;
  bool awaits_continue;
};

// A number of seconds or None; false with a Python exception set for anything else.
bool to_timeout(PyObject* value, Duration& timeout) {
  if (value == Py_None) return true;
  const double seconds = PyFloat_AsDouble(value);
  if (seconds == -1.0 && PyErr_Occurred() != nullptr) return false;
  timeout = seconds_to_duration(seconds);
  return true;
}

// Arguments local_address and dns_ttl.
PyObject* client_new(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  static const char* names[] = {"local_address", "dns_ttl", nullptr};
  const char* local_address = "";
  PyObject* dns_ttl = Py_None;
  if (PyArg_ParseTupleAndKeywords(args, kwargs, "|sO", const_cast<char**>(names), &local_address, &dns_ttl) ==
      0)
    return nullptr;
  Duration time_to_live = Duration::zero();
  if (!to_timeout(dns_ttl, time_to_live)) return nullptr;
  auto* self = reinterpret_cast<ClientObject*>(type->tp_alloc(type, 0));
  if (self == nullptr) return nullptr;
  new (&self->pool) std::shared_ptr<http::ConnectionPool>();
  new (&self->network) http::Network();
  new (&self->session_headers) MergedHeaders();
  self->network.local_address = local_address;
  if (dns_ttl != Py_None) self->network.name_time_to_live = time_to_live;
  return reinterpret_cast<PyObject*>(self);
}

void client_dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  auto* client = reinterpret_cast<ClientObject*>(self);
  client->pool.~shared_ptr();
  client->network.~Network();
  client->session_headers.~MergedHeaders();
  type->tp_free(self);
  Py_DECREF(type);
}

// Drops the connections once no request uses them; the next request opens new ones.
PyObject* client_close(PyObject* self, PyObject* /*unused*/) {
  reinterpret_cast<ClientObject*>(self)->pool.reset();
  Py_RETURN_NONE;
}

// A number of bytes or None.
bool to_limit(PyObject* value, uint64_t& limit) {
  if (value == Py_None) return true;
  limit = PyLong_AsUnsignedLongLong(value);
  return PyErr_Occurred() == nullptr;
}

PyObject* client_get_version(PyObject* self, void* /*closure*/) {
  return PyLong_FromLong(reinterpret_cast<ClientObject*>(self)->network.http_version);
}

int client_set_version(PyObject* self, PyObject* value, void* /*closure*/) {
  const int version = value == nullptr ? -1 : _PyLong_AsInt(value);
  if (version == -1 && PyErr_Occurred() != nullptr) return -1;
  if (!http::speaks_http(version)) {
    PyErr_Format(PyExc_ValueError, "HTTP/%d is not there: libcurl %s was built without it", version / 10,
                 http::libcurl_version().c_str());
    return -1;
  }
  auto* client = reinterpret_cast<ClientObject*>(self);
  if (client->network.http_version != version) client->pool.reset();
  client->network.http_version = version;
  return 0;
}

bool to_text(PyObject* value, std::string& text) {
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(value, &size);
  if (data == nullptr) return false;
  text.assign(data, static_cast<size_t>(size));
  return true;
}

// Bytes, text to be sent as UTF-8, or None.
bool to_body(PyObject* value, http::Request& request) {
  if (value == Py_None) return true;
  request.has_body = true;
  if (PyUnicode_Check(value)) return to_text(value, request.body);
  char* data = nullptr;
  Py_ssize_t size = 0;
  if (PyBytes_AsStringAndSize(value, &data, &size) < 0) return false;
  request.body.assign(data, static_cast<size_t>(size));
  return true;
}

// A header's text, or a session's jar, alone or with the request's own cookies: (jar or None, cookies).
bool set_cookies(PyObject* value, http::Request& request) {
  if (value == Py_None || PyUnicode_Check(value)) return set_header(value, "Cookie", request.headers);
  if (!PyTuple_CheckExact(value)) return add_cookies(value, nullptr, request);
  PyObject* jar = nullptr;
  PyObject* own = nullptr;
  if (PyArg_ParseTuple(value, "OO", &jar, &own) == 0) return false;
  return add_cookies(jar == Py_None ? nullptr : jar, own, request);
}

PyObject* instead_of_an_exchange(Built built) {
  if (built == Built::kFailed) return nullptr;
  Py_RETURN_NOTIMPLEMENTED;
}

PyObject* client_perform(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  if (count != 13) return PyErr_Format(PyExc_TypeError, "perform() takes 13 arguments, not %zd", count);
  auto pending = Runtime::get().make_request();
  const Built built = build(self, args, *pending);
  if (built != Built::kDone) return instead_of_an_exchange(built);
  const bool body_is_text = PyUnicode_Check(args[5]);
  pending = Runtime::get().perform(std::move(pending));
  return pending ? make_exchange_object(exchange_type(), std::move(pending), body_is_text) : nullptr;
}

// The arguments of build(), whether the response's body is streamed, and the length of a body that is sent in
// pieces, None for one that is whole.
PyObject* client_start(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  if (count != 15) return PyErr_Format(PyExc_TypeError, "start() takes 15 arguments, not %zd", count);
  auto pending = std::make_unique<Runtime::PendingRequest>();
  const Built built = build(self, args, *pending);
  if (built != Built::kDone) return instead_of_an_exchange(built);
  pending->exchange.streaming = std::make_unique<http::Streaming>();
  http::Streaming& streaming = *pending->exchange.streaming;
  streaming.reads_body = args[13] == Py_True;
  if (args[14] != Py_None) {
    streaming.sends_body = pending->exchange.request.has_body = true;
    streaming.body_length = PyLong_AsLongLong(args[14]);
    if (PyErr_Occurred() != nullptr) return nullptr;
  }
  Runtime::PendingRequest& request = *pending;
  PyObject* exchange = make_streamed_exchange(std::move(pending), PyUnicode_Check(args[5]));
  if (exchange != nullptr && Runtime::get().start(request) < 0) {
    request.completed = true;
    Py_CLEAR(exchange);
  }
  return exchange;
}

PyObject* client_get_local_address(PyObject* self, void* /*closure*/) {
  return PyUnicode_FromString(reinterpret_cast<ClientObject*>(self)->network.local_address.c_str());
}

PyMethodDef client_methods[] = {
    {"perform", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&client_perform)), METH_FASTCALL,
     "Sends a request and lets other users run until its response is complete."},
    {"start", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&client_start)), METH_FASTCALL,
     "Sends a request and returns at once."},
    {"close", &client_close, METH_NOARGS, "Closes this user's idle connections."},
    {nullptr, nullptr, 0, nullptr},
};

PyObject* client_get_awaits_continue(PyObject* self, void* /*closure*/) {
  return PyBool_FromLong(reinterpret_cast<ClientObject*>(self)->awaits_continue);
}

int client_set_awaits_continue(PyObject* self, PyObject* value, void* /*closure*/) {
  reinterpret_cast<ClientObject*>(self)->awaits_continue = value == Py_True;
  return 0;
}

PyGetSetDef client_attributes[] = {
    {"awaits_continue", &client_get_awaits_continue, &client_set_awaits_continue,
     "Whether an Expect header keeps a body back until the server asks for it.", nullptr},
    {"http_version", &client_get_version, &client_set_version, "What is spoken where the server can.",
     nullptr},
    {"local_address", &client_get_local_address, nullptr, "Where connections are made from; may be empty.",
     nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot client_slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(&client_new)},
    {Py_tp_dealloc, reinterpret_cast<void*>(&client_dealloc)},
    {Py_tp_methods, client_methods},
    {Py_tp_getset, client_attributes},
    {Py_tp_doc, const_cast<char*>("One user's connections.")},
    {0, nullptr},
};

PyType_Spec client_spec = {"nest_engine.HttpClient", sizeof(ClientObject), 0, Py_TPFLAGS_DEFAULT,
                           client_slots};

}  // namespace

Built build(PyObject* object, PyObject* const* args, Runtime::PendingRequest& pending) {
  auto& client = *reinterpret_cast<ClientObject*>(object);
  http::Request& request = pending.exchange.request;
  if (!to_text(args[0], request.method) || !to_text(args[1], request.url)) return Built::kFailed;
  if (args[2] != Py_True && !http::is_plain_url(request.url)) return Built::kForRequests;
  if (PyList_CheckExact(args[4])) {
    if (!take_prepared_headers(args[4], request.headers)) return Built::kFailed;
  } else if ((args[3] != Py_None &&
              client.session_headers.merge(args[3], request.headers) == HeaderResult::kUnusual) ||
             merge_headers(args[4], request.headers) == HeaderResult::kUnusual) {
    return Built::kForRequests;
  }
  if ((!request.headers.has("Content-Type") && !set_header(args[9], "Content-Type", request.headers)) ||
      !set_header(args[10], "Authorization", request.headers) ||
      (!request.headers.has("Cookie") && !set_cookies(args[11], request))) {
    return Built::kFailed;
  }
  if (!to_body(args[5], request) || !to_timeout(args[6], request.connect_timeout) ||
      !to_timeout(args[7], request.read_timeout) || !to_limit(args[12], request.max_response_body)) {
    return Built::kFailed;
  }
  if (args[8] != Py_None && !settings_of(args[8], request.settings)) return Built::kFailed;
  request.awaits_continue = client.awaits_continue;
  if (!client.pool) client.pool = Runtime::get().make_pool(client.network);
  pending.exchange.pool = client.pool;
  return Built::kDone;
}

bool is_http_client(PyObject* object) { return Py_TYPE(object) == client_type; }

int add_http_types(PyObject* module) {
  PyObject* client = PyType_FromSpec(&client_spec);
  if (client == nullptr || PyModule_AddObject(module, "HttpClient", Py_NewRef(client)) < 0) return -1;
  client_type = reinterpret_cast<PyTypeObject*>(client);
  return add_exchange_types(module) < 0 ? -1 : add_streamed_exchange_type(module);
}

}  // namespace nest::bindings

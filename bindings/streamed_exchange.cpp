// Plain C API: what switches greenlets must not be bound with pybind11 (R1).
#include "streamed_exchange.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "exchange_object.h"

namespace nest::bindings {

namespace {

// What crosses between the threads at once of a longer piece.
constexpr size_t kLongestPiece = size_t{64} * 1024;

PyTypeObject* streamed_exchange_type = nullptr;

Runtime::PendingRequest& request_of(PyObject* self) {
  return *reinterpret_cast<ExchangeObject*>(self)->request;
}

http::HttpEngine& engine() { return Runtime::get().engine(); }

void streamed_exchange_dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  auto& request = reinterpret_cast<ExchangeObject*>(self)->request;
  Runtime::get().dispose(std::move(request));
  request.~unique_ptr();
  type->tp_free(self);
  Py_DECREF(type);
}

// 0 once there is news. -1 with a Python exception set when the greenlet was interrupted: then nobody knows
// what it has missed, and the request is cancelled.
int wait_for_news(Runtime::PendingRequest& request) {
  if (request.waiter.greenlet != nullptr) {
    PyErr_SetString(PyExc_RuntimeError, "another greenlet is already waiting for this response");
    return -1;
  }
  if (Runtime::get().wait(request) == 0) return 0;
  Runtime::get().cancel(request);
  return -1;
}

bool answer_is_there(const Runtime::PendingRequest& request) {
  return request.completed || request.exchange.streaming->header_complete;
}

PyObject* wait(PyObject* self, PyObject* /*unused*/) {
  Runtime::PendingRequest& request = request_of(self);
  while (!answer_is_there(request)) {
    if (wait_for_news(request) < 0) return nullptr;
  }
  Py_RETURN_NONE;
}

PyObject* send(PyObject* self, PyObject* piece) {
  char* data = nullptr;
  Py_ssize_t size = 0;
  if (PyBytes_AsStringAndSize(piece, &data, &size) < 0) return nullptr;
  Runtime::PendingRequest& request = request_of(self);
  for (std::string_view rest(data, static_cast<size_t>(size)); !rest.empty() && !request.completed;) {
    const std::string_view part = rest.substr(0, kLongestPiece);
    if (engine().write_body(request.exchange, part)) {
      rest.remove_prefix(part.size());
    } else if (wait_for_news(request) < 0) {
      return nullptr;
    }
  }
  return PyBool_FromLong(!request.completed);
}

PyObject* end_body(PyObject* self, PyObject* /*unused*/) {
  engine().end_body(request_of(self).exchange);
  Py_RETURN_NONE;
}

PyObject* read(PyObject* self, PyObject* limit) {
  const size_t longest = PyLong_AsSize_t(limit);
  if (PyErr_Occurred() != nullptr) return nullptr;
  if (reinterpret_cast<ExchangeObject*>(self)->closed) return PyBytes_FromStringAndSize(nullptr, 0);
  Runtime::PendingRequest& request = request_of(self);
  while (true) {
    const bool completed = request.completed;  // before looking: nothing comes after it
    const std::string_view piece = engine().peek_body(request.exchange).substr(0, longest);
    if (!piece.empty() || completed) {
      PyObject* bytes = PyBytes_FromStringAndSize(piece.data(), static_cast<Py_ssize_t>(piece.size()));
      if (bytes != nullptr) engine().consume_body(request.exchange, piece.size());
      return bytes;
    }
    if (wait_for_news(request) < 0) return nullptr;
  }
}

PyObject* close(PyObject* self, PyObject* /*unused*/) {
  Runtime::PendingRequest& request = request_of(self);
  Runtime::get().cancel(request);
  request.exchange.streaming->response_body.clear();
  reinterpret_cast<ExchangeObject*>(self)->closed = true;
  Py_RETURN_NONE;
}

PyObject* get_has_header(PyObject* self, void*) {
  return PyBool_FromLong(request_of(self).exchange.streaming->header_complete);
}

PyObject* get_is_complete(PyObject* self, void*) { return PyBool_FromLong(request_of(self).completed); }

PyObject* get_is_encoded(PyObject* self, void*) {
  return PyBool_FromLong(request_of(self).exchange.streaming->is_encoded);
}

PyObject* get_failure(PyObject* self, void*) {
  if (!request_of(self).completed) Py_RETURN_NONE;
  return describe(request_of(self).exchange.failure);
}

PyMethodDef methods[] = {
    {"wait", &wait, METH_NOARGS,
     "Lets other users run until the response's header (if its body is streamed) or the whole of it is "
     "there, or the "
     "request has failed."},
    {"send", &send, METH_O,
     "The next bytes of the request's body; waits for room. False once the server has answered or failed for "
     "good: it "
     "takes no more."},
    {"end_body", &end_body, METH_NOARGS, "The request's body is complete."},
    {"read", &read, METH_O,
     "Bytes of the response's body, at least one and at most so many; waits for them. Empty at its end."},
    {"close", &close, METH_NOARGS, "Cancels what is still under way; nothing is left to be read."},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef attributes[] = {
    {"has_header", &get_has_header, nullptr, "Whether the header of a streamed response has come.", nullptr},
    {"is_complete", &get_is_complete, nullptr, "Whether the transfer has ended, well or not.", nullptr},
    {"is_encoded", &get_is_encoded, nullptr, "Whether read() gives gzip or deflate, as it was sent.",
     nullptr},
    {"failure", &get_failure, nullptr, "None as long as there is none, or (kind, errno or 0, message).",
     nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_dealloc, reinterpret_cast<void*>(&streamed_exchange_dealloc)},
    {Py_tp_methods, methods},
    {Py_tp_getset, attributes},
    {Py_tp_doc,
     const_cast<char*>("A request and its response, in parts. Attributes of the response: after wait().")},
    {0, nullptr},
};

PyType_Spec spec = {"nest_engine.StreamedExchange", sizeof(ExchangeObject), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

}  // namespace

int add_streamed_exchange_type(PyObject* module) {
  PyObject* type = PyType_FromSpecWithBases(&spec, reinterpret_cast<PyObject*>(exchange_type()));
  if (type == nullptr) return -1;
  streamed_exchange_type = reinterpret_cast<PyTypeObject*>(type);
  Py_INCREF(type);
  return PyModule_AddObject(module, "StreamedExchange", type);
}

PyObject* make_streamed_exchange(std::unique_ptr<Runtime::PendingRequest> request, bool body_is_text) {
  return make_exchange_object(streamed_exchange_type, std::move(request), body_is_text);
}

}  // namespace nest::bindings

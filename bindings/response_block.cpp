#include "response_block.h"

#include <array>
#include <vector>

#include "exchange_object.h"
#include "object.h"
#include "request_event.h"
#include "unchanged.h"

namespace nest::bindings {

namespace {

// Attributes of a response with which its block is not for us: it has something to say of its own, its body
// is still to be read, or its request_meta was looked at and may have been changed.
constexpr std::array kUnusualNames = {"request_meta", "locust_request_meta", "error",     "_broken",
                                      "_is_read",     "_streamed",           "_is_legacy"};

// What the end of a block asks of its class.
constexpr std::initializer_list<const char*> kAsked = {"_default_failure", "_recorded_length",
                                                       "_event_keywords", "request_meta", "error"};

// A class of responses.
struct Kind {
  PyTypeObject* type;
  bool fails_by_status;  // else by its `error` alone
  Unchanged methods;
};

struct Surroundings {
  PyTypeObject* response_error;
  PyObject* catch_error;
  std::vector<Kind> kinds;
  std::array<PyObject*, kUnusualNames.size()> unusual;
  PyObject* report = PyUnicode_InternFromString("_report");
  PyObject* entered = PyUnicode_InternFromString("_entered");
  PyObject* verdict = PyUnicode_InternFromString("_verdict");
  PyObject* recorded = PyUnicode_InternFromString("_recorded");
  PyObject* exchange = PyUnicode_InternFromString("_exchange");
  PyObject* status_code = PyUnicode_InternFromString("status_code");
  PyObject* reason = PyUnicode_InternFromString("reason");
};
Surroundings* around = nullptr;

// Null for responses that are not for us.
Kind* kind_of(PyObject* response) {
  if (around == nullptr) return nullptr;
  for (Kind& kind : around->kinds) {
    if (kind.type == Py_TYPE(response)) return &kind;
  }
  return nullptr;
}

// The attributes of a response whose block is ours to enter and leave; null without an exception for another.
Object attributes_of(PyObject* response) {
  if (kind_of(response) == nullptr) return Object();
  Object attributes(PyObject_GenericGetDict(response, nullptr));
  PyErr_Clear();
  if (attributes && PyDict_GetItemWithError(attributes.get(), around->report) == nullptr) return Object();
  return attributes;
}

bool says_something_unusual(PyObject* attributes) {
  for (PyObject* name : around->unusual) {
    if (PyDict_GetItemWithError(attributes, name) != nullptr) return true;
  }
  return false;
}

}  // namespace

PyObject* enter_block(PyObject* const* args, Py_ssize_t count) {
  const Object attributes = count == 1 ? attributes_of(args[0]) : Object();
  if (!attributes || PyDict_SetItem(attributes.get(), around->entered, Py_True) < 0) return nullptr;
  return Py_NewRef(args[0]);
}

namespace {

// False, perhaps with an exception set, for what the Python function has to look at.
bool judge(PyObject* response, PyObject* verdict) {
  const Object attributes = attributes_of(response);
  return attributes && PyDict_GetItemWithError(attributes.get(), around->entered) == Py_True &&
         PyDict_GetItemWithError(attributes.get(), around->unusual.back()) == nullptr &&
         PyDict_SetItem(attributes.get(), around->verdict, verdict) == 0;
}

}  // namespace

PyObject* judge_success(PyObject* const* args, Py_ssize_t count) {
  if (count != 1 || !judge(args[0], Py_True)) return nullptr;
  Py_RETURN_NONE;
}

PyObject* judge_failure(PyObject* const* args, Py_ssize_t count) {
  if (count != 2 || around == nullptr) return nullptr;
  Object error;
  if (PyExceptionInstance_Check(args[1]) && PyErr_GivenExceptionMatches(args[1], PyExc_Exception) != 0)
    error = Object::borrowed(args[1]);
  else if (PyUnicode_CheckExact(args[1]))
    error = Object(PyObject_CallOneArg(around->catch_error, args[1]));
  if (!error || !judge(args[0], error.get())) return nullptr;
  Py_RETURN_NONE;
}

namespace {

// What the request counts as at the end of its block; null, perhaps with an exception set, for what the
// Python function has to look at.
Object outcome(const Kind& kind, PyObject* attributes, PyObject* verdict, PyObject* error,
               const Answered& done, PyObject* listeners) {
  if (verdict != nullptr) return Object::borrowed(verdict == Py_True ? Py_None : verdict);
  if (error != Py_None || !kind.fails_by_status) return Object::borrowed(error);
  PyObject* status = PyDict_GetItemWithError(attributes, around->status_code);
  if (status == nullptr || !PyLong_CheckExact(status)) return Object();
  const long code = PyLong_AsLong(status);
  if (code <= 0) return Object();
  if (code < 400 || code >= 600) return Object::borrowed(Py_None);
  const Object reason = Object::borrowed(PyDict_GetItemWithError(attributes, around->reason));
  return failure_by_status(done, code, reason.get(), listeners);
}

}  // namespace

PyObject* leave_block(PyObject* const* args, Py_ssize_t count) {
  const Object attributes = count == 4 ? attributes_of(args[0]) : Object();
  if (!attributes) return nullptr;
  Kind& kind = *kind_of(args[0]);
  if (!kind.methods.holds() || says_something_unusual(attributes.get())) return nullptr;
  PyObject* error = args[2];
  const Object verdict = Object::borrowed(PyDict_GetItemWithError(attributes.get(), around->verdict));
  // The model's own trouble, not the server's: nothing is recorded.
  if (!verdict && error != Py_None && PyObject_TypeCheck(error, around->response_error) == 0) Py_RETURN_FALSE;
  PyObject* event = event_of(PyDict_GetItemWithError(attributes.get(), around->report));
  const Object recorded = Object::borrowed(PyDict_GetItemWithError(attributes.get(), around->recorded));
  const Object exchange = Object::borrowed(PyDict_GetItemWithError(attributes.get(), around->exchange));
  if (event == nullptr || !recorded || !PyTuple_CheckExact(recorded.get()) ||
      PyTuple_GET_SIZE(recorded.get()) != 8 || !exchange || !Py_IS_TYPE(exchange.get(), exchange_type())) {
    return nullptr;
  }
  const Object listeners = listeners_of(event);
  if (!listeners) return nullptr;
  const http::Response& response =
      reinterpret_cast<ExchangeObject*>(exchange.get())->request->exchange.response;
  const Object length(PyLong_FromUnsignedLongLong(response.body_length));
  if (!length) return nullptr;
  const auto part = [&recorded](Py_ssize_t place) { return PyTuple_GET_ITEM(recorded.get(), place); };
  if (part(5) != Py_None) return nullptr;
  const Answered done = {part(0), part(1), part(2), part(4),      args[0],
                         part(3), part(6), part(7), length.get(), exchange.get()};
  const Object failure = outcome(kind, attributes.get(), verdict.get(), error, done, listeners.get());
  if (!failure || (failure.get() != Py_None && !remember(done, done.context, failure.get())) ||
      !tell_all(done, listeners.get(), done.context, failure.get())) {
    return nullptr;
  }
  return PyBool_FromLong(static_cast<long>(error == Py_None || !verdict));
}

namespace {

PyObject* describe_responses(PyObject* /*module*/, PyObject* args) {
  PyTypeObject* response = nullptr;
  PyTypeObject* response_error = nullptr;
  PyObject* catch_error = nullptr;
  int fails_by_status = 0;
  if (PyArg_ParseTuple(args, "O!OO!p", &PyType_Type, &response, &catch_error, &PyType_Type, &response_error,
                       &fails_by_status) == 0) {
    return nullptr;
  }
  Py_INCREF(args);  // and with it all of them, for good
  if (around == nullptr) {
    around = new Surroundings{response_error, catch_error, {}, {}};
    for (size_t i = 0; i < kUnusualNames.size(); ++i)
      around->unusual[i] = PyUnicode_InternFromString(kUnusualNames[i]);
  }
  around->kinds.push_back({response, fails_by_status != 0, {response, kAsked}});
  Py_RETURN_NONE;
}

PyMethodDef functions[] = {
    {"describe_responses", &describe_responses, METH_VARARGS,
     "A class of responses whose with-blocks are left without Python."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_response_blocks(PyObject* module) { return PyModule_AddFunctions(module, functions); }

}  // namespace nest::bindings

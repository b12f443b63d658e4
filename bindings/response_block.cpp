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
constexpr std::array kUnusualNames = {"request_meta", "locust_request_meta", "error", "_broken", "_is_read",
                                      "_streamed"};

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
  PyObject* is_legacy = PyUnicode_InternFromString("_is_legacy");
  PyObject* was_reported = PyUnicode_InternFromString("_was_reported");
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

// What was kept of a request for the end of its block.
struct Kept {
  Object recorded;
  Object exchange;
  Object listeners;
  Object length;
  Answered done;
};

// False, perhaps with an exception set, for what the Python function has to look at.
bool find_kept(PyObject* response, PyObject* attributes, Kept& kept) {
  Kind& kind = *kind_of(response);
  if (!kind.methods.holds() || says_something_unusual(attributes)) return false;
  PyObject* event = event_of(PyDict_GetItemWithError(attributes, around->report));
  kept.recorded = Object::borrowed(PyDict_GetItemWithError(attributes, around->recorded));
  kept.exchange = Object::borrowed(PyDict_GetItemWithError(attributes, around->exchange));
  if (event == nullptr || !kept.recorded || !PyTuple_CheckExact(kept.recorded.get()) ||
      PyTuple_GET_SIZE(kept.recorded.get()) != 8 || !kept.exchange ||
      !Py_IS_TYPE(kept.exchange.get(), exchange_type())) {
    return false;
  }
  kept.listeners = listeners_of(event);
  if (!kept.listeners) return false;
  const http::Response& received =
      reinterpret_cast<ExchangeObject*>(kept.exchange.get())->request->exchange.response;
  kept.length = Object(PyLong_FromUnsignedLongLong(received.body_length));
  const auto part = [&kept](Py_ssize_t place) { return PyTuple_GET_ITEM(kept.recorded.get(), place); };
  kept.done = {part(0), part(1), part(2), part(4),           response,
               part(3), part(6), part(7), kept.length.get(), kept.exchange.get()};
  return kept.length && part(5) == Py_None;
}

bool is_set(PyObject* attributes, PyObject* name) {
  return PyDict_GetItemWithError(attributes, name) == Py_True;
}

// Until 0.14 each verdict is told when it is given. False, perhaps with an exception set, for what the Python
// function has to look at.
bool tell_at_once(PyObject* response, PyObject* attributes, PyObject* failure) {
  Kept kept;
  return find_kept(response, attributes, kept) &&
         PyDict_SetItem(attributes, around->was_reported, Py_True) == 0 &&
         tell_all(kept.done, kept.listeners.get(), kept.done.context, failure);
}

// The same; null for a success.
bool judge(PyObject* response, PyObject* failure) {
  const Object attributes = attributes_of(response);
  if (!attributes) return false;
  if (is_set(attributes.get(), around->is_legacy))
    return tell_at_once(response, attributes.get(), failure == nullptr ? Py_None : failure);
  return is_set(attributes.get(), around->entered) &&
         PyDict_SetItem(attributes.get(), around->verdict, failure == nullptr ? Py_True : failure) == 0;
}

}  // namespace

PyObject* judge_success(PyObject* const* args, Py_ssize_t count) {
  if (count != 1 || !judge(args[0], nullptr)) return nullptr;
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

namespace {

// Where nothing was told within the block.
PyObject* leave_legacy_block(PyObject* response, PyObject* attributes, PyObject* error) {
  const bool is_of_response = error == Py_None || PyObject_TypeCheck(error, around->response_error) != 0;
  if (is_set(attributes, around->was_reported) || !is_of_response) Py_RETURN_FALSE;
  if (error == Py_None && kind_of(response)->fails_by_status) {
    PyObject* status = PyDict_GetItemWithError(attributes, around->status_code);
    const long code = status != nullptr && PyLong_CheckExact(status) ? PyLong_AsLong(status) : 0;
    if (code <= 0 || (code >= 400 && code < 600)) return nullptr;
  }
  if (!tell_at_once(response, attributes, error)) return nullptr;
  Py_RETURN_TRUE;
}

}  // namespace

PyObject* leave_block(PyObject* const* args, Py_ssize_t count) {
  const Object attributes = count == 4 ? attributes_of(args[0]) : Object();
  if (!attributes) return nullptr;
  PyObject* error = args[2];
  if (is_set(attributes.get(), around->is_legacy))
    return leave_legacy_block(args[0], attributes.get(), error);
  const Object verdict = Object::borrowed(PyDict_GetItemWithError(attributes.get(), around->verdict));
  Kept kept;
  if (!find_kept(args[0], attributes.get(), kept)) return nullptr;
  // The model's own trouble, not the server's: nothing is recorded.
  if (!verdict && error != Py_None && PyObject_TypeCheck(error, around->response_error) == 0) Py_RETURN_FALSE;
  const Object failure =
      outcome(*kind_of(args[0]), attributes.get(), verdict.get(), error, kept.done, kept.listeners.get());
  if (!failure || (failure.get() != Py_None && !remember(kept.done, kept.done.context, failure.get())) ||
      !tell_all(kept.done, kept.listeners.get(), kept.done.context, failure.get())) {
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

#include "response_block.h"

#include <array>

#include "exchange_object.h"
#include "object.h"
#include "request_event.h"
#include "unchanged.h"

namespace nest::bindings {

namespace {

// Attributes of a response with which its block is not for us: it has something to say of its own, its body
// is still to be read, or its request_meta was looked at and may have been changed.
constexpr std::array kUnusualNames = {"request_meta", "locust_request_meta", "error",
                                      "_is_read",     "_streamed",           "_is_legacy"};

// What the end of a block asks of its class.
constexpr std::initializer_list<const char*> kAsked = {"_default_failure", "_recorded_length",
                                                       "_event_keywords", "request_meta", "error"};

struct Surroundings {
  PyTypeObject* response;
  Unchanged methods;
  std::array<PyObject*, kUnusualNames.size()> unusual;
  PyObject* report = PyUnicode_InternFromString("_report");
  PyObject* entered = PyUnicode_InternFromString("_entered");
  PyObject* verdict = PyUnicode_InternFromString("_verdict");
  PyObject* recorded = PyUnicode_InternFromString("_recorded");
  PyObject* exchange = PyUnicode_InternFromString("_exchange");
  PyObject* status_code = PyUnicode_InternFromString("status_code");
};
Surroundings* around = nullptr;

// The attributes of a response whose block is ours to enter and leave; null without an exception for another.
Object attributes_of(PyObject* response) {
  if (around == nullptr || Py_TYPE(response) != around->response) return Object();
  Object attributes(PyObject_GenericGetDict(response, nullptr));
  PyErr_Clear();
  if (attributes && PyDict_GetItemWithError(attributes.get(), around->report) == nullptr) return Object();
  return attributes;
}

bool is_success(PyObject* attributes) {
  if (PyObject* verdict = PyDict_GetItemWithError(attributes, around->verdict)) return verdict == Py_True;
  PyObject* status = PyDict_GetItemWithError(attributes, around->status_code);
  if (status == nullptr || !PyLong_CheckExact(status)) return false;
  const long code = PyLong_AsLong(status);
  return !(code == -1 && PyErr_Occurred() != nullptr) && code > 0 && (code < 400 || code >= 600);
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

PyObject* judge_success(PyObject* const* args, Py_ssize_t count) {
  const Object attributes = count == 1 ? attributes_of(args[0]) : Object();
  if (!attributes || PyDict_GetItemWithError(attributes.get(), around->entered) != Py_True ||
      PyDict_GetItemWithError(attributes.get(), around->unusual.back()) != nullptr ||
      PyDict_SetItem(attributes.get(), around->verdict, Py_True) < 0) {
    return nullptr;
  }
  Py_RETURN_NONE;
}

PyObject* leave_block(PyObject* const* args, Py_ssize_t count) {
  const Object attributes = count == 4 && args[2] == Py_None ? attributes_of(args[0]) : Object();
  if (!attributes || !around->methods.holds() || says_something_unusual(attributes.get()) ||
      !is_success(attributes.get())) {
    return nullptr;
  }
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
  const Answered done = {part(0), part(1), part(2), part(4),      args[0],
                         part(3), part(6), part(7), length.get(), exchange.get()};
  if (!tell_all(done, listeners.get(), done.context, Py_None)) return nullptr;
  Py_RETURN_TRUE;
}

namespace {

PyObject* describe_responses(PyObject* /*module*/, PyObject* type) {
  if (!PyType_Check(type)) return PyErr_Format(PyExc_TypeError, "a class of responses, not %R", type);
  auto* response = reinterpret_cast<PyTypeObject*>(Py_NewRef(type));
  around = new Surroundings{response, {response, kAsked}, {}};
  for (size_t i = 0; i < kUnusualNames.size(); ++i)
    around->unusual[i] = PyUnicode_InternFromString(kUnusualNames[i]);
  Py_RETURN_NONE;
}

PyMethodDef functions[] = {
    {"describe_responses", &describe_responses, METH_O, "Whose with-blocks are left without Python. Once."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_response_blocks(PyObject* module) { return PyModule_AddFunctions(module, functions); }

}  // namespace nest::bindings

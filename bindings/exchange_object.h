// The Python face of a finished request, nest_engine.Exchange; attributes are made when they are touched.
#pragma once

#include <Python.h>

#include <memory>

#include "runtime.h"

namespace nest::bindings {

// Adds the type Exchange to the module; -1 with a Python exception set on failure.
int add_exchange_types(PyObject* module);

struct ExchangeObject {
  PyObject_HEAD std::unique_ptr<Runtime::PendingRequest> request;
  bool body_is_text;
  bool closed;  // by whoever read a streamed body
};

// nest_engine.Exchange; borrowed.
PyTypeObject* exchange_type();

// What Exchange.failure is.
PyObject* describe(const http::Failure& failure);

// A new reference, or null with a Python exception set.
PyObject* make_exchange_object(PyTypeObject* type, std::unique_ptr<Runtime::PendingRequest> request,
                               bool body_is_text);

// The request in a nest_engine.Exchange, as long as that lives; null for anything else.
const http::Exchange* as_exchange(PyObject* object);

// The stamps of a nest_engine.Exchange, as long as it lives; null for anything else.
const http::Timings* timings_of(PyObject* object);

// The C++ value of a nest_engine.ConnectionSettings; false with a Python exception set for anything else.
bool settings_of(PyObject* object, std::shared_ptr<const http::ConnectionSettings>& settings);

}  // namespace nest::bindings

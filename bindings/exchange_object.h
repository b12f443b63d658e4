// The Python face of a finished request, nest_engine.Exchange; attributes are made when they are touched.
#pragma once

#include <Python.h>

#include <memory>

#include "runtime.h"

namespace nest::bindings {

// Adds the type Exchange to the module; -1 with a Python exception set on failure.
int add_exchange_types(PyObject* module);

// A new reference, or null with a Python exception set.
PyObject* make_exchange_object(std::unique_ptr<Runtime::PendingRequest> request, bool body_is_text);

// The C++ value of a nest_engine.ConnectionSettings; false with a Python exception set for anything else.
bool settings_of(PyObject* object, std::shared_ptr<const http::ConnectionSettings>& settings);

}  // namespace nest::bindings

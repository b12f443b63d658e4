// The Python face of a request whose bodies are streamed, nest_engine.StreamedExchange: an Exchange that may
// still be under way.
#pragma once

#include <Python.h>

#include <memory>

#include "runtime.h"

namespace nest::bindings {

// Adds the type StreamedExchange to the module, after Exchange; -1 with a Python exception set on failure.
int add_streamed_exchange_type(PyObject* module);

// A new reference to what start() will be called for, or null with a Python exception set.
PyObject* make_streamed_exchange(std::unique_ptr<Runtime::PendingRequest> request, bool body_is_text);

}  // namespace nest::bindings

// Plain C API: what switches greenlets must not be bound with pybind11 (R1).
#include "waiting.h"

#include <stdexcept>

#include "runtime.h"
#include "switch.h"

namespace nest::bindings {

namespace {

PyObject* none_unless(bool failed) {
  if (failed) return nullptr;
  Py_RETURN_NONE;
}

PyObject* sleep(PyObject* /*module*/, PyObject* argument) {
  const double seconds = PyFloat_AsDouble(argument);
  if (seconds == -1.0 && PyErr_Occurred() != nullptr) return nullptr;
  return none_unless(Runtime::get().sleep(seconds) < 0);
}

PyObject* drain(PyObject* /*module*/, PyObject* /*unused*/) {
  Runtime::get().drain();
  Py_RETURN_NONE;
}

// For greenlet.settrace(): aborts on a switch, whoever makes it, where none is allowed.
PyObject* check_switch(PyObject* /*module*/, PyObject* /*event_and_args*/) {
  check_switch_allowed();
  Py_RETURN_NONE;
}

// Breaks R3 on purpose, to show that it cannot go unnoticed.
PyObject* sleep_inside_catch_block(PyObject* /*module*/, PyObject* argument) {
  try {
    throw std::runtime_error("on purpose");
  } catch (const std::runtime_error&) {
    return sleep(nullptr, argument);
  }
}

PyMethodDef functions[] = {
    {"sleep", &sleep, METH_O, "Lets other users run for so many seconds; 0: until they all had a turn."},
    {"drain", &drain, METH_NOARGS, "Resumes whoever is due. Called by the event loop, in its hub."},
    {"check_switch", &check_switch, METH_VARARGS,
     "A greenlet trace function that aborts on forbidden switches."},
    {"_sleep_inside_catch_block", &sleep_inside_catch_block, METH_O, "For tests: breaks rule R3."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_waiting_functions(PyObject* module) { return PyModule_AddFunctions(module, functions); }

}  // namespace nest::bindings

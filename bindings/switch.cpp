// No pybind11 in this file: R1 is what it guards.
#include "switch.h"

#include <greenlet.h>

#include <exception>

#include "base/errors.h"
#include "bound_call.h"

namespace nest::bindings {

namespace {

PyGreenlet* hub_greenlet = nullptr;

}  // namespace

int import_greenlet() {
  PyGreenlet_Import();
  return _PyGreenlet_API == nullptr ? -1 : 0;
}

void set_hub(PyObject* hub) {
  Py_INCREF(hub);
  Py_XDECREF(reinterpret_cast<PyObject*>(hub_greenlet));
  hub_greenlet = reinterpret_cast<PyGreenlet*>(hub);
}

void check_switch_allowed() {
  NEST_CHECK(!inside_bound_call(),
             "R1: a greenlet may not be switched inside a function bound with pybind11");
  NEST_CHECK(std::current_exception() == nullptr, "R3: a greenlet may not be switched inside a catch block");
}

const void* current_greenlet() {
  PyGreenlet* current = PyGreenlet_GetCurrent();
  Py_XDECREF(current);  // it runs
  return current;
}

int suspend(Waiter& waiter) {
  check_switch_allowed();
  PyGreenlet* current = PyGreenlet_GetCurrent();
  if (current == nullptr) return -1;
  if (hub_greenlet == nullptr || current == hub_greenlet) {
    Py_DECREF(current);
    PyErr_SetString(PyExc_RuntimeError, hub_greenlet == nullptr
                                            ? "the engine is not attached to an event loop"
                                            : "the event loop itself must not wait");
    return -1;
  }
  waiter.greenlet = reinterpret_cast<PyObject*>(current);
  waiter.woken = false;
  int result = 0;
  while (!waiter.woken) {  // somebody else may switch to us by mistake: go on waiting
    PyObject* value = PyGreenlet_Switch(hub_greenlet, nullptr, nullptr);
    if (value == nullptr) {
      result = -1;
      break;
    }
    Py_DECREF(value);
  }
  Py_CLEAR(waiter.greenlet);
  return result;
}

void resume(Waiter& waiter) {
  waiter.woken = true;
  PyObject* greenlet = waiter.greenlet;
  Py_INCREF(greenlet);  // it may end, and its Waiter with it, before the switch comes back
  PyObject* value = PyGreenlet_Switch(reinterpret_cast<PyGreenlet*>(greenlet), nullptr, nullptr);
  if (value == nullptr) {
    PyErr_WriteUnraisable(greenlet);
  } else {
    Py_DECREF(value);
  }
  Py_DECREF(greenlet);
}

}  // namespace nest::bindings

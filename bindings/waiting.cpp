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

PyObject* begin_task(PyObject* /*module*/, PyObject* const* args, Py_ssize_t count) {
  if (count != 2) return PyErr_Format(PyExc_TypeError, "begin_task() takes 2 arguments, not %zd", count);
  Runtime::get().task_accounts().begin(args[0], args[1]);
  Py_RETURN_NONE;
}

PyObject* end_tasks(PyObject* /*module*/, PyObject* /*unused*/) {
  Runtime::get().task_accounts().end();
  Py_RETURN_NONE;
}

PyObject* pause(PyObject* /*module*/, PyObject* argument) {
  const double seconds = PyFloat_AsDouble(argument);
  if (seconds == -1.0 && PyErr_Occurred() != nullptr) return nullptr;
  return none_unless(Runtime::get().pause(seconds) < 0);
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
    {"begin_task", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&begin_task)), METH_FASTCALL,
     "From now on, the calling greenlet uses the thread for this task of this user."},
    {"end_tasks", &end_tasks, METH_NOARGS, "The calling greenlet is done with its user's tasks."},
    {"pause", &pause, METH_O,
     "The same between two tasks: 0 returns at once if others had their turn while the last one waited."},
    {"drain", &drain, METH_NOARGS, "Resumes whoever is due. Called by the event loop, in its hub."},
    {"check_switch", &check_switch, METH_VARARGS,
     "A greenlet trace function that aborts on forbidden switches."},
    {"_sleep_inside_catch_block", &sleep_inside_catch_block, METH_O, "For tests: breaks rule R3."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_waiting_functions(PyObject* module) { return PyModule_AddFunctions(module, functions); }

}  // namespace nest::bindings

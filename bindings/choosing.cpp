#include "choosing.h"

#include <bit>
#include <cstdint>

#include "object.h"

namespace nest::bindings {

namespace {

// What a chooser is bound to: a tuple.
enum Part : uint8_t { kModule, kChoice, kGetRandBits, kParts };

// Below `limit`, evenly; -1 with a Python exception set.
Py_ssize_t random_below(PyObject* getrandbits, Py_ssize_t limit) {
  PyObject* width = PyLong_FromLong(static_cast<long>(std::bit_width(static_cast<size_t>(limit))));
  if (width == nullptr) return -1;
  Py_ssize_t number = limit;
  while (number >= limit) {
    PyObject* bits = PyObject_CallOneArg(getrandbits, width);
    number = bits == nullptr ? -1 : PyLong_AsSsize_t(bits);
    Py_XDECREF(bits);
  }
  Py_DECREF(width);
  return number;
}

PyObject* choose(PyObject* parts, PyObject* sequence) {
  static PyObject* const kName = PyUnicode_InternFromString("choice");
  PyObject* module = PyTuple_GET_ITEM(parts, kModule);
  PyObject* present = PyDict_GetItemWithError(PyModule_GetDict(module), kName);
  if (present != PyTuple_GET_ITEM(parts, kChoice) || !PyList_CheckExact(sequence) ||
      PyList_GET_SIZE(sequence) == 0) {
    return PyObject_CallMethodOneArg(module, kName, sequence);
  }
  const Py_ssize_t place = random_below(PyTuple_GET_ITEM(parts, kGetRandBits), PyList_GET_SIZE(sequence));
  return place < 0 ? nullptr : Py_NewRef(PyList_GET_ITEM(sequence, place));
}

PyMethodDef choose_definition = {"choose", &choose, METH_O, "What random.choice would choose."};

PyObject* chooser(PyObject* /*module*/, PyObject* random) {
  PyObject* choice = PyObject_GetAttrString(random, "choice");
  PyObject* getrandbits = choice == nullptr ? nullptr : PyObject_GetAttrString(random, "getrandbits");
  if (getrandbits == nullptr) {
    Py_XDECREF(choice);
    return nullptr;
  }
  PyObject* parts = PyTuple_New(kParts);
  if (parts == nullptr) return nullptr;
  PyTuple_SET_ITEM(parts, kModule, Py_NewRef(random));
  PyTuple_SET_ITEM(parts, kChoice, choice);
  PyTuple_SET_ITEM(parts, kGetRandBits, getrandbits);
  PyObject* function = PyCFunction_New(&choose_definition, parts);
  Py_DECREF(parts);
  return function;
}

PyObject* next_in_turn(PyObject* parts, PyObject* /*unused*/) {
  static PyObject* const kTasks = PyUnicode_InternFromString("tasks");
  static PyObject* const kCycle = PyUnicode_InternFromString("_task_cycle");
  PyObject* taskset = PyTuple_GET_ITEM(parts, 0);
  const Object tasks(PyObject_GetAttr(taskset, kTasks));
  const Object cycle(tasks ? PyObject_GetAttr(taskset, kCycle) : nullptr);
  if (cycle && PyList_CheckExact(tasks.get()) && PyList_GET_SIZE(tasks.get()) > 0 &&
      PyIter_Check(cycle.get())) {
    PyObject* next = PyIter_Next(cycle.get());
    if (next != nullptr || PyErr_Occurred() != nullptr) return next;
  }
  PyErr_Clear();
  return PyObject_CallNoArgs(PyTuple_GET_ITEM(parts, 1));
}

PyMethodDef in_turn_definition = {"next_in_turn", &next_in_turn, METH_NOARGS, "The next task of a sequence."};

PyObject* in_turn(PyObject* /*module*/, PyObject* args) {
  if (PyTuple_GET_SIZE(args) != 2)
    return PyErr_Format(PyExc_TypeError, "in_turn() takes 2 arguments, not %zd", PyTuple_GET_SIZE(args));
  return PyCFunction_New(&in_turn_definition, args);
}

PyMethodDef functions[] = {
    {"in_turn", &in_turn, METH_VARARGS, "A function that gives the tasks of a sequence one after the other."},
    {"chooser", &chooser, METH_O, "A function that chooses as the `choice` of this module."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_choosing(PyObject* module) { return PyModule_AddFunctions(module, functions); }

}  // namespace nest::bindings

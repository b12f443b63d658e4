// How a task set chooses its next task, without Python functions. The same numbers are taken from Python's
// generator as its module `random` would take, so that a seed gives the same choices; and that module is
// called where it is no longer what it was in the beginning.
#pragma once

#include <Python.h>

#include "object.h"

namespace nest::bindings {

// Once, before all else here; false with an exception set.
bool describe_chance(PyObject* random);

// random.randint(first, last); null with an exception set.
Object random_integer(PyObject* first, PyObject* last);

// See NativeStep: `get_next_task` of a task set, of that which runs a user's own tasks, of a sequence, of a
// chain, and of a sequence of 0.x.
PyObject* choose_task(PyObject* const* args, Py_ssize_t count);
PyObject* choose_task_of_user(PyObject* const* args, Py_ssize_t count);
PyObject* next_in_turn(PyObject* const* args, Py_ssize_t count);
PyObject* next_of_chain(PyObject* const* args, Py_ssize_t count);
PyObject* next_by_number(PyObject* const* args, Py_ssize_t count);

// The same for the task sets of -T, which at times, or after the last task, leave themselves. What else they
// do is said by the class that they were made of, `_nest_base`.
PyObject* choose_or_leave(PyObject* const* args, Py_ssize_t count);
PyObject* next_or_leave(PyObject* const* args, Py_ssize_t count);

}  // namespace nest::bindings

// How a task set chooses its next task, without Python functions.
#pragma once

#include <Python.h>

namespace nest::bindings {

// Adds chooser(random) -> choose(sequence) to the module; -1 with a Python exception set on failure. It takes
// the same numbers from Python's generator as random.choice, so that a seed gives the same choices;
// random.choice itself is called for what is no list, and when it is no longer what it was when the chooser
// was made.
// And in_turn(taskset, get_next_task) -> next(), which takes the next of taskset._task_cycle; where that is
// not to be had, or there are no tasks, get_next_task() is called.
int add_choosing(PyObject* module);

}  // namespace nest::bindings

// The steps of a task set, each of which a model may call or replace: what python/locust/user/task.py says of
// them, without Python.
//
// Waits and tasks switch greenlets (R1).
#pragma once

#include <Python.h>

#include "object.h"

namespace nest::bindings {

// What Python's side calls it; for good.
struct TaskSets {
  PyTypeObject* task_set;
  PyObject* queue;  // a class
  PyObject* running;
  PyObject* waiting;
  PyObject* stopping;
  PyObject* interrupted;  // an exception
  PyObject* reschedule;
  PyObject* reschedule_at_once;
  PyObject* endings;  // of a user: a tuple of exceptions
  // Methods, as they were in the beginning.
  PyObject* on_start;
  PyObject* on_stop;
  PyObject* schedule_task;
  PyObject* execute_next_task;
  struct Names {
    PyObject* user = PyUnicode_InternFromString("_user");
    PyObject* parent = PyUnicode_InternFromString("_parent");
    PyObject* task_queue = PyUnicode_InternFromString("_task_queue");
    PyObject* last_run = PyUnicode_InternFromString("_cp_last_run");
    PyObject* is_legacy = PyUnicode_InternFromString("_is_legacy");
    PyObject* take_in = PyUnicode_InternFromString("take_in");
    PyObject* cycle = PyUnicode_InternFromString("_task_cycle");
    PyObject* tasks = PyUnicode_InternFromString("tasks");
    PyObject* state = PyUnicode_InternFromString("_state");
    PyObject* stop_reason = PyUnicode_InternFromString("_stop_reason");
    PyObject* stop_timeout = PyUnicode_InternFromString("stop_timeout");
    PyObject* started = PyUnicode_InternFromString("_started");
    PyObject* end_if_expired = PyUnicode_InternFromString("end_if_expired");
    PyObject* taskset_instance = PyUnicode_InternFromString("_taskset_instance");
    PyObject* reschedules = PyUnicode_InternFromString("reschedule");
    PyObject* wait_function = PyUnicode_InternFromString("wait_function");
    PyObject* min_wait = PyUnicode_InternFromString("min_wait");
    PyObject* max_wait = PyUnicode_InternFromString("max_wait");
    PyObject* pop_left = PyUnicode_InternFromString("popleft");
    PyObject* run = PyUnicode_InternFromString("run");
    PyObject* run_scheduled = PyUnicode_InternFromString("_run_scheduled_tasks");
    PyObject* go_on_after = PyUnicode_InternFromString("_go_on_after");
    PyObject* tell_of_broken_on_stop = PyUnicode_InternFromString("_tell_of_broken_on_stop");
    PyObject* setup = PyUnicode_InternFromString("setup");
    PyObject* teardown = PyUnicode_InternFromString("teardown");
    PyObject* start = PyUnicode_InternFromString("on_start");
    PyObject* stop = PyUnicode_InternFromString("on_stop");
    PyObject* interrupt = PyUnicode_InternFromString("interrupt");
    PyObject* get_next_task = PyUnicode_InternFromString("get_next_task");
    PyObject* execute_task = PyUnicode_InternFromString("execute_task");
    PyObject* wait = PyUnicode_InternFromString("wait");
    PyObject* wait_time = PyUnicode_InternFromString("wait_time");
    PyObject* sleep = PyUnicode_InternFromString("_sleep");
    PyObject* schedule_task = PyUnicode_InternFromString("schedule_task");
    PyObject* execute_next_task = PyUnicode_InternFromString("execute_next_task");
  } names;
};

// Null until describe_task_sets() was called.
const TaskSets* task_sets();

bool is_true(PyObject* object, PyObject* attribute);  // false as well with an exception set

// Whether a user may go on; false with an exception set: what ends one that is to stop.
bool goes_on(PyObject* user);

bool is_task_set_class(PyObject* task);

// Makes the task set and has it run; null with an exception set, which is how it ends.
Object run_class(PyObject* task_set_class, PyObject* parent);

// See NativeStep: methods of a TaskSet, of a SequentialTaskSet, of the task set that runs a user's own tasks,
// of a User, and of a Locust.
PyObject* begin_task_set(PyObject* const* args, Py_ssize_t count);
PyObject* begin_sequence(PyObject* const* args, Py_ssize_t count);
PyObject* interrupt(PyObject* const* args, Py_ssize_t count);
PyObject* execute_task(PyObject* const* args, Py_ssize_t count);
PyObject* execute_task_of_user(PyObject* const* args, Py_ssize_t count);
PyObject* wait_time_of_task_set(PyObject* const* args, Py_ssize_t count);
PyObject* wait_of_task_set(PyObject* const* args, Py_ssize_t count);
PyObject* sleep_of_task_set(PyObject* const* args, Py_ssize_t count);
PyObject* wait_of_user(PyObject* const* args, Py_ssize_t count);
PyObject* end_if_expired(PyObject* const* args, Py_ssize_t count);

// Adds describe_task_sets(...) to the module; -1 with a Python exception set on failure.
int add_task_sets(PyObject* module);

}  // namespace nest::bindings

// Tasks and waits switch greenlets, so this file is plain C API (R1). What the loop keeps on the C stack
// beside its own references is its caller's, and nobody else's while the user sleeps (R2).
#include "task_loop.h"

#include <cstdint>

#include "object.h"
#include "runtime.h"

namespace nest::bindings {

namespace {

// What a loop is bound to: a tuple.
enum Part : uint8_t { kChoose, kRunning, kWaiting, kStopping, kReschedule, kRescheduleAtOnce, kParts };

// What a task set hands to its loop; all but the first four may be None.
enum Argument : uint8_t {
  kTaskSet,
  kUser,
  kHolder,
  kQueue,
  kWaiter,
  kGetNextTask,
  kExecuteTask,
  kWait,
  kEndIfExpired,
  kArguments
};

struct Names {
  PyObject* state = PyUnicode_InternFromString("_state");
  PyObject* stop_reason = PyUnicode_InternFromString("_stop_reason");
  PyObject* tasks = PyUnicode_InternFromString("tasks");
  PyObject* pop_left = PyUnicode_InternFromString("popleft");
  PyObject* refuse_empty = PyUnicode_InternFromString("_refuse_empty");
  PyObject* execute_task = PyUnicode_InternFromString("execute_task");
  PyObject* wait_time = PyUnicode_InternFromString("wait_time");
};

const Names& names() {
  static const Names made;
  return made;
}

class Loop {
 public:
  Loop(PyObject* parts, PyObject* const* arguments) : parts_(parts), arguments_(arguments) {}

  // Until an exception is set.
  void run() {
    while (run_task() && wait()) {
    }
  }

 private:
  PyObject* part(Part which) const { return PyTuple_GET_ITEM(parts_, which); }
  PyObject* argument(Argument which) const { return arguments_[which]; }
  bool has(Argument which) const { return argument(which) != Py_None; }

  Object choose() const {
    const int queued = PyObject_IsTrue(argument(kQueue));
    if (queued < 0) return Object();
    if (queued > 0) return Object(PyObject_CallMethodNoArgs(argument(kQueue), names().pop_left));
    if (has(kGetNextTask)) return Object(PyObject_CallNoArgs(argument(kGetNextTask)));
    const Object tasks(PyObject_GetAttr(argument(kHolder), names().tasks));
    const int any = tasks ? PyObject_IsTrue(tasks.get()) : -1;
    if (any > 0) return Object(PyObject_CallOneArg(part(kChoose), tasks.get()));
    if (any == 0)
      return Object(PyObject_CallMethodOneArg(argument(kTaskSet), names().refuse_empty, argument(kHolder)));
    return Object();
  }

  // False with an exception set: what ends a user that is to stop, if it is.
  bool goes_on() const {
    const Object state(PyObject_GetAttr(argument(kUser), names().state));
    if (!state) return false;
    const int stops = PyObject_RichCompareBool(state.get(), part(kStopping), Py_EQ);
    if (stops == 0) return true;
    if (stops > 0) {
      const Object reason(PyObject_CallMethodNoArgs(argument(kUser), names().stop_reason));
      if (reason) PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(reason.get())), reason.get());
    }
    return false;
  }

  bool begin(PyObject* task) const {
    if (!goes_on()) return false;
    if (has(kEndIfExpired) && !Object(PyObject_CallNoArgs(argument(kEndIfExpired)))) return false;
    Runtime::get().task_accounts().begin(argument(kUser), task);
    return true;
  }

  Object execute(PyObject* task) const {
    if (has(kExecuteTask)) return Object(PyObject_CallOneArg(argument(kExecuteTask), task));
    if (PyFunction_Check(task)) return Object(PyObject_CallOneArg(task, argument(kHolder)));
    return Object(PyObject_CallMethodOneArg(argument(kTaskSet), names().execute_task, task));
  }

  // A task, and others for as long as they say that the next one is to be chosen without a wait.
  bool run_task() const {
    for (;;) {
      const Object task = choose();
      if (!task || !begin(task.get())) return false;
      if (execute(task.get())) return true;
      const bool at_once = PyErr_ExceptionMatches(part(kRescheduleAtOnce)) != 0;
      if (!at_once && PyErr_ExceptionMatches(part(kReschedule)) == 0) return false;
      PyErr_Clear();
      if (!at_once) return true;
    }
  }

  bool wait() const {
    if (has(kWait)) return static_cast<bool>(Object(PyObject_CallNoArgs(argument(kWait))));
    return goes_on() && PyObject_SetAttr(argument(kUser), names().state, part(kWaiting)) == 0 && sleep() &&
           goes_on() && PyObject_SetAttr(argument(kUser), names().state, part(kRunning)) == 0;
  }

  bool sleep() const {
    const Object seconds(PyObject_CallMethodNoArgs(argument(kWaiter), names().wait_time));
    const double seconds_value = seconds ? PyFloat_AsDouble(seconds.get()) : -1;
    if (seconds_value == -1 && PyErr_Occurred() != nullptr) return false;
    return Runtime::get().pause(seconds_value) == 0;
  }

  PyObject* parts_;
  PyObject* const* arguments_;
};

PyObject* run_tasks(PyObject* parts, PyObject* const* args, Py_ssize_t count) {
  if (count != kArguments)
    return PyErr_Format(PyExc_TypeError, "run_tasks() takes %d arguments, not %zd", kArguments, count);
  Loop(parts, args).run();
  return nullptr;
}

PyMethodDef run_definition = {"run_tasks",
                              reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&run_tasks)),
                              METH_FASTCALL, "Runs tasks until an exception ends them."};

PyObject* task_loop(PyObject* /*module*/, PyObject* args) {
  if (PyTuple_GET_SIZE(args) != kParts)
    return PyErr_Format(PyExc_TypeError, "task_loop() takes %d arguments, not %zd", kParts,
                        PyTuple_GET_SIZE(args));
  return PyCFunction_New(&run_definition, args);
}

PyMethodDef functions[] = {
    {"task_loop", &task_loop, METH_VARARGS, "A function that runs the tasks of a task set."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_task_loop(PyObject* module) { return PyModule_AddFunctions(module, functions); }

}  // namespace nest::bindings

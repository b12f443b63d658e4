#include "task_set.h"

#include "choosing.h"
#include "runtime.h"

namespace nest::bindings {

namespace {

TaskSets* around = nullptr;
PyObject* perf_counter = nullptr;

// `first.name or second.name`; null with an exception set.
Object either(PyObject* first, PyObject* second, PyObject* name) {
  Object value(PyObject_GetAttr(first, name));
  const int is_set = value ? PyObject_IsTrue(value.get()) : -1;
  if (is_set < 0) return Object();
  return is_set > 0 ? std::move(value) : Object(PyObject_GetAttr(second, name));
}

// A thousandth of it; null with an exception set.
Object to_seconds(const Object& milliseconds) {
  static PyObject* const kThousand = PyLong_FromLong(1000);
  return Object(milliseconds ? PyNumber_TrueDivide(milliseconds.get(), kThousand) : nullptr);
}

// Until 0.14 a task set has the waits of its user unless it says its own, and perhaps a setup().
bool take_into_legacy_user(PyObject* task_set, PyObject* user) {
  const auto& names = around->names;
  auto* type = reinterpret_cast<PyObject*>(Py_TYPE(task_set));
  for (PyObject* name : {names.setup, names.teardown}) {
    if (Object(PyObject_GetAttr(type, name)))
      return static_cast<bool>(Object(PyObject_CallMethodOneArg(user, names.take_in, task_set)));
    PyErr_Clear();
  }
  for (PyObject* name : {names.min_wait, names.max_wait, names.wait_function}) {
    Object own(PyObject_GetAttr(task_set, name));
    if (!own) return false;
    if (own.get() != Py_None) continue;
    own = Object(PyObject_GetAttr(user, name));
    if (!own || PyObject_SetAttr(task_set, name, own.get()) < 0) return false;
  }
  return true;
}

// The user of a task set with this parent; null with an exception set.
Object user_under(PyObject* parent) {
  if (PyObject_TypeCheck(parent, around->task_set) != 0)
    return Object(PyObject_GetAttr(parent, around->names.user));
  return Object::borrowed(parent);
}

bool begin(PyObject* task_set, PyObject* parent) {
  const auto& names = around->names;
  const Object queue(PyObject_CallNoArgs(around->queue));
  const Object user = queue ? user_under(parent) : Object();
  const Object now(user ? PyObject_CallNoArgs(perf_counter) : nullptr);
  if (!now || PyObject_SetAttr(task_set, names.task_queue, queue.get()) < 0 ||
      PyObject_SetAttr(task_set, names.parent, parent) < 0 ||
      PyObject_SetAttr(task_set, names.user, user.get()) < 0 ||
      PyObject_SetAttr(task_set, names.last_run, now.get()) < 0) {
    return false;
  }
  if (is_true(user.get(), names.is_legacy)) return take_into_legacy_user(task_set, user.get());
  return PyErr_Occurred() == nullptr;
}

// How long a task set waits whose user has no wait_time: milliseconds, as seconds. Null with an exception set
// for what the Python function is to raise.
Object milliseconds_to_wait(PyObject* task_set, PyObject* user) {
  const auto& names = around->names;
  if (is_true(user, names.is_legacy)) {
    const Object function = either(task_set, user, names.wait_function);
    const int is_set = function ? PyObject_IsTrue(function.get()) : -1;
    if (is_set < 0) return Object();
    if (is_set > 0) return to_seconds(Object(PyObject_CallNoArgs(function.get())));
  }
  if (PyErr_Occurred() != nullptr) return Object();
  const Object least = either(task_set, user, names.min_wait);
  const Object most = least ? either(task_set, user, names.max_wait) : Object();
  if (!most || least.get() == Py_None || most.get() == Py_None) return Object();
  const Object first(PyNumber_Long(least.get()));
  const Object last(first ? PyNumber_Long(most.get()) : nullptr);
  return last ? to_seconds(random_integer(first.get(), last.get())) : Object();
}

PyObject* none_if(bool done) {
  if (!done) return nullptr;
  Py_RETURN_NONE;
}

bool is_method_of(PyObject* task, PyObject* task_set) {
  static PyObject* const kSelf = PyUnicode_InternFromString("__self__");
  if (PyFunction_Check(task)) return false;
  const Object owner(PyObject_GetAttr(task, kSelf));
  PyErr_Clear();
  return owner.get() == task_set;
}

}  // namespace

const TaskSets* task_sets() { return around; }

bool is_true(PyObject* object, PyObject* attribute) {
  const Object value(PyObject_GetAttr(object, attribute));
  return value && PyObject_IsTrue(value.get()) > 0;
}

bool goes_on(PyObject* user) {
  const Object state(PyObject_GetAttr(user, around->names.state));
  if (!state) return false;
  const int stops = PyObject_RichCompareBool(state.get(), around->stopping, Py_EQ);
  if (stops == 0) return true;
  if (stops > 0) {
    const Object reason(PyObject_CallMethodNoArgs(user, around->names.stop_reason));
    if (reason) PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(reason.get())), reason.get());
  }
  return false;
}

PyObject* begin_task_set(PyObject* const* args, Py_ssize_t count) {
  return count == 2 && around != nullptr ? none_if(begin(args[0], args[1])) : nullptr;
}

PyObject* begin_sequence(PyObject* const* args, Py_ssize_t count) {
  if (count != 2 || around == nullptr || !begin(args[0], args[1])) return nullptr;
  static PyObject* const kCycle = [] {
    const Object itertools(PyImport_ImportModule("itertools"));
    return itertools ? PyObject_GetAttrString(itertools.get(), "cycle") : nullptr;
  }();
  const Object tasks(PyObject_GetAttr(args[0], around->names.tasks));
  const Object cycle(tasks && kCycle != nullptr ? PyObject_CallOneArg(kCycle, tasks.get()) : nullptr);
  return none_if(cycle && PyObject_SetAttr(args[0], around->names.cycle, cycle.get()) == 0);
}

PyObject* interrupt(PyObject* const* args, Py_ssize_t count) {
  if (count < 1 || count > 2 || around == nullptr) return nullptr;
  auto* type = reinterpret_cast<PyTypeObject*>(around->interrupted);
  PyObject* reschedules = count == 2 ? args[1] : Py_True;
  const Object arguments(PyTuple_Pack(1, reschedules));
  const Object interruption(arguments ? type->tp_new(type, arguments.get(), nullptr) : nullptr);
  if (interruption && PyObject_SetAttr(interruption.get(), around->names.reschedules, reschedules) == 0)
    PyErr_SetObject(around->interrupted, interruption.get());
  return nullptr;
}

PyObject* execute_task(PyObject* const* args, Py_ssize_t count) {
  if (count != 2 || around == nullptr) return nullptr;
  if (is_task_set_class(args[1])) return run_class(args[1], args[0]).release();
  return is_method_of(args[1], args[0]) ? PyObject_CallNoArgs(args[1])
                                        : PyObject_CallOneArg(args[1], args[0]);
}

PyObject* execute_task_of_user(PyObject* const* args, Py_ssize_t count) {
  if (count != 2 || around == nullptr) return nullptr;
  const Object user(PyObject_GetAttr(args[0], around->names.user));
  if (!user) return nullptr;
  return is_task_set_class(args[1]) ? run_class(args[1], user.get()).release()
                                    : PyObject_CallOneArg(args[1], user.get());
}

PyObject* wait_time_of_task_set(PyObject* const* args, Py_ssize_t count) {
  if (count != 1 || around == nullptr) return nullptr;
  const Object user(PyObject_GetAttr(args[0], around->names.user));
  const Object of_user(user ? PyObject_GetAttr(user.get(), around->names.wait_time) : nullptr);
  const int is_set = of_user ? PyObject_IsTrue(of_user.get()) : -1;
  if (is_set < 0) return nullptr;
  return is_set > 0 ? PyObject_CallNoArgs(of_user.get())
                    : milliseconds_to_wait(args[0], user.get()).release();
}

PyObject* wait_of_task_set(PyObject* const* args, Py_ssize_t count) {
  if (count != 1 || around == nullptr) return nullptr;
  const auto& names = around->names;
  const Object user(PyObject_GetAttr(args[0], names.user));
  if (!user || !goes_on(user.get()) || PyObject_SetAttr(user.get(), names.state, around->waiting) < 0)
    return nullptr;
  const Object seconds(PyObject_CallMethodNoArgs(args[0], names.wait_time));
  const Object slept(seconds ? PyObject_CallMethodOneArg(args[0], names.sleep, seconds.get()) : nullptr);
  return none_if(slept && goes_on(user.get()) &&
                 PyObject_SetAttr(user.get(), names.state, around->running) == 0);
}

PyObject* sleep_of_task_set(PyObject* const* args, Py_ssize_t count) {
  const double seconds = count == 2 ? PyFloat_AsDouble(args[1]) : -1;
  if (count != 2 || (seconds == -1 && PyErr_Occurred() != nullptr)) return nullptr;
  return none_if(Runtime::get().sleep(seconds) == 0);
}

PyObject* wait_of_user(PyObject* const* args, Py_ssize_t count) {
  if (count != 1 || around == nullptr) return nullptr;
  const Object task_set(PyObject_GetAttr(args[0], around->names.taskset_instance));
  if (!task_set || task_set.get() == Py_None) return nullptr;
  return PyObject_CallMethodNoArgs(task_set.get(), around->names.wait);
}

PyObject* end_if_expired(PyObject* const* args, Py_ssize_t count) {
  if (count != 1 || around == nullptr) return nullptr;
  const Object limit(PyObject_GetAttr(args[0], around->names.stop_timeout));
  if (!limit || limit.get() == Py_None) return limit ? Py_NewRef(Py_None) : nullptr;
  const Object started(PyObject_GetAttr(args[0], around->names.started));
  const Object now(started ? PyObject_CallNoArgs(perf_counter) : nullptr);
  const Object lived(now ? PyNumber_Subtract(now.get(), started.get()) : nullptr);
  if (!lived || PyObject_RichCompareBool(lived.get(), limit.get(), Py_GT) != 0) return nullptr;
  Py_RETURN_NONE;
}

bool is_task_set_class(PyObject* task) {
  return PyType_Check(task) && PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(task), around->task_set) != 0;
}

Object run_class(PyObject* task_set_class, PyObject* parent) {
  const Object task_set(PyObject_CallOneArg(task_set_class, parent));
  return Object(task_set ? PyObject_CallMethodNoArgs(task_set.get(), around->names.run) : nullptr);
}

namespace {

PyObject* describe_task_sets(PyObject* /*module*/, PyObject* args) {
  TaskSets made{};
  PyObject* random = nullptr;
  if (PyArg_ParseTuple(args, "O!OOOOOOOOO", &PyType_Type, &made.task_set, &made.queue, &made.running,
                       &made.waiting, &made.stopping, &made.interrupted, &made.reschedule,
                       &made.reschedule_at_once, &made.endings, &random) == 0) {
    return nullptr;
  }
  auto* type = reinterpret_cast<PyObject*>(made.task_set);
  for (const auto& [name, method] : {std::pair{made.names.start, &made.on_start},
                                     {made.names.stop, &made.on_stop},
                                     {made.names.schedule_task, &made.schedule_task},
                                     {made.names.execute_next_task, &made.execute_next_task}}) {
    *method = PyObject_GetAttr(type, name);
    if (*method == nullptr) return nullptr;
  }
  const Object time(PyImport_ImportModule("time"));
  perf_counter = time ? PyObject_GetAttrString(time.get(), "perf_counter") : nullptr;
  if (perf_counter == nullptr || !describe_chance(random)) return nullptr;
  Py_INCREF(args);  // and with it all of them, for good
  around = new TaskSets(made);
  Py_RETURN_NONE;
}

PyMethodDef functions[] = {
    {"describe_task_sets", &describe_task_sets, METH_VARARGS,
     "Tells the steps of task sets what they work with. Once, before the first of them is made."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_task_sets(PyObject* module) { return PyModule_AddFunctions(module, functions); }

}  // namespace nest::bindings

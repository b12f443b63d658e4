// Tasks and waits switch greenlets, so this file is plain C API (R1). What the loop keeps on the C stack
// beside its own references is its caller's, and nobody else's while the user sleeps (R2).
#include "task_loop.h"

#include <array>
#include <cstdint>

#include "choosing.h"
#include "native_method.h"
#include "object.h"
#include "runtime.h"
#include "task_set.h"

namespace nest::bindings {

namespace {

// What a class of task sets, or one of its instances, does in its own way.
struct Plan {
  NativeStep choose;  // null: by its own get_next_task
  bool is_of_user;    // tasks are handed the user
  bool runs;
  bool starts;
  bool stops;
  bool interrupts;
  bool schedules;
  bool executes;
  bool waits;
  bool has_wait_time;
};

Object attribute_of_type(PyTypeObject* type, PyObject* name) {
  Object attribute(PyObject_GetAttr(reinterpret_cast<PyObject*>(type), name));
  PyErr_Clear();
  return attribute;
}

Plan look_at(PyTypeObject* type) {
  const TaskSets& sets = *task_sets();
  const auto& names = sets.names;
  const auto step = [type](PyObject* name) { return step_of(attribute_of_type(type, name).get()); };
  const auto replaces = [type](PyObject* name, PyObject* original) {
    return attribute_of_type(type, name).get() != original;
  };
  const NativeStep execute = step(names.execute_task);
  Plan plan{};
  plan.choose = step(names.get_next_task);
  plan.is_of_user = execute == &execute_task_of_user;
  plan.runs = step(names.run) != &run_task_set;
  plan.starts = replaces(names.start, sets.on_start);
  plan.stops = replaces(names.stop, sets.on_stop);
  plan.interrupts = step(names.interrupt) != &interrupt;
  plan.schedules = replaces(names.schedule_task, sets.schedule_task) ||
                   replaces(names.execute_next_task, sets.execute_next_task);
  plan.executes = !plan.is_of_user && execute != &execute_task;
  plan.waits = step(names.wait) != &wait_of_task_set || step(names.sleep) != &sleep_of_task_set;
  plan.has_wait_time = step(names.wait_time) != &wait_time_of_task_set;
  return plan;
}

// Python gives a type another version, never used before, when it or a base of it changes.
Plan plan_of(PyTypeObject* type) {
  struct Known {
    PyTypeObject* type;
    unsigned int version;
    Plan plan;
  };
  static std::array<Known, 64> all{};
  Known& known = all[(reinterpret_cast<uintptr_t>(type) >> 6) % all.size()];
  if (known.type != type || known.version == 0 || known.version != type->tp_version_tag) {
    known.plan = look_at(type);
    known.type = type;
    known.version = type->tp_version_tag;
  }
  return known.plan;
}

bool has_own(PyObject* task_set, PyObject* name) {
  const Object own(PyObject_GenericGetDict(task_set, nullptr));
  const bool has = own && PyDict_GetItemWithError(own.get(), name) != nullptr;
  PyErr_Clear();
  return has;
}

// `own`: the attributes of the task set.
Plan with_own_steps(Plan plan, PyObject* own) {
  const auto& names = task_sets()->names;
  const auto has = [own](PyObject* name) { return PyDict_GetItemWithError(own, name) != nullptr; };
  if (has(names.get_next_task)) plan.choose = nullptr;
  plan.interrupts = plan.interrupts || has(names.interrupt);
  plan.schedules = plan.schedules || has(names.schedule_task) || has(names.execute_next_task);
  plan.executes = plan.executes || has(names.execute_task);
  plan.waits = plan.waits || has(names.wait) || has(names.sleep);
  plan.has_wait_time = plan.has_wait_time || has(names.wait_time);
  PyErr_Clear();
  return plan;
}

// How a task set, or a task of it, ended.
enum class Ending : uint8_t {
  kAtOnce,  // the next task is chosen at once
  kWaits,   // the next task is chosen after a wait
  kRaised,  // an exception is set
};

// What its parent gets to know of a task set: `interruption` is the exception by which it ended, if there was
// one.
Ending run(PyObject* task_set, Object& interruption);

class Loop {
 public:
  explicit Loop(PyObject* task_set)
      : task_set_(task_set),
        own_(PyObject_GenericGetDict(task_set, nullptr)),
        user_(own_ ? PyObject_GetAttr(task_set, names().user) : nullptr),
        queue_(user_ ? PyObject_GetAttr(task_set, names().task_queue) : nullptr) {
    if (!queue_) return;
    look_again();
    expires_ = is_true(user_.get(), names().is_legacy) && !is_none(names().stop_timeout);
    user_waits_ = !plan_.has_wait_time && is_true(user_.get(), names().wait_time);
    begins_ = PyErr_Occurred() == nullptr;
  }

  // kRaised, or kAtOnce where the task set has chosen to leave itself.
  Ending run() {
    if (!begins_) return Ending::kRaised;
    for (;; look_again()) {
      if (plan_.schedules) return run_scheduled();
      const Object task = choose();
      if (!task || !may_begin()) return Ending::kRaised;
      if (step_of(task.get()) == &interrupt && !plan_.interrupts) return Ending::kAtOnce;
      Runtime::get().task_accounts().begin(user_.get(), task.get());
      Ending ending = execute(task.get());
      if (ending == Ending::kRaised) ending = meant_by_exception();
      if (ending == Ending::kRaised) return ending;
      look_again();
      if (ending == Ending::kWaits && !wait()) return Ending::kRaised;
    }
  }

 private:
  static const TaskSets::Names& names() { return task_sets()->names; }

  bool is_none(PyObject* attribute_of_user) const {
    const Object value(PyObject_GetAttr(user_.get(), attribute_of_user));
    return value.get() == Py_None;
  }

  // Whoever runs may replace a step, of the class or of this task set alone. The latter shows by the number
  // of its attributes. REQUIRES that no exception is set. Not inlined: what it
  // needs of the C stack would be kept while the user waits.
  [[gnu::noinline]] void look_again() {
    PyTypeObject* type = Py_TYPE(task_set_);
    const Py_ssize_t own_size = PyDict_GET_SIZE(own_.get());
    if (version_ != 0 && version_ == type->tp_version_tag && own_size_ == own_size) return;
    plan_ = with_own_steps(plan_of(type), own_.get());
    version_ = type->tp_version_tag;
    own_size_ = own_size;
  }

  Ending run_scheduled() const {
    return Object(PyObject_CallMethodNoArgs(task_set_, names().run_scheduled)) ? Ending::kWaits
                                                                               : Ending::kRaised;
  }

  PyObject* holder() const { return plan_.is_of_user ? user_.get() : task_set_; }

  Object choose() const {
    const int queued = PyObject_IsTrue(queue_.get());
    if (queued < 0) return Object();
    if (queued > 0) return Object(PyObject_CallMethodNoArgs(queue_.get(), names().pop_left));
    if (plan_.choose != nullptr) {
      Object chosen(plan_.choose(&task_set_, 1));
      if (chosen || PyErr_Occurred() != nullptr) return chosen;
    }
    return Object(PyObject_CallMethodNoArgs(task_set_, names().get_next_task));
  }

  bool may_begin() const {
    return goes_on(user_.get()) &&
           (!expires_ || Object(PyObject_CallMethodNoArgs(user_.get(), names().end_if_expired)));
  }

  Ending execute(PyObject* task) const {
    Object done;
    if (plan_.executes)
      done = Object(PyObject_CallMethodOneArg(task_set_, names().execute_task, task));
    else if (PyFunction_Check(task))
      done = Object(PyObject_CallOneArg(task, holder()));
    else if (is_task_set_class(task))
      return run_nested(task);
    else
      done = call(task);
    return done ? Ending::kWaits : Ending::kRaised;
  }

  Object call(PyObject* task) const {
    PyObject* args[] = {task_set_, task};
    return Object(plan_.is_of_user ? execute_task_of_user(args, 2) : execute_task(args, 2));
  }

  Ending run_nested(PyObject* task_set_class) const {
    const Object inner(PyObject_CallOneArg(task_set_class, holder()));
    if (!inner) return Ending::kRaised;
    if (PyObject_TypeCheck(inner.get(), task_sets()->task_set) != 0 && !plan_of(Py_TYPE(inner.get())).runs &&
        !has_own(inner.get(), names().run)) {
      Object interruption;
      return bindings::run(inner.get(), interruption);
    }
    return Object(PyObject_CallMethodNoArgs(inner.get(), names().run)) ? Ending::kWaits : Ending::kRaised;
  }

  // Of the exception that is set, which is cleared unless it ends the task set.
  static Ending meant_by_exception() {
    const bool at_once = PyErr_ExceptionMatches(task_sets()->reschedule_at_once) != 0;
    if (!at_once && PyErr_ExceptionMatches(task_sets()->reschedule) == 0) return Ending::kRaised;
    PyErr_Clear();
    return at_once ? Ending::kAtOnce : Ending::kWaits;
  }

  bool wait() const {
    if (plan_.waits) return static_cast<bool>(Object(PyObject_CallMethodNoArgs(task_set_, names().wait)));
    PyObject* user = user_.get();
    return goes_on(user) && PyObject_SetAttr(user, names().state, task_sets()->waiting) == 0 && sleep() &&
           goes_on(user) && PyObject_SetAttr(user, names().state, task_sets()->running) == 0;
  }

  bool sleep() const {
    const Object seconds = wait_time();
    const double seconds_value = seconds ? PyFloat_AsDouble(seconds.get()) : -1;
    if (seconds_value == -1 && PyErr_Occurred() != nullptr) return false;
    return Runtime::get().pause(seconds_value) == 0;
  }

  Object wait_time() const {
    if (!plan_.has_wait_time && !user_waits_) {
      Object seconds(wait_time_of_task_set(&task_set_, 1));
      if (seconds || PyErr_Occurred() != nullptr) return seconds;
    }
    PyObject* waiter = plan_.has_wait_time || !user_waits_ ? task_set_ : user_.get();
    return Object(PyObject_CallMethodNoArgs(waiter, names().wait_time));
  }

  PyObject* task_set_;
  Object own_;  // its attributes
  Object user_;
  Object queue_;
  Plan plan_{};
  unsigned int version_ = 0;  // of the type, and how many attributes there were, when `plan_` was made
  Py_ssize_t own_size_ = 0;
  bool begins_ = false;
  bool expires_ = false;
  bool user_waits_ = false;
};

// Calls a method with the exception that is set, which is handled meanwhile as in an except clause.
Object call_with_exception(PyObject* task_set, PyObject* method) {
  const Object error = take_exception();
  PyObject* type_before = nullptr;
  PyObject* error_before = nullptr;
  PyObject* traceback_before = nullptr;
  PyErr_GetExcInfo(&type_before, &error_before, &traceback_before);
  PyErr_SetExcInfo(Py_NewRef(Py_TYPE(error.get())), Py_NewRef(error.get()),
                   PyException_GetTraceback(error.get()));
  Object result(PyObject_CallMethodOneArg(task_set, method, error.get()));
  PyErr_SetExcInfo(type_before, error_before, traceback_before);
  return result;
}

// Takes the exception that is set; null if it is no interruption.
Object take_interruption() {
  if (PyErr_ExceptionMatches(task_sets()->interrupted) == 0) return Object();
  return take_exception();
}

// What the parent has to do.
Ending handed_back(const Object& interruption) {
  if (!interruption) return Ending::kAtOnce;
  const bool at_once = is_true(interruption.get(), task_sets()->names.reschedules);
  if (PyErr_Occurred() != nullptr) return Ending::kRaised;
  return at_once ? Ending::kAtOnce : Ending::kWaits;
}

// False with an exception set if that is for the parent.
bool stop(PyObject* task_set, const Plan& plan) {
  const auto& names = task_sets()->names;
  if (!plan.stops && !has_own(task_set, names.stop)) return true;
  const Object user(PyObject_GetAttr(task_set, names.user));
  // Until 0.14 only the outermost task set had an on_stop, for when its user is stopped from outside.
  if (user && is_true(user.get(), names.is_legacy)) return true;
  if (user && PyErr_Occurred() == nullptr && Object(PyObject_CallMethodNoArgs(task_set, names.stop)))
    return true;
  if (PyErr_ExceptionMatches(task_sets()->endings) != 0 || PyErr_ExceptionMatches(PyExc_Exception) == 0)
    return false;
  return static_cast<bool>(call_with_exception(task_set, names.tell_of_broken_on_stop));
}

Ending run_entered(PyObject* task_set, Object& interruption) {
  const auto& names = task_sets()->names;
  const Plan plan = plan_of(Py_TYPE(task_set));
  if ((plan.starts || has_own(task_set, names.start)) &&
      !Object(PyObject_CallMethodNoArgs(task_set, names.start))) {
    interruption = take_interruption();
    return interruption ? handed_back(interruption) : Ending::kRaised;
  }
  for (;;) {
    Ending ending = Loop(task_set).run();
    if (ending == Ending::kRaised) {
      interruption = take_interruption();
      if (!interruption) {
        if (!call_with_exception(task_set, names.go_on_after)) return Ending::kRaised;
        continue;
      }
    }
    ending = stop(task_set, plan) ? handed_back(interruption) : Ending::kRaised;
    return ending;
  }
}

Ending run(PyObject* task_set, Object& interruption) {
  if (Py_EnterRecursiveCall(" in a task set") != 0) return Ending::kRaised;
  const Ending ending = run_entered(task_set, interruption);
  Py_LeaveRecursiveCall();
  return ending;
}

}  // namespace

PyObject* run_task_set(PyObject* const* args, Py_ssize_t count) {
  if (count != 1 || task_sets() == nullptr) return nullptr;
  Object interruption;
  const Ending ending = run(args[0], interruption);
  if (ending == Ending::kRaised) return nullptr;
  PyObject* type = ending == Ending::kAtOnce ? task_sets()->reschedule_at_once : task_sets()->reschedule;
  const Object reschedules(interruption ? PyObject_GetAttr(interruption.get(), task_sets()->names.reschedules)
                                        : Py_NewRef(Py_True));
  const Object handing_back(reschedules ? PyObject_CallOneArg(type, reschedules.get()) : nullptr);
  if (!handing_back) return nullptr;
  if (interruption) {
    PyException_SetContext(handing_back.get(), Py_NewRef(interruption.get()));
    PyException_SetCause(handing_back.get(), interruption.release());
  }
  PyErr_SetObject(type, handing_back.get());
  return nullptr;
}

}  // namespace nest::bindings

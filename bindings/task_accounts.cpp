#include "task_accounts.h"

#include "switch.h"

namespace nest::bindings {

namespace {

PyObject* code_of(PyObject* task) {
  if (PyMethod_Check(task)) task = PyMethod_GET_FUNCTION(task);
  return PyFunction_Check(task) ? PyFunction_GET_CODE(task) : reinterpret_cast<PyObject*>(Py_TYPE(task));
}

}  // namespace

void TaskAccounts::begin(PyObject* user, PyObject* task) {
  if (PyType_Check(task)) return;
  const sched::ThreadUse::Account account = account_of({Py_TYPE(user), code_of(task)});
  if (use_.in_turn() && use_.account() != account)
    use_.change_turn(account, std::chrono::steady_clock::now());
  of_greenlets_[current_greenlet()] = account;
}

void TaskAccounts::end() { of_greenlets_.erase(current_greenlet()); }

sched::ThreadUse::Account TaskAccounts::current() const {
  if (use_.account() != sched::ThreadUse::kOthers) return use_.account();
  const auto found = of_greenlets_.find(current_greenlet());
  return found == of_greenlets_.end() ? sched::ThreadUse::kOthers : found->second;
}

sched::ThreadUse::Account TaskAccounts::account_of(const Task& task) {
  const auto found = known_.find(task);
  if (found != known_.end()) return found->second;
  if (tasks_.size() == kMost) return sched::ThreadUse::kOthers;
  Py_INCREF(task.user_class);
  Py_INCREF(task.code);
  tasks_.push_back(task);
  return known_.emplace(task, use_.open()).first->second;
}

}  // namespace nest::bindings

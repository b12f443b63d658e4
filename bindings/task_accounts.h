// Which account of the Python thread's time is that of a task.
#pragma once

#include <Python.h>

#include <unordered_map>
#include <vector>

#include "sched/thread_use.h"

namespace nest::bindings {

// The Python thread's. Keeps the classes and code that it knows alive.
class TaskAccounts {
 public:
  struct Task {
    PyTypeObject* user_class;  // null: of nobody in particular
    PyObject* code;            // of the task's function; the type of whatever else it is
  };

  explicit TaskAccounts(sched::ThreadUse& use) : use_(use) {}

  // From now on the turns of the calling greenlet are of this task of the user, which may be anything. A task
  // set is none: its tasks are.
  void begin(PyObject* user, PyObject* task);
  // The calling greenlet has no task any more.
  void end();
  // Of the calling greenlet.
  sched::ThreadUse::Account current() const;
  // By account.
  const std::vector<Task>& tasks() const { return tasks_; }

 private:
  // Functions without number, made by a model that makes them as it goes, share the account of the others.
  static constexpr std::size_t kMost = 4096;

  struct Hash {
    std::size_t operator()(const Task& task) const {
      const std::hash<const void*> hash;
      return hash(task.user_class) * 31 + hash(task.code);
    }
  };
  struct Equal {
    bool operator()(const Task& a, const Task& b) const {
      return a.user_class == b.user_class && a.code == b.code;
    }
  };

  sched::ThreadUse::Account account_of(const Task& task);

  sched::ThreadUse& use_;
  std::vector<Task> tasks_{{nullptr, nullptr}};
  std::unordered_map<Task, sched::ThreadUse::Account, Hash, Equal> known_;
  std::unordered_map<const void*, sched::ThreadUse::Account> of_greenlets_;
};

}  // namespace nest::bindings

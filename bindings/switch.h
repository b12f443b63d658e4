// The one place where a greenlet waits. Everything of ours that lets other users run goes through suspend().
//
// What a waiting greenlet lends to anybody lives on the heap, never on its stack (R2). suspend() aborts when
// it is reached from a function bound with pybind11 (R1) or from inside a catch block (R3): either would
// corrupt the process some time later, far from the cause.
#pragma once

#include <Python.h>

#include "sched/thread_use.h"

namespace nest::bindings {

// One greenlet's sleep. On the heap; must outlive the sleep.
struct Waiter {
  PyObject* greenlet = nullptr;  // owned while suspended
  bool woken = false;
  sched::ThreadUse::Account account = sched::ThreadUse::kOthers;  // of the turn that resume() begins
};

// Imports greenlet's C API; -1 with a Python exception set if that fails. Once, before anything else here.
int import_greenlet();

// The greenlet that runs the event loop; only it may call resume(). Borrowed from gevent, kept alive for
// good.
void set_hub(PyObject* hub);

// Switches to the hub until resume(). 0 once woken; -1 with a Python exception set when one was thrown into
// this greenlet (a killed user's GreenletExit), or when there is no hub to wait in.
int suspend(Waiter& waiter);

// Switches to the waiting greenlet and comes back when it waits for something else or ends.
void resume(Waiter& waiter);

// Tells greenlets apart as long as they live.
const void* current_greenlet();

// Aborts unless switching greenlets is allowed here and now.
void check_switch_allowed();

}  // namespace nest::bindings

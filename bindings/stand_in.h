// Types whose objects stand for a Python function, as members of a class, and are taken for it: bound,
// copied, pickled, documented and given attributes like it.
#pragma once

#include <Python.h>

#include <cstddef>

namespace nest::bindings {

// What such an object begins with; owns the function.
struct StandIn {
  PyObject_HEAD vectorcallfunc call;
  PyObject* function;
};

inline StandIn& as_stand_in(PyObject* self) { return *reinterpret_cast<StandIn*>(self); }

// The type of objects of `size` bytes, with a name that is there for good; null with a Python exception set.
PyTypeObject* stand_in_type(const char* name, size_t size, newfunc make, destructor dealloc);

}  // namespace nest::bindings

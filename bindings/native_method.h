// The type NativeMethod: a method without Python where that is all there is to do, and else the Python
// function for which it stands.
#pragma once

#include <Python.h>

namespace nest::bindings {

// Takes what a function takes. Not null: the result. Null: an exception is set, or, if not, the function is
// called.
using NativeStep = PyObject* (*)(PyObject* const* args, Py_ssize_t count);

// Of a NativeMethod; null for anything else, which may be null itself.
NativeStep step_of(PyObject* object);

// Adds the type to the module, see nest_engine.pyi; -1 with a Python exception set on failure.
int add_native_method(PyObject* module);

// What the members of types have in common that stand for a function, beginning with this.
struct StandIn {
  PyObject_HEAD vectorcallfunc call;
  PyObject* function;
};
PyObject* bind_stand_in(PyObject* self, PyObject* instance, PyObject* type);
PyObject* attribute_of_stand_in(PyObject* self, PyObject* name);
int set_attribute_of_stand_in(PyObject* self, PyObject* name, PyObject* value);
PyObject* repr_of_stand_in(PyObject* self);
extern PyMethodDef methods_of_stand_in[];
extern PyGetSetDef attributes_of_stand_in[];
extern PyMemberDef members_of_stand_in[];

}  // namespace nest::bindings

#include "stand_in.h"

#include <structmember.h>

#include <array>

namespace nest::bindings {

namespace {

// What a type's own attributes would hide.
template <size_t kName>
PyObject* of_function(PyObject* self, void*) {
  constexpr std::array<const char*, 2> kNames = {"__doc__", "__module__"};
  return PyObject_GetAttrString(as_stand_in(self).function, kNames[kName]);
}

PyObject* get_wrapped(PyObject* self, void*) { return Py_NewRef(as_stand_in(self).function); }

PyObject* name_of_function(PyObject* self, PyObject* /*unused*/) {
  return PyObject_GetAttrString(as_stand_in(self).function, "__qualname__");
}

PyObject* bind(PyObject* self, PyObject* instance, PyObject* /*type*/) {
  return instance == nullptr || instance == Py_None ? Py_NewRef(self) : PyMethod_New(self, instance);
}

PyObject* get_attribute(PyObject* self, PyObject* name) {
  PyObject* own = PyObject_GenericGetAttr(self, name);
  if (own != nullptr || PyErr_ExceptionMatches(PyExc_AttributeError) == 0) return own;
  PyErr_Clear();
  return PyObject_GetAttr(as_stand_in(self).function, name);
}

int set_attribute(PyObject* self, PyObject* name, PyObject* value) {
  return PyObject_SetAttr(as_stand_in(self).function, name, value);
}

PyObject* repr(PyObject* self) { return PyObject_Repr(as_stand_in(self).function); }

PyMethodDef methods[] = {
    {"__reduce__", &name_of_function, METH_NOARGS,
     "Pickled by its name, and a copy is itself: as a function."},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef attributes[] = {
    {"__doc__", &of_function<0>, nullptr, nullptr, nullptr},
    {"__module__", &of_function<1>, nullptr, nullptr, nullptr},
    {"__wrapped__", &get_wrapped, nullptr, "The Python function.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMemberDef members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(StandIn, call), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

}  // namespace

PyTypeObject* stand_in_type(const char* name, size_t size, newfunc make, destructor dealloc) {
  PyType_Slot slots[] = {
      {Py_tp_new, reinterpret_cast<void*>(make)},
      {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
      {Py_tp_call, reinterpret_cast<void*>(&PyVectorcall_Call)},
      {Py_tp_descr_get, reinterpret_cast<void*>(&bind)},
      {Py_tp_getattro, reinterpret_cast<void*>(&get_attribute)},
      {Py_tp_setattro, reinterpret_cast<void*>(&set_attribute)},
      {Py_tp_repr, reinterpret_cast<void*>(&repr)},
      {Py_tp_methods, methods},
      {Py_tp_getset, attributes},
      {Py_tp_members, members},
      {0, nullptr},
  };
  PyType_Spec spec = {name, static_cast<int>(size), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR, slots};
  return reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
}

}  // namespace nest::bindings

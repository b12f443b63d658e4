#include "native_method.h"

#include <structmember.h>

#include <array>
#include <cstddef>
#include <string_view>

#include "response_block.h"

namespace nest::bindings {

namespace {

StandIn& as_stand_in(PyObject* self) { return *reinterpret_cast<StandIn*>(self); }

// What a type's own attributes would hide.
template <size_t kName>
PyObject* of_function(PyObject* self, void*) {
  constexpr std::array<const char*, 2> kNames = {"__doc__", "__module__"};
  return PyObject_GetAttrString(as_stand_in(self).function, kNames[kName]);
}

PyObject* get_wrapped(PyObject* self, void*) { return Py_NewRef(as_stand_in(self).function); }

struct NativeObject : StandIn {
  NativeStep step;
};

// A user says nothing about its requests.
PyObject* no_context(PyObject* const* /*args*/, Py_ssize_t count) {
  return count == 1 ? PyDict_New() : nullptr;
}

struct Named {
  std::string_view name;
  NativeStep step;
};
constexpr std::array kSteps = {Named{"no context", &no_context}, Named{"enter block", &enter_block},
                               Named{"leave block", &leave_block}, Named{"success", &judge_success}};

PyObject* call_native(PyObject* self, PyObject* const* args, size_t count_and_flag, PyObject* kwnames) {
  if (kwnames == nullptr || PyTuple_GET_SIZE(kwnames) == 0) {
    PyObject* result =
        static_cast<NativeObject&>(as_stand_in(self)).step(args, PyVectorcall_NARGS(count_and_flag));
    if (result != nullptr || PyErr_Occurred() != nullptr) return result;
  }
  return PyObject_Vectorcall(as_stand_in(self).function, args, count_and_flag, kwnames);
}

PyObject* native_new(PyTypeObject* type, PyObject* args, PyObject* /*kwargs*/) {
  PyObject* function = nullptr;
  const char* name = nullptr;
  if (PyArg_ParseTuple(args, "Os", &function, &name) == 0) return nullptr;
  for (const Named& named : kSteps) {
    if (named.name != name) continue;
    PyObject* self = type->tp_alloc(type, 0);
    if (self == nullptr) return nullptr;
    auto& made = static_cast<NativeObject&>(as_stand_in(self));
    made.call = &call_native;
    made.function = Py_NewRef(function);
    made.step = named.step;
    return self;
  }
  return PyErr_Format(PyExc_ValueError, "there is no native '%s'", name);
}

void native_dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  Py_DECREF(as_stand_in(self).function);
  type->tp_free(self);
  Py_DECREF(type);
}

PyType_Slot native_slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(&native_new)},
    {Py_tp_dealloc, reinterpret_cast<void*>(&native_dealloc)},
    {Py_tp_call, reinterpret_cast<void*>(&PyVectorcall_Call)},
    {Py_tp_descr_get, reinterpret_cast<void*>(&bind_stand_in)},
    {Py_tp_getattro, reinterpret_cast<void*>(&attribute_of_stand_in)},
    {Py_tp_repr, reinterpret_cast<void*>(&repr_of_stand_in)},
    {Py_tp_getset, attributes_of_stand_in},
    {Py_tp_members, members_of_stand_in},
    {0, nullptr},
};

PyType_Spec native_spec = {"nest_engine.NativeMethod", sizeof(NativeObject), 0,
                           Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
                           native_slots};

}  // namespace

PyObject* bind_stand_in(PyObject* self, PyObject* instance, PyObject* /*type*/) {
  return instance == nullptr || instance == Py_None ? Py_NewRef(self) : PyMethod_New(self, instance);
}

PyObject* attribute_of_stand_in(PyObject* self, PyObject* name) {
  PyObject* own = PyObject_GenericGetAttr(self, name);
  if (own != nullptr || PyErr_ExceptionMatches(PyExc_AttributeError) == 0) return own;
  PyErr_Clear();
  return PyObject_GetAttr(as_stand_in(self).function, name);
}

PyObject* repr_of_stand_in(PyObject* self) { return PyObject_Repr(as_stand_in(self).function); }

PyGetSetDef attributes_of_stand_in[] = {
    {"__doc__", &of_function<0>, nullptr, nullptr, nullptr},
    {"__module__", &of_function<1>, nullptr, nullptr, nullptr},
    {"__wrapped__", &get_wrapped, nullptr, "The Python function.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMemberDef members_of_stand_in[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(StandIn, call), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

int add_native_method(PyObject* module) {
  PyObject* type = PyType_FromSpec(&native_spec);
  return type == nullptr ? -1 : PyModule_AddObject(module, "NativeMethod", type);
}

}  // namespace nest::bindings

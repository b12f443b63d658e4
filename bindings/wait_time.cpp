#include "wait_time.h"

#include <structmember.h>

#include <array>
#include <cstddef>
#include <string_view>

#include "object.h"

namespace nest::bindings {

namespace {

struct WaitTimeObject;
using Compute = PyObject* (*)(const WaitTimeObject&, PyObject* instance);

struct WaitTimeObject {
  PyObject_HEAD vectorcallfunc call;
  Compute compute;
  const char* name;
  PyObject* space;  // the namespace in which `random` and `perf_counter` are looked up, as a function would
  PyObject* first;
  PyObject* second;  // may be null
};

WaitTimeObject& as_wait_time(PyObject* self) { return *reinterpret_cast<WaitTimeObject*>(self); }

struct Names {
  PyObject* random = PyUnicode_InternFromString("random");
  PyObject* expovariate = PyUnicode_InternFromString("expovariate");
  PyObject* perf_counter = PyUnicode_InternFromString("perf_counter");
  PyObject* last_run = PyUnicode_InternFromString("_cp_last_run");
  PyObject* last_wait_time = PyUnicode_InternFromString("_cp_last_wait_time");
  PyObject* zero = PyFloat_FromDouble(0);
};

const Names& names() {
  static const Names made;
  return made;
}

Object global(const WaitTimeObject& self, PyObject* name) {
  PyObject* found = PyDict_GetItemWithError(self.space, name);
  if (found == nullptr && PyErr_Occurred() == nullptr) PyErr_SetObject(PyExc_NameError, name);
  return Object::borrowed(found);
}

// The arithmetic is Python's, so that it gives the same numbers for whatever was given.
PyObject* sum(const Object& one, const Object& other) {
  return one && other ? PyNumber_Add(one.get(), other.get()) : nullptr;
}
PyObject* difference(const Object& one, const Object& other) {
  return one && other ? PyNumber_Subtract(one.get(), other.get()) : nullptr;
}
PyObject* product(const Object& one, const Object& other) {
  return one && other ? PyNumber_Multiply(one.get(), other.get()) : nullptr;
}

// first + random.random() * (second - first)
PyObject* between(const WaitTimeObject& self, PyObject* /*instance*/) {
  const Object module = global(self, names().random);
  if (!module) return nullptr;
  const Object share(PyObject_CallMethodNoArgs(module.get(), names().random));
  const Object width(share ? PyNumber_Subtract(self.second, self.first) : nullptr);
  return sum(Object::borrowed(self.first), Object(product(share, width)));
}

PyObject* constant(const WaitTimeObject& self, PyObject* /*instance*/) { return Py_NewRef(self.first); }

// What is left of `first` since the end of the last wait.
PyObject* pace(const WaitTimeObject& self, PyObject* instance) {
  const Object perf_counter = global(self, names().perf_counter);
  if (!perf_counter) return nullptr;
  const Object now(PyObject_CallNoArgs(perf_counter.get()));
  const Object last_run(now ? PyObject_GetAttr(instance, names().last_run) : nullptr);
  const Object last_wait(last_run ? PyObject_GetAttr(instance, names().last_wait_time) : nullptr);
  const Object since_last_run(difference(now, last_run));
  const Object since_last_wait(difference(since_last_run, last_wait));
  Object wait(difference(Object::borrowed(self.first), since_last_wait));
  if (!wait) return nullptr;
  const int positive = PyObject_RichCompareBool(wait.get(), names().zero, Py_GT);
  if (positive == 0) wait = Object::borrowed(names().zero);
  if (positive < 0 || PyObject_SetAttr(instance, names().last_wait_time, wait.get()) < 0 ||
      PyObject_SetAttr(instance, names().last_run, now.get()) < 0) {
    return nullptr;
  }
  return wait.release();
}

PyObject* exponential(const WaitTimeObject& self, PyObject* /*instance*/) {
  const Object module = global(self, names().random);
  return module ? PyObject_CallMethodOneArg(module.get(), names().expovariate, self.first) : nullptr;
}

struct Kind {
  std::string_view name;
  Compute compute;
  bool takes_two;
};
constexpr std::array kKinds = {Kind{"between", &between, true}, Kind{"constant", &constant, false},
                               Kind{"constant_pacing", &pace, false}, Kind{"poisson", &exponential, false}};

PyObject* call(PyObject* self, PyObject* const* args, size_t count_and_flag, PyObject* kwnames) {
  const WaitTimeObject& wait_time = as_wait_time(self);
  const Py_ssize_t named = kwnames == nullptr ? 0 : PyTuple_GET_SIZE(kwnames);
  const Py_ssize_t count = PyVectorcall_NARGS(count_and_flag) + named;
  if (count != 1 ||
      (named == 1 && PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(kwnames, 0), "instance") != 0))
    return PyErr_Format(PyExc_TypeError, "%s() gives a function of one argument, the instance",
                        wait_time.name);
  return wait_time.compute(wait_time, args[0]);
}

PyObject* wait_time_new(PyTypeObject* type, PyObject* args, PyObject* /*kwargs*/) {
  const char* name = nullptr;
  PyObject* space = nullptr;
  PyObject* first = nullptr;
  PyObject* second = nullptr;
  if (PyArg_ParseTuple(args, "sO!O|O", &name, &PyDict_Type, &space, &first, &second) == 0) return nullptr;
  for (const Kind& kind : kKinds) {
    if (kind.name != name || kind.takes_two != (second != nullptr)) continue;
    PyObject* self = type->tp_alloc(type, 0);
    if (self == nullptr) return nullptr;
    WaitTimeObject& made = as_wait_time(self);
    made.call = &call;
    made.compute = kind.compute;
    made.name = kind.name.data();
    made.space = Py_NewRef(space);
    made.first = Py_NewRef(first);
    made.second = Py_XNewRef(second);
    return self;
  }
  return PyErr_Format(PyExc_ValueError, "there is no wait time %s() of so many parameters", name);
}

int wait_time_traverse(PyObject* self, visitproc visit, void* arg) {
  const WaitTimeObject& wait_time = as_wait_time(self);
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(wait_time.space);
  Py_VISIT(wait_time.first);
  Py_VISIT(wait_time.second);
  return 0;
}

void wait_time_dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  WaitTimeObject& wait_time = as_wait_time(self);
  Py_XDECREF(wait_time.space);
  Py_XDECREF(wait_time.first);
  Py_XDECREF(wait_time.second);
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* wait_time_bind(PyObject* self, PyObject* instance, PyObject* /*type*/) {
  return instance == nullptr || instance == Py_None ? Py_NewRef(self) : PyMethod_New(self, instance);
}

PyObject* wait_time_repr(PyObject* self) {
  const WaitTimeObject& wait_time = as_wait_time(self);
  if (wait_time.second == nullptr) return PyUnicode_FromFormat("%s(%R)", wait_time.name, wait_time.first);
  return PyUnicode_FromFormat("%s(%R, %R)", wait_time.name, wait_time.first, wait_time.second);
}

// As of a function, a copy is the thing itself.
PyObject* itself(PyObject* self, PyObject* /*memo*/) { return Py_NewRef(self); }

// For inspect.signature().
PyObject* wait_time_signature(PyObject* /*self*/, void* /*closure*/) {
  const Object inspect(PyImport_ImportModule("inspect"));
  const Object parameter(inspect ? PyObject_GetAttrString(inspect.get(), "Parameter") : nullptr);
  const Object kind(parameter ? PyObject_GetAttrString(parameter.get(), "POSITIONAL_OR_KEYWORD") : nullptr);
  const Object instance(kind ? PyObject_CallFunction(parameter.get(), "sO", "instance", kind.get())
                             : nullptr);
  return instance ? PyObject_CallMethod(inspect.get(), "Signature", "[O]", instance.get()) : nullptr;
}

PyGetSetDef wait_time_attributes[] = {
    {"__signature__", &wait_time_signature, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMethodDef wait_time_methods[] = {
    {"__copy__", &itself, METH_NOARGS, nullptr},
    {"__deepcopy__", &itself, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMemberDef wait_time_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(WaitTimeObject, call), READONLY, nullptr},
    {"__name__", T_STRING, offsetof(WaitTimeObject, name), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

PyType_Slot wait_time_slots[] = {
    {Py_tp_doc,
     const_cast<char*>("How long to wait: called with the user or task set, or a method of either.")},
    {Py_tp_new, reinterpret_cast<void*>(&wait_time_new)},
    {Py_tp_traverse, reinterpret_cast<void*>(&wait_time_traverse)},
    {Py_tp_dealloc, reinterpret_cast<void*>(&wait_time_dealloc)},
    {Py_tp_call, reinterpret_cast<void*>(&PyVectorcall_Call)},
    {Py_tp_descr_get, reinterpret_cast<void*>(&wait_time_bind)},
    {Py_tp_repr, reinterpret_cast<void*>(&wait_time_repr)},
    {Py_tp_getset, wait_time_attributes},
    {Py_tp_methods, wait_time_methods},
    {Py_tp_members, wait_time_members},
    {0, nullptr},
};

PyType_Spec wait_time_spec = {
    "nest_engine.WaitTime", sizeof(WaitTimeObject), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    wait_time_slots};

}  // namespace

int add_wait_time(PyObject* module) {
  PyObject* type = PyType_FromSpec(&wait_time_spec);
  return type == nullptr ? -1 : PyModule_AddObject(module, "WaitTime", type);
}

}  // namespace nest::bindings

#include "native_method.h"

#include <array>
#include <string_view>

#include "choosing.h"
#include "response_block.h"
#include "stand_in.h"
#include "task_loop.h"
#include "task_set.h"

namespace nest::bindings {

namespace {

PyTypeObject* native_type = nullptr;

struct Named {
  std::string_view name;
  NativeStep step;
  const char* last = nullptr;  // of two parameters, which may be given by this name
};

struct NativeObject : StandIn {
  const Named* named;
};

// A user says nothing about its requests.
PyObject* no_context(PyObject* const* /*args*/, Py_ssize_t count) {
  return count == 1 ? PyDict_New() : nullptr;
}

constexpr std::array kSteps = {
    Named{"no context", &no_context},
    Named{"enter block", &enter_block},
    Named{"leave block", &leave_block},
    Named{"success", &judge_success},
    Named{"failure", &judge_failure, "exc"},
    Named{"begin task set", &begin_task_set},
    Named{"begin sequence", &begin_sequence},
    Named{"interrupt", &interrupt, "reschedule"},
    Named{"choose", &choose_task},
    Named{"choose for user", &choose_task_of_user},
    Named{"next in turn", &next_in_turn},
    Named{"next of chain", &next_of_chain},
    Named{"next by number", &next_by_number},
    Named{"choose or leave", &choose_or_leave},
    Named{"next or leave", &next_or_leave},
    Named{"execute", &execute_task},
    Named{"execute for user", &execute_task_of_user},
    Named{"wait time", &wait_time_of_task_set},
    Named{"wait", &wait_of_task_set},
    Named{"wait of user", &wait_of_user},
    Named{"end if expired", &end_if_expired},
    Named{"sleep", &sleep_of_task_set},
    Named{"run", &run_task_set},
};

// How many arguments there are for the step; -1 for what the function is to look at.
Py_ssize_t count_arguments(const Named& named, Py_ssize_t positional, PyObject* kwnames) {
  const Py_ssize_t names = kwnames == nullptr ? 0 : PyTuple_GET_SIZE(kwnames);
  if (names == 0) return positional;
  return names == 1 && positional == 1 && named.last != nullptr &&
                 PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(kwnames, 0), named.last) == 0
             ? 2
             : -1;
}

PyObject* call_native(PyObject* self, PyObject* const* args, size_t count_and_flag, PyObject* kwnames) {
  const Named& named = *static_cast<NativeObject&>(as_stand_in(self)).named;
  const Py_ssize_t count = count_arguments(named, PyVectorcall_NARGS(count_and_flag), kwnames);
  if (count >= 0) {
    PyObject* result = named.step(args, count);
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
    made.named = &named;
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

}  // namespace

NativeStep step_of(PyObject* object) {
  return object != nullptr && Py_TYPE(object) == native_type
             ? static_cast<NativeObject&>(as_stand_in(object)).named->step
             : nullptr;
}

int add_native_method(PyObject* module) {
  native_type = stand_in_type("nest_engine.NativeMethod", sizeof(NativeObject), &native_new, &native_dealloc);
  return native_type == nullptr ? -1
                                : PyModule_AddObject(module, "NativeMethod",
                                                     Py_NewRef(reinterpret_cast<PyObject*>(native_type)));
}

}  // namespace nest::bindings

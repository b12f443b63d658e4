#include "request_event.h"

#include <array>

#include "unchanged.h"

namespace nest::bindings {

namespace {

// The keywords of a request event.
constexpr std::array<const char*, 9> kEventNames = {"request_type", "name",      "context",
                                                    "response",     "exception", "response_time",
                                                    "start_time",   "url",       "response_length"};

struct Surroundings {
  EventTypes types;
  Unchanged listener_methods;
  Unchanged event_methods;
  PyObject* fire;         // the function of the event's type
  PyObject* event_names;  // a tuple
  PyObject* user = PyUnicode_InternFromString("user");
  PyObject* context = PyUnicode_InternFromString("context");
  PyObject* handlers = PyUnicode_InternFromString("_handlers");
  PyObject* environment = PyUnicode_InternFromString("environment");
  PyObject* stats = PyUnicode_InternFromString("stats");
  PyObject* recorder_core = PyUnicode_InternFromString("_recorder_core");
  PyObject* log = PyUnicode_InternFromString("log");
  PyObject* recorded = PyUnicode_InternFromString("_recorded");
};
Surroundings* around = nullptr;

bool is_statistics_listener(PyObject* listener) {
  return Py_TYPE(listener) == around->types.listener && around->listener_methods.holds();
}

// Counts a success in the statistics of `listener`; false with an exception set if that raises.
bool count(PyObject* listener, PyObject* method, PyObject* name, PyObject* response_time, PyObject* length,
           PyObject* exchange) {
  const Object environment(PyObject_GetAttr(listener, around->environment));
  const Object stats(environment ? PyObject_GetAttr(environment.get(), around->stats) : nullptr);
  const Object core(stats ? PyObject_GetAttr(stats.get(), around->recorder_core) : nullptr);
  if (!core) return false;
  PyObject* sample[] = {core.get(), method, name, response_time, length, exchange};
  const Object counted(PyObject_Vectorcall(around->types.record, sample, 6, nullptr));
  if (!counted) return false;
  if (counted.get() == Py_True) return true;
  PyObject* log[] = {listener, method, name, response_time, length, Py_None, exchange};
  return static_cast<bool>(Object(PyObject_VectorcallMethod(around->log, log, 7, nullptr)));
}

// Calls one listener; false with an exception set if it raised what is for the caller.
bool tell(PyObject* listener, PyObject* const* event) {
  if (Object(PyObject_Vectorcall(listener, event, 0, around->event_names))) return true;
  if (PyErr_ExceptionMatches(around->types.control_flow) != 0 || PyErr_ExceptionMatches(PyExc_Exception) == 0)
    return false;
  PyObject* type = nullptr;
  PyObject* error = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &error, &traceback);
  PyErr_NormalizeException(&type, &error, &traceback);
  if (traceback != nullptr) PyException_SetTraceback(error, traceback);
  const Object owned[] = {Object(type), Object(error), Object(traceback)};
  return static_cast<bool>(Object(PyObject_CallOneArg(around->types.report_broken_listener, error)));
}

}  // namespace

bool describe_events(const EventTypes& types) {
  PyObject* event_names = PyTuple_New(kEventNames.size());
  if (event_names == nullptr) return false;
  for (size_t i = 0; i < kEventNames.size(); ++i)
    PyTuple_SET_ITEM(event_names, static_cast<Py_ssize_t>(i), PyUnicode_InternFromString(kEventNames[i]));
  PyObject* fire = PyObject_GetAttrString(reinterpret_cast<PyObject*>(types.event), "fire");
  if (fire == nullptr || PyErr_Occurred() != nullptr) return false;
  around = new Surroundings{
      types, {types.listener, {"__call__", "log"}}, {types.event, {"fire"}}, fire, event_names};
  return true;
}

Object listeners_of(PyObject* event) {
  if (Py_TYPE(event) != around->types.event || !around->event_methods.holds()) return Object();
  const Object attributes(PyObject_GenericGetDict(event, nullptr));
  if (!attributes || PyDict_GET_SIZE(attributes.get()) != 1) return Object();
  PyObject* listeners = PyDict_GetItemWithError(attributes.get(), around->handlers);
  return Object(listeners == nullptr || !PyList_CheckExact(listeners) ? nullptr : PyList_AsTuple(listeners));
}

PyObject* event_of(PyObject* fire) {
  return PyMethod_Check(fire) && PyMethod_GET_FUNCTION(fire) == around->fire ? PyMethod_GET_SELF(fire)
                                                                             : nullptr;
}

bool only_statistics_listen(PyObject* listeners) {
  return PyTuple_GET_SIZE(listeners) == 1 && is_statistics_listener(PyTuple_GET_ITEM(listeners, 0));
}

Object full_context(PyObject* session, PyObject* context) {
  const Object user(PyObject_GetAttr(session, around->user));
  Object full(PyDict_New());
  if (!user || !full) return Object();
  if (user.get() != Py_None) {
    const Object of_user(PyObject_CallMethodNoArgs(user.get(), around->context));
    if (!of_user || PyDict_Update(full.get(), of_user.get()) < 0) return Object();
  }
  if (PyObject_IsTrue(context) == 1 && PyDict_Update(full.get(), context) < 0) return Object();
  return full;
}

bool remember(const Answered& done, PyObject* context, PyObject* failure) {
  const Object recorded(PyTuple_Pack(8, done.session, done.method, done.name, done.response_time, context,
                                     failure, done.start_time, done.url));
  return recorded && PyObject_SetAttr(done.response, around->recorded, recorded.get()) == 0;
}

bool tell_all(const Answered& done, PyObject* listeners, PyObject* context, PyObject* failure) {
  PyObject* const event[] = {done.method,        done.name,       context,  done.response, failure,
                             done.response_time, done.start_time, done.url, done.length};
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(listeners); ++i) {
    PyObject* listener = PyTuple_GET_ITEM(listeners, i);
    const bool told =
        failure == Py_None && is_statistics_listener(listener)
            ? count(listener, done.method, done.name, done.response_time, done.length, done.exchange)
            : tell(listener, event);
    if (!told) return false;
  }
  return true;
}

}  // namespace nest::bindings

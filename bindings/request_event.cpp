#include "request_event.h"

#include <array>
#include <utility>

#include "request_recorder.h"
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
  Unchanged response_methods;
  PyObject* fire;         // the function of the event's type
  PyObject* event_names;  // a tuple
  PyObject* user = PyUnicode_InternFromString("user");
  PyObject* context = PyUnicode_InternFromString("context");
  PyObject* handlers = PyUnicode_InternFromString("_handlers");
  PyObject* environment = PyUnicode_InternFromString("environment");
  PyObject* stats = PyUnicode_InternFromString("stats");
  PyObject* recorder_core = PyUnicode_InternFromString("_recorder_core");
  PyObject* log = PyUnicode_InternFromString("log");
  PyObject* log_error = PyUnicode_InternFromString("log_error");
  PyObject* response_only = Py_BuildValue("(s)", "response");  // a keyword
  PyObject* recorded = PyUnicode_InternFromString("_recorded");
  PyObject* fire_name = PyUnicode_InternFromString("fire");
  PyObject* report = PyUnicode_InternFromString("_report");
  PyObject* reason = PyUnicode_InternFromString("reason");
  PyObject* default_failure = PyUnicode_InternFromString("_default_failure");
};
Surroundings* around = nullptr;

bool is_statistics_listener(PyObject* listener) {
  return Py_TYPE(listener) == around->types.listener && around->listener_methods.holds();
}

// The HTTPError of this text; null with an exception set.
Object make_failure(PyObject* text, PyObject* response) {
  PyObject* args[] = {text, response};
  return Object(PyObject_Vectorcall(around->types.http_error, args, 1, around->response_only));
}

// Counts a failure in the statistics; false with an exception set if that raises.
bool count_failure(PyObject* stats, const Answered& done, PyObject* failure) {
  if (failure == Py_None) return true;
  Object error = Object::borrowed(failure);
  if (PyUnicode_CheckExact(failure)) {
    const Object said(PyUnicode_FromFormat("HTTPError(%R)", failure));
    if (!said) return false;
    if (log_unmade_error(stats, done.method, done.name, said.get())) return true;
    error = make_failure(failure, done.response);
    if (!error) return false;
  } else if (const int counts = PyObject_IsTrue(failure); counts <= 0) {
    return counts == 0;
  } else if (log_known_error(stats, done.method, done.name, failure)) {
    return true;
  }
  PyObject* log_error[] = {stats, done.method, done.name, error.get()};
  return static_cast<bool>(Object(PyObject_VectorcallMethod(around->log_error, log_error, 4, nullptr)));
}

// Counts a request in the statistics of `listener`; false with an exception set if that raises.
bool count(PyObject* listener, const Answered& done, PyObject* failure) {
  const Object environment(PyObject_GetAttr(listener, around->environment));
  const Object stats(environment ? PyObject_GetAttr(environment.get(), around->stats) : nullptr);
  const Object core(stats ? PyObject_GetAttr(stats.get(), around->recorder_core) : nullptr);
  if (!core) return false;
  PyObject* sample[] = {core.get(), done.method, done.name, done.response_time, done.length, done.exchange};
  const Object counted(PyObject_Vectorcall(around->types.record, sample, 6, nullptr));
  if (!counted) return false;
  if (counted.get() == Py_True) return count_failure(stats.get(), done, failure);
  const Object error =
      PyUnicode_CheckExact(failure) ? make_failure(failure, done.response) : Object::borrowed(failure);
  if (!error) return false;
  PyObject* log[] = {listener,    done.method, done.name,    done.response_time,
                     done.length, error.get(), done.exchange};
  return static_cast<bool>(Object(PyObject_VectorcallMethod(around->log, log, 7, nullptr)));
}

// Whether the exception that a listener has raised was dealt with; if not, it is set again, for the caller.
bool report_broken_listener() {
  if (PyErr_ExceptionMatches(around->types.control_flow) != 0 || PyErr_ExceptionMatches(PyExc_Exception) == 0)
    return false;
  const Object error = take_exception();
  return static_cast<bool>(Object(PyObject_CallOneArg(around->types.report_broken_listener, error.get())));
}

bool only_statistics_listen(PyObject* listeners) {
  return PyTuple_GET_SIZE(listeners) == 1 && is_statistics_listener(PyTuple_GET_ITEM(listeners, 0));
}

// The context of the session's user, under that of the request; null with an exception set.
Object full_context(PyObject* session, PyObject* context) {
  const Object user(PyObject_GetAttr(session, around->user));
  Object full(PyDict_New());
  if (!user || !full) return Object();
  if (user.get() != Py_None) {
    const Object of_user(PyObject_CallMethodNoArgs(user.get(), around->context));
    if (!of_user || PyDict_Update(full.get(), of_user.get()) < 0) return Object();
  }
  const int says_more = PyObject_IsTrue(context);
  if (says_more < 0 || (says_more == 1 && PyDict_Update(full.get(), context) < 0)) return Object();
  return full;
}

}  // namespace

bool describe_events(const EventTypes& types) {
  PyObject* event_names = PyTuple_New(kEventNames.size());
  if (event_names == nullptr) return false;
  for (size_t i = 0; i < kEventNames.size(); ++i)
    PyTuple_SET_ITEM(event_names, static_cast<Py_ssize_t>(i), PyUnicode_InternFromString(kEventNames[i]));
  PyObject* fire = PyObject_GetAttrString(reinterpret_cast<PyObject*>(types.event), "fire");
  if (fire == nullptr || PyErr_Occurred() != nullptr) return false;
  around = new Surroundings{types,
                            {types.listener, {"__call__", "log"}},
                            {types.event, {"fire"}},
                            {types.response, {"_default_failure", "_status_failure", "error", "reason"}},
                            fire,
                            event_names};
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

Object failure_by_status(const Answered& done, long status, PyObject* reason, PyObject* listeners) {
  const Object received(reason != nullptr ? nullptr : PyObject_GetAttr(done.exchange, around->reason));
  if (reason == nullptr) reason = received.get();
  if (reason == nullptr) return Object();
  if (!around->response_methods.holds() || !PyUnicode_CheckExact(reason) || !PyUnicode_CheckExact(done.name))
    return Object(PyObject_CallMethodOneArg(done.response, around->default_failure, done.name));
  Object text(PyUnicode_FromFormat("%ld %s Error: %U for url: %U", status, status < 500 ? "Client" : "Server",
                                   reason, done.name));
  return !text || only_statistics_listen(listeners) ? std::move(text)
                                                    : make_failure(text.get(), done.response);
}

bool remember(const Answered& done, PyObject* context, PyObject* failure) {
  const Object recorded(PyTuple_Pack(8, done.session, done.method, done.name, done.response_time, context,
                                     failure, done.start_time, done.url));
  return recorded && PyObject_SetAttr(done.response, around->recorded, recorded.get()) == 0;
}

bool tell(const Answered& done, PyObject* listeners, PyObject* failure) {
  if (only_statistics_listen(listeners))
    return tell_all(done, listeners, done.context, failure) && remember(done, done.context, failure);
  const Object context = full_context(done.session, done.context);
  return context && remember(done, context.get(), failure) &&
         tell_all(done, listeners, context.get(), failure);
}

bool await_verdict(const Answered& done, PyObject* event) {
  const Object context = full_context(done.session, done.context);
  const Object report(context ? PyObject_GetAttr(event, around->fire_name) : nullptr);
  return report && remember(done, context.get(), Py_None) &&
         PyObject_SetAttr(done.response, around->report, report.get()) == 0;
}

bool tell_all(const Answered& done, PyObject* listeners, PyObject* context, PyObject* failure) {
  PyObject* const event[] = {done.method,        done.name,       context,  done.response, failure,
                             done.response_time, done.start_time, done.url, done.length};
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(listeners); ++i) {
    PyObject* listener = PyTuple_GET_ITEM(listeners, i);
    const bool told =
        is_statistics_listener(listener)
            ? count(listener, done, failure)
            : static_cast<bool>(Object(PyObject_Vectorcall(listener, event, 0, around->event_names)));
    if (!told && !report_broken_listener()) return false;
  }
  return true;
}

}  // namespace nest::bindings

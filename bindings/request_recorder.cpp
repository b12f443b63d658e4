#include "request_recorder.h"

#include <cmath>
#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "exchange_object.h"
#include "number_caster.h"
#include "object.h"
#include "stats/request_stats.h"
#include "unchanged.h"

namespace nest::bindings {
namespace {

namespace py = pybind11;
using stats::Number;
using stats::RequestStats;

constexpr const char* kCapsule = "nest_engine.request_recorder";
constexpr const char* kWindow = "CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW";

// The RequestStats that a Python object holds, which is mostly the one of the call before.
class Core {
 public:
  // Null for anything else.
  RequestStats* of(PyObject* object) {
    if (object == known_.ptr()) return stats_;
    py::detail::type_caster_base<RequestStats> caster;
    if (object == nullptr || object == Py_None || !caster.load(object, false)) return nullptr;
    known_ = py::reinterpret_borrow<py::object>(object);
    stats_ = &static_cast<RequestStats&>(caster);
    return stats_;
  }

 private:
  py::object known_;
  RequestStats* stats_ = nullptr;
};

// Owned by the capsule that is the function's `self`.
struct Recorder {
  py::dict settings;
  py::str bucket_name;
  py::object original_bucket;
  double window_read_s = -1;
  int window_s = stats::kDefaultPercentileWindowS;
  Core core;

  bool has_own_bucket_function() const {
    return PyDict_GetItemWithError(settings.ptr(), bucket_name.ptr()) != original_bucket.ptr();
  }

  // A borrowed look into a dict: no Python code runs.
  int window(double now_s) {
    if (std::floor(now_s) != window_read_s) {
      window_read_s = std::floor(now_s);
      PyObject* value = PyDict_GetItemString(settings.ptr(), kWindow);
      if (value != nullptr && PyLong_Check(value)) window_s = static_cast<int>(PyLong_AsLong(value));
      PyErr_Clear();
    }
    return window_s;
  }
};

std::optional<std::string_view> text(PyObject* value) {
  if (!PyUnicode_Check(value)) return std::nullopt;
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(value, &size);
  if (bytes == nullptr) {
    PyErr_Clear();
    return std::nullopt;
  }
  return std::string_view(bytes, static_cast<std::size_t>(size));
}

bool record_common_case(Recorder& recorder, PyObject* const* args) {
  RequestStats* stats = recorder.core.of(args[0]);
  if (stats == nullptr || recorder.has_own_bucket_function()) return false;
  const auto method = text(args[1]);
  const auto name = text(args[2]);
  Number length;
  if (!method || !name || !to_number(args[4], length)) return false;
  stats::Sample sample{std::nullopt, length, wall_time_s(), std::nullopt};
  std::optional<stats::Phases> phases;
  if (args[3] != Py_None) {
    Number response_time_ms;
    if (!to_number(args[3], response_time_ms) || !stats::loggable(response_time_ms)) return false;
    sample.response_time_ms = response_time_ms;
    if (args[5] != Py_None) phases = phases_of(args[5], response_time_ms.real());
  }
  // Last: a number that is none of Python's own may run what clears the statistics.
  stats::StatsEntry* entry = stats->counting(*name, *method);
  if (entry == nullptr) return false;
  stats->percentile_window_s = recorder.window(sample.now_s);
  stats->log_request(*entry, sample, phases);
  return true;
}

PyObject* record(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  auto* recorder = static_cast<Recorder*>(PyCapsule_GetPointer(self, kCapsule));
  if (recorder == nullptr) return nullptr;
  if (count != 6) {
    PyErr_SetString(PyExc_TypeError,
                    "record takes stats, method, name, response_time, content_length and exchange");
    return nullptr;
  }
  return PyBool_FromLong(record_common_case(*recorder, args));
}

PyMethodDef record_definition = {
    // The documented cast for METH_FASTCALL functions.
    "record", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&record)), METH_FASTCALL,
    "record(stats, method, name, response_time, content_length, exchange) -> bool: False when it is left to "
    "the "
    "caller."};

py::object request_recorder(const py::dict& settings) {
  py::str bucket_name("bucket_response_time");
  py::object original = settings[bucket_name];
  auto recorder = std::make_unique<Recorder>(Recorder{
      settings, std::move(bucket_name), std::move(original), -1, stats::kDefaultPercentileWindowS, {}});
  const auto destroy = [](PyObject* capsule) {
    delete static_cast<Recorder*>(PyCapsule_GetPointer(capsule, kCapsule));
  };
  auto self = py::reinterpret_steal<py::object>(PyCapsule_New(recorder.get(), kCapsule, destroy));
  if (!self) throw py::error_already_set();
  static_cast<void>(recorder.release());
  auto function = py::reinterpret_steal<py::object>(PyCFunction_New(&record_definition, self.ptr()));
  if (!function) throw py::error_already_set();
  return function;
}

// What log_known_error() needs of Python's side. Made once, never freed.
struct FailureLog {
  PyTypeObject* type;
  Unchanged methods;
  Unchanged kinds;
  Core core;
  PyObject* core_name = PyUnicode_InternFromString("_core");
  PyObject* log_error = PyUnicode_InternFromString("log_error");
};
FailureLog* failure_log = nullptr;

// Null for anything but a RequestStats that logs errors as its class did in the beginning.
RequestStats* plain_stats(PyObject* object) {
  if (failure_log == nullptr || Py_TYPE(object) != failure_log->type || !failure_log->methods.holds() ||
      !failure_log->kinds.holds()) {
    return nullptr;
  }
  const Object attributes(PyObject_GenericGetDict(object, nullptr));
  if (!attributes || PyDict_GetItemWithError(attributes.get(), failure_log->log_error) != nullptr)
    return nullptr;
  return failure_log->core.of(PyDict_GetItemWithError(attributes.get(), failure_log->core_name));
}

// Whether the failure was counted. Runs no Python.
bool count_failure(RequestStats& stats, PyObject* method, PyObject* name, PyObject* said) {
  constexpr std::string_view kAddress = "object at 0x";  // which is masked before errors are told apart
  const auto method_text = text(method);
  const auto name_text = text(name);
  const auto said_text = text(said);
  if (!method_text || !name_text || !said_text || said_text->find(kAddress) != std::string_view::npos)
    return false;
  stats::StatsEntry* entry = stats.counting(*name_text, *method_text);
  if (entry == nullptr || stats.find(entry->name, entry->method) != entry) return false;
  return stats.log_known_error(*entry, *said_text, wall_time_s());
}

bool is_plain_value(PyObject* value) {
  return PyUnicode_CheckExact(value) || PyLong_CheckExact(value) || PyFloat_CheckExact(value) ||
         PyBool_Check(value) || value == Py_None;
}

// Its repr(), or the text itself; null, perhaps with an exception set, for what runs Python to tell.
Object text_of_error(PyObject* error) {
  if (PyUnicode_CheckExact(error)) return Object::borrowed(error);
  if (!PyExceptionInstance_Check(error) ||
      Py_TYPE(error)->tp_repr != reinterpret_cast<PyTypeObject*>(PyExc_BaseException)->tp_repr) {
    return Object();
  }
  PyObject* args = reinterpret_cast<PyBaseExceptionObject*>(error)->args;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); ++i) {
    if (!is_plain_value(PyTuple_GET_ITEM(args, i))) return Object();
  }
  return Object(PyObject_Repr(error));
}

PyObject* describe_statistics(PyObject* /*module*/, PyObject* args) {
  PyTypeObject* type = nullptr;
  PyTypeObject* error = nullptr;
  if (PyArg_ParseTuple(args, "O!O!", &PyType_Type, &type, &PyType_Type, &error) == 0) return nullptr;
  Py_INCREF(args);  // and with it both, for good
  failure_log = new FailureLog{type,
                               {type, {"log_error", "_kind_of_failure", "entries", "errors"}},
                               {error, {"create_key", "parse_error", "occurred"}},
                               {}};
  Py_RETURN_NONE;
}

PyObject* call_log_known_error(PyObject* /*module*/, PyObject* const* args, Py_ssize_t count) {
  if (count != 4) {
    PyErr_SetString(PyExc_TypeError, "log_known_error takes stats, method, name and error");
    return nullptr;
  }
  return PyBool_FromLong(static_cast<long>(log_known_error(args[0], args[1], args[2], args[3])));
}

PyMethodDef failure_log_functions[] = {
    {"describe_statistics", &describe_statistics, METH_VARARGS,
     "Tells log_known_error() whose failures it counts. Once."},
    {"log_known_error", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&call_log_known_error)),
     METH_FASTCALL,
     "log_known_error(stats, method, name, error) -> bool: False when it is left to stats.log_error()."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

bool log_known_error(PyObject* stats, PyObject* method, PyObject* name, PyObject* error) {
  RequestStats* plain = plain_stats(stats);
  if (plain == nullptr) return false;
  const Object said = text_of_error(error);
  PyErr_Clear();
  return said && count_failure(*plain, method, name, said.get());
}

bool log_unmade_error(PyObject* stats, PyObject* method, PyObject* name, PyObject* said) {
  RequestStats* plain = plain_stats(stats);
  return plain != nullptr && count_failure(*plain, method, name, said);
}

int add_failure_log(PyObject* module) { return PyModule_AddFunctions(module, failure_log_functions); }

std::optional<stats::Phases> phases_of(PyObject* exchange, double response_time_ms) {
  const http::Timings* timings = timings_of(exchange);
  if (timings == nullptr || timings->sending == SteadyTime{} || timings->first_byte == SteadyTime{}) {
    return std::nullopt;
  }
  // The time of a request with redirects is that of all its hops, and models may record another one.
  if (std::abs(to_milliseconds(timings->response_time()) - response_time_ms) > 1e-6) return std::nullopt;
  stats::Phases phases{to_milliseconds(timings->sending - timings->started),
                       to_milliseconds(timings->first_byte - timings->sending),
                       to_milliseconds(timings->completed - timings->first_byte)};
  if (timings->resumed != SteadyTime{})
    phases.delay_ms = to_milliseconds(timings->resumed - timings->completed);
  return phases;
}

void add_request_recorder(py::module_& module) { module.def("request_recorder", &request_recorder); }

}  // namespace nest::bindings

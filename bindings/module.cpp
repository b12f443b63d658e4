#include "module.h"

#include <pybind11/embed.h>

#include <string_view>

#include "base/errors.h"
#include "cookie_header.h"
#include "cookie_jar.h"
#include "cookie_library.h"
#include "fast_request_method.h"
#include "http_client.h"
#include "native_method.h"
#include "request_method.h"
#include "request_recorder.h"
#include "response_block.h"
#include "switch.h"
#include "task_set.h"
#include "wait_time.h"
#include "waiting.h"

namespace py = pybind11;

namespace nest::bindings {

namespace {

// nest::UsageError arrives in Python as nest_engine.UsageError, with its exit code.
void register_usage_error(py::module_& module) {
  static py::handle type = py::exception<UsageError>(module, "UsageError").release();
  // NOLINTNEXTLINE(performance-unnecessary-value-param): the signature is pybind11's
  py::register_exception_translator([](std::exception_ptr error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const UsageError& usage) {
      const std::string_view text = usage.what();
      // It may quote a file that is not UTF-8.
      const auto message = py::reinterpret_steal<py::object>(
          PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "backslashreplace"));
      py::object value = py::reinterpret_borrow<py::object>(type)(message);
      value.attr("exit_code") = usage.exit_code();
      PyErr_SetObject(type.ptr(), value.ptr());
    }
  });
}

// Breaks R1 on purpose: a bound function that waits.
void sleep_inside_bound_call(const py::module_& module, double seconds) { module.attr("sleep")(seconds); }

void check(int result) {
  if (result < 0) throw py::error_already_set();
}

}  // namespace

PYBIND11_EMBEDDED_MODULE(nest_engine, module) {
  module.doc() = "The engine of locust-nest; see docs/boundary.md.";
  module.attr("__version__") = NEST_VERSION;
  register_usage_error(module);
  check(import_greenlet());
  check(add_waiting_functions(module.ptr()));
  check(add_task_sets(module.ptr()));
  check(add_wait_time(module.ptr()));
  check(add_http_types(module.ptr()));
  check(add_cookie_library(module.ptr()));
  check(add_cookie_taking(module.ptr()));
  check(add_cookie_giving(module.ptr()));
  check(add_request_methods(module.ptr()));
  check(add_fast_request_methods(module.ptr()));
  check(add_native_method(module.ptr()));
  check(add_response_blocks(module.ptr()));
  check(add_failure_log(module.ptr()));
  bind_engine(module);
  bind_stats(module);
  bind_report(module);
  bind_load(module);
  bind_process(module);
  bind_cli(module);
  bind_watch(module);
  module.def(
      "_sleep_inside_bound_call", [module](double seconds) { sleep_inside_bound_call(module, seconds); },
      "For tests: breaks rule R1.");
}

}  // namespace nest::bindings

// What returns at once of the engine's core: connection settings, start and end.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "exchange_object.h"
#include "module.h"
#include "runtime.h"

namespace py = pybind11;

namespace nest::bindings {

bool settings_of(PyObject* object, std::shared_ptr<const http::ConnectionSettings>& settings) {
  // Most requests of a run have the same, and pybind11 takes a thousand instructions to get at them.
  static struct {
    PyObject* object;  // owned, so that no other one has its address
    std::shared_ptr<const http::ConnectionSettings> settings;
  } last{};
  try {
    if (object != last.object) {
      last.settings = py::cast<std::shared_ptr<http::ConnectionSettings>>(py::handle(object));
      Py_XSETREF(last.object, Py_NewRef(object));
    }
    settings = last.settings;
    return true;
  } catch (const py::cast_error&) {
    PyErr_SetString(PyExc_TypeError, "settings must be a ConnectionSettings or None");
    return false;
  }
}

namespace {

// gevent's hub of this thread watches the engine's descriptors from now on. The watchers live as long as the
// process: they are kept in the module.
void attach_hub(const py::module_& module) {
  const py::object hub = py::module_::import("gevent").attr("get_hub")();
  py::list watchers;
  for (const int fd : Runtime::get().descriptors()) {
    const py::object watcher = hub.attr("loop").attr("io")(fd, 1);
    watcher.attr("start")(module.attr("drain"));
    watchers.append(watcher);
  }
  set_hub(hub.ptr());
  py::setattr(module, "_watchers", watchers);
}

}  // namespace

void bind_engine(py::module_& module) {
  py::class_<http::ConnectionSettings, std::shared_ptr<http::ConnectionSettings>>(module,
                                                                                  "ConnectionSettings")
      .def(py::init([](bool verify, std::string ca_path, std::string client_cert, std::string client_key,
                       std::string proxy) {
             return http::ConnectionSettings{verify, std::move(ca_path), std::move(client_cert),
                                             std::move(client_key), std::move(proxy)};
           }),
           py::kw_only(), py::arg("verify") = true, py::arg("ca_path") = "", py::arg("client_cert") = "",
           py::arg("client_key") = "", py::arg("proxy") = "");
  module.def(
      "attach_hub", [module] { attach_hub(module); },
      "Lets gevent's loop wake our users. Once, on the main thread, after monkey-patching.");
  module.def(
      "set_default_settings",
      [](std::shared_ptr<http::ConnectionSettings> settings) {
        Runtime::get().set_default_settings(std::move(settings));
      },
      py::arg("settings"), "What requests without settings of their own use.");
  module.def(
      "set_name_settings",
      [](double time_to_live, bool rotate,
         const std::vector<std::tuple<std::string, int, std::vector<std::string>>>& overrides) {
        auto names = std::make_shared<http::NameSettings>();
        names->time_to_live = seconds_to_duration(time_to_live);
        names->rotates = rotate;
        for (const auto& [host, port, addresses] : overrides)
          names->override_addresses(host, port, addresses);
        Runtime::get().set_names(std::move(names));
      },
      py::kw_only(), py::arg("time_to_live"), py::arg("rotate"), py::arg("overrides"),
      "How names become addresses, for users that send their first request from now on.");
  module.def(
      "set_io_threads",
      [](std::size_t count) {
        Runtime::get().engine().spread_over({count, 1});
      },
      py::arg("count"), "How many I/O threads carry out the requests; before the first one.");
  module.def(
      "set_http_transport", [](bool direct) { Runtime::get().set_goes_direct(direct); }, py::kw_only(),
      py::arg("direct"), "What carries HTTP/1.1 for users that send their first request from now on.");
  module.def(
      "begin_anew_in_child", [] { Runtime::get().begin_anew_in_child(); },
      "In a forked process: lets go of what is the parent's. The caller can still sleep.");
  module.def(
      "shutdown", [] { Runtime::get().shutdown(); }, "Ends all requests and stops the I/O threads.");
}

}  // namespace nest::bindings

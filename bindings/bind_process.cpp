#include <pybind11/stl.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/errors.h"
#include "module.h"
#include "process/supervisor.h"

namespace py = pybind11;

namespace nest::bindings {

namespace {

using process::DependencySpec;
using process::ReadyCheck;
using process::ReadyKind;
using process::State;
using process::Status;
using process::Supervisor;

using StringMap = std::map<std::string, std::string>;

// {"http": url}, {"tcp": "host:port"} or {"log": pattern}, as in a configuration.
ReadyCheck to_ready_check(const std::optional<StringMap>& ready) {
  if (!ready) return {};
  static const std::map<std::string, ReadyKind> kinds = {
      {"http", ReadyKind::kHttp}, {"tcp", ReadyKind::kTcp}, {"log", ReadyKind::kLog}};
  if (ready->size() == 1) {
    const auto& [key, value] = *ready->begin();
    const auto kind = kinds.find(key);
    if (kind != kinds.end()) return {kind->second, value};
  }
  throw UsageError("'ready' must have exactly one of the keys http, tcp and log");
}

DependencySpec make_spec(const std::string& name, const std::vector<std::string>& command,
                         const std::string& cwd, const StringMap& env, const std::optional<StringMap>& ready,
                         double timeout_s, bool required) {
  DependencySpec spec{name,      command, cwd, {env.begin(), env.end()}, to_ready_check(ready),
                      timeout_s, required};
  validate(spec);
  return spec;
}

// None of a supervisor's functions needs Python, and some wait for a lock or for a process.
using WithoutGil = py::call_guard<py::gil_scoped_release>;

}  // namespace

void bind_process(py::module_& module) {
  py::class_<DependencySpec>(module, "DependencySpec")
      .def(py::init(&make_spec), py::kw_only(), py::arg("name"), py::arg("command"), py::arg("cwd") = "",
           py::arg("env") = StringMap(), py::arg("ready") = py::none(), py::arg("timeout_s") = 10.0,
           py::arg("required") = true)
      .def_readonly("name", &DependencySpec::name)
      .def_readonly("command", &DependencySpec::command)
      .def_readonly("cwd", &DependencySpec::cwd)
      .def_readonly("env", &DependencySpec::env)
      .def_readonly("timeout_s", &DependencySpec::timeout_s)
      .def_readonly("required", &DependencySpec::required);

  py::enum_<State>(module, "DependencyState")
      .value("STARTING", State::kStarting)
      .value("READY", State::kReady)
      .value("TIMED_OUT", State::kTimedOut)
      .value("DIED", State::kDied)
      .value("STOPPING", State::kStopping)
      .value("STOPPED", State::kStopped);

  py::class_<Status>(module, "DependencyStatus")
      .def_readonly("name", &Status::name)
      .def_readonly("state", &Status::state)
      .def_readonly("reason", &Status::reason)
      .def_readonly("required", &Status::required)
      .def_readonly("pid", &Status::pid)
      .def_readonly("last_output", &Status::last_output);

  py::class_<Supervisor>(module, "Supervisor")
      .def(py::init<const std::string&>(), py::arg("log_path"), WithoutGil())
      .def("start", &Supervisor::start, py::arg("spec"), WithoutGil())
      .def("poll", &Supervisor::poll, WithoutGil())
      .def("begin_stop", &Supervisor::begin_stop, py::arg("grace_s") = Supervisor::kDefaultGraceS,
           WithoutGil())
      .def("wait_stopped", &Supervisor::wait_stopped, py::arg("timeout_s"), WithoutGil())
      .def("stop_all", &Supervisor::stop_all, py::arg("grace_s") = Supervisor::kDefaultGraceS, WithoutGil())
      .def("log_error", &Supervisor::log_error, WithoutGil());
}

}  // namespace nest::bindings

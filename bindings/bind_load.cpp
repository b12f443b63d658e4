#include <pybind11/stl.h>

#include <chrono>
#include <string>
#include <tuple>
#include <vector>

#include "load/ramp.h"
#include "load/user_dispatcher.h"
#include "module.h"

namespace py = pybind11;

namespace nest::bindings {

namespace {

using ClassTuple = std::tuple<std::string, double, int>;

load::UserDispatcher make_dispatcher(const std::vector<ClassTuple>& classes) {
  std::vector<load::UserClass> translated;
  translated.reserve(classes.size());
  for (const auto& [name, weight, fixed_count] : classes) translated.push_back({name, weight, fixed_count});
  return load::UserDispatcher(std::move(translated));
}

using Seconds = load::Ramp::Seconds;

}  // namespace

void bind_load(py::module_& module) {
  py::class_<load::UserDispatcher>(module, "UserDispatcher")
      .def(py::init(&make_dispatcher), py::arg("classes"))
      .def("add", &load::UserDispatcher::add, py::arg("count"))
      .def("remove", &load::UserDispatcher::remove, py::arg("count"))
      .def("counts", &load::UserDispatcher::counts)
      .def_property_readonly("total", &load::UserDispatcher::total);

  py::class_<load::Ramp>(module, "Ramp")
      .def(py::init<std::size_t, std::size_t, double>(), py::arg("current"), py::arg("target"),
           py::arg("rate"))
      .def(
          "step",
          [](const load::Ramp& ramp, std::size_t done, double elapsed_s, double since_last_s) {
            return ramp.step(done, Seconds(elapsed_s), Seconds(since_last_s));
          },
          py::arg("done"), py::arg("elapsed_s"), py::arg("since_last_s") = 0.0)
      .def(
          "is_late",
          [](const load::Ramp& ramp, std::size_t done, double elapsed_s) {
            return done < ramp.due(Seconds(elapsed_s));
          },
          py::arg("done"), py::arg("elapsed_s"))
      .def(
          "pause",
          [](const load::Ramp& ramp, std::size_t done, double elapsed_s, double since_last_s) {
            return ramp.pause(done, Seconds(elapsed_s), Seconds(since_last_s)).count();
          },
          py::arg("done"), py::arg("elapsed_s"), py::arg("since_last_s"))
      .def_property_readonly("steps", &load::Ramp::steps);
}

}  // namespace nest::bindings

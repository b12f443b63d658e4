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

double next_due_s(const load::Ramp& ramp, double elapsed_s) {
  const auto wait = ramp.next_due(load::Ramp::Seconds(elapsed_s));
  return wait ? wait->count() : -1.0;
}

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
          "due",
          [](const load::Ramp& ramp, double elapsed_s) { return ramp.due(load::Ramp::Seconds(elapsed_s)); },
          py::arg("elapsed_s"))
      .def("next_due", &next_due_s, py::arg("elapsed_s"))
      .def_property_readonly("steps", &load::Ramp::steps);
}

}  // namespace nest::bindings

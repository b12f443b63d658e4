#include <pybind11/stl.h>

#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/standard_streams.h"
#include "cli/nest_config.h"
#include "module.h"

namespace py = pybind11;

namespace nest::bindings {

namespace {

using cli::FoundClass;
using cli::NestConfig;

using ClassTuple = std::tuple<std::string, std::string, std::optional<double>>;

std::vector<FoundClass> found_classes(const std::vector<ClassTuple>& classes) {
  std::vector<FoundClass> result;
  result.reserve(classes.size());
  for (const auto& [file, name, weight] : classes) result.push_back({file, name, weight});
  return result;
}

std::pair<std::vector<double>, std::vector<double>> resolve(const NestConfig& config,
                                                            const std::vector<ClassTuple>& users,
                                                            const std::vector<ClassTuple>& tasksets) {
  auto weights = config.resolve(found_classes(users), found_classes(tasksets));
  return {std::move(weights.users), std::move(weights.tasksets)};
}

}  // namespace

void bind_cli(py::module_& module) {
  py::class_<NestConfig>(module, "NestConfig")
      .def("resolve", &resolve, py::arg("users"), py::arg("tasksets"))
      .def_property_readonly("dependencies", &NestConfig::dependencies)
      .def_property_readonly("warnings", &NestConfig::warnings);

  module.def("load_nest_config", &NestConfig::load, py::arg("path"));
  module.def("stdout_was_closed", &stdout_was_closed, "Whether the process was started without a stdout.");
}

}  // namespace nest::bindings

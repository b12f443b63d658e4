#include <pybind11/stl.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cli/arguments.h"
#include "cli/nest_config.h"
#include "cli/options.h"
#include "module.h"

namespace py = pybind11;

namespace nest::bindings {

namespace {

using cli::FoundClass;
using cli::NestConfig;
using cli::Options;

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

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace

void bind_cli(py::module_& module) {
  py::class_<Options>(module, "Options")
      .def_property_readonly("program", [](const Options& options) { return options.dialect.program(); })
      .def_readonly("arguments", &Options::arguments)
      .def_readonly("extras", &Options::extras)
      .def_readonly("text", &Options::text)
      .def_readonly("model_dirs", &Options::model_dirs)
      .def_readonly("locustfile", &Options::locustfile)
      .def_readonly("locustfiles", &Options::locustfiles)
      .def_readonly("user_classes", &Options::user_classes)
      .def_readonly("include_tasksets", &Options::include_tasksets)
      .def_readonly("config_file", &Options::config_file)
      .def_readonly("configure", &Options::configure)
      .def_readonly("assume_yes", &Options::assume_yes)
      .def_readonly("strict", &Options::strict)
      .def_readonly("tags", &Options::tags)
      .def_readonly("exclude_tags", &Options::exclude_tags)
      .def_readonly("host", &Options::host)
      .def_readonly("num_users", &Options::num_users)
      .def_readonly("spawn_rate", &Options::spawn_rate)
      .def_readonly("run_time", &Options::run_time)
      .def_readonly("stop_timeout", &Options::stop_timeout)
      .def_readonly("headless", &Options::headless)
      .def_readonly("csv_prefix", &Options::csv_prefix)
      .def_readonly("only_summary", &Options::only_summary)
      .def_readonly("print_stats", &Options::print_stats)
      .def_readonly("reset_stats", &Options::reset_stats)
      .def_readonly("exit_code_on_error", &Options::exit_code_on_error)
      .def_readonly("loglevel", &Options::loglevel)
      .def_readonly("logfile", &Options::logfile)
      .def_readonly("skip_log_setup", &Options::skip_log_setup);

  module.def(
      "parse_options",
      [](const std::vector<std::string>& args, std::vector<std::string> taken, const std::string& program) {
        cli::Dialect dialect = cli::dialect_of(program);
        dialect.taken = std::move(taken);
        return cli::parse(args, environment_variable, dialect);
      },
      py::arg("args"), py::arg("taken") = std::vector<std::string>{}, py::arg("program") = "locust-nest");

  module.def(
      "unrecognized_arguments",
      [](const std::vector<std::string>& args, const Options& options,
         const std::vector<std::string>& further_names) {
        return cli::unrecognized_arguments(args, options.dialect, further_names);
      },
      py::arg("args"), py::arg("options"), py::arg("further_names") = std::vector<std::string>{});

  py::class_<NestConfig>(module, "NestConfig")
      .def("resolve", &resolve, py::arg("users"), py::arg("tasksets"))
      .def_property_readonly("dependencies", &NestConfig::dependencies)
      .def_property_readonly("warnings", &NestConfig::warnings);

  module.def("load_nest_config", &NestConfig::load, py::arg("path"));
}

}  // namespace nest::bindings

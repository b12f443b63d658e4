// The binary: the command line first, then Python.
#include <pybind11/embed.h>

#include <cstdio>
#include <string>
#include <vector>

#include "base/errors.h"

#include "cli/init.h"
#include "cli/options.h"
#include "interpreter.h"

namespace {

namespace py = pybind11;
using nest::bindings::Interpreter;
using nest::cli::Command;
using nest::cli::Options;

// Hands over to locust_nest.main, whose `function` ends with the exit code. Python errors that get here are
// ours.
[[noreturn]] void call_main(const char* function, const Options& options, const char* program) {
  // Models may look at sys.argv.
  std::vector<std::string> arguments{program};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  const Interpreter interpreter(arguments);
  int code = 1;
  bool failed = false;
  try {
    code = py::module_::import("locust_nest.main").attr(function)(py::cast(options)).cast<int>();
  } catch (py::error_already_set& error) {
    error.restore();
    failed = true;
  }
  if (failed) PyErr_Print();
  Interpreter::exit(code);
}

int run(int argc, char** argv) {
  const Options options = nest::cli::parse(argc, argv);
  switch (options.command) {
    case Command::kHelp:
      // Models that are named have options of their own to show.
      if (!options.locustfiles.empty() || !options.model_dirs.empty()) {
        call_main("show_help", options, argv[0]);
      }
      [[fallthrough]];
    case Command::kVersion:
      std::fputs(options.text.c_str(), stdout);
      return 0;
    case Command::kInit:
      std::fputs(nest::cli::write_example_project(options.init_dir).c_str(), stdout);
      return 0;
    case Command::kPython: {
      std::vector<std::string> arguments{argv[0]};
      arguments.insert(arguments.end(), options.python_args.begin(), options.python_args.end());
      return Interpreter::run_as_python(arguments);
    }
    case Command::kRun:
      break;
  }
  call_main("run", options, argv[0]);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const nest::UsageError& error) {
    const auto dialect = nest::cli::dialect_of(argc > 0 ? argv[0] : "");
    std::fprintf(stderr, "%s: error: %s\n", dialect.program().c_str(), error.what());
    return error.exit_code();
  }
}

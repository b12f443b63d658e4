// The binary: carries out its own commands, or starts Python, which reads the options of a test
// (python/locust_nest/entry.py).
#include <pybind11/embed.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.h"
#include "base/large_blocks.h"
#include "base/open_file_limit.h"
#include "base/standard_streams.h"
#include "cli/command.h"
#include "cli/init.h"

#include "interpreter.h"

namespace {

namespace py = pybind11;
using nest::bindings::Interpreter;
using nest::cli::Command;

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// What messages call the program: `locust` if that is the name it was started by, whatever the folder.
std::string program_name(std::string_view argv0) {
  return file_name(argv0) == "locust" ? "locust" : "locust-nest";
}

// Calls a function of locust_nest.entry that returns an exit code, and ends the process with it.
[[noreturn]] void enter(const std::vector<std::string>& argv, const char* function) {
  const Interpreter interpreter(argv);  // they become sys.argv, which models may look at
  int code = 1;
  bool failed = false;
  try {
    code = py::module_::import("locust_nest.entry").attr(function)().cast<int>();
  } catch (py::error_already_set& error) {  // an error of ours
    error.restore();
    failed = true;
  }
  if (failed) PyErr_Print();
  Interpreter::exit(code);
}

int run(std::vector<std::string> argv) {
  // sys.executable, for models that start Python or each other (python/locust_nest/bootstrap.py).
  if (file_name(argv[0]) == "locust-nest-python") return Interpreter::run_as_python(argv);
  const bool has_commands = program_name(argv[0]) == "locust-nest";  // locust has none
  const Command command = has_commands ? nest::cli::read_command(argv) : Command{};
  switch (command.kind) {
    case Command::Kind::kInit:
      nest::write_to_stdout(nest::cli::write_example_project(command.arguments[0]));
      return 0;
    case Command::Kind::kHelp:
      nest::write_to_stdout(command.arguments[0]);
      return 0;
    case Command::Kind::kPython:
      argv.erase(argv.begin() + 1);
      return Interpreter::run_as_python(argv);
    case Command::Kind::kPrint:
      enter(argv, "print_text");
    case Command::Kind::kRun:
      enter(argv, "main");
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv, argv + argc);
  if (arguments.empty()) arguments.emplace_back("locust-nest");
  try {
    nest::occupy_closed_streams();
    nest::raise_open_file_limit();
    nest::give_large_blocks_back();
    return run(arguments);
  } catch (const nest::UsageError& error) {
    std::fprintf(stderr, "%s: error: %s\n", program_name(arguments[0]).c_str(), error.what());
    return error.exit_code();
  }
}

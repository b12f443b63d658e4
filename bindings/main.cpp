// The binary: command line first, then Python.
#include <Python.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "base/errors.h"
#include "interpreter.h"

namespace {

using nest::bindings::Interpreter;

std::vector<std::string> python_arguments(int argc, char** argv) {
  std::vector<std::string> arguments{argv[0]};
  for (int i = 2; i < argc; ++i) arguments.emplace_back(argv[i]);
  return arguments;
}

int run(int argc, char** argv) {
  if (argc > 1 && std::string(argv[1]) == "python")
    return Interpreter::run_as_python(python_arguments(argc, argv));
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const nest::UsageError& error) {
    std::fprintf(stderr, "locust-nest: error: %s\n", error.what());
    return error.exit_code();
  }
}

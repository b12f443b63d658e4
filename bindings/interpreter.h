// The embedded CPython: start, search path, end.
#pragma once

#include <string>
#include <vector>

namespace nest::bindings {

// One per process, on the main thread. Honours VIRTUAL_ENV, so that models find the packages their authors
// installed; our own packages come first on sys.path, so that `import locust` is ours.
class Interpreter {
 public:
  // `arguments` become sys.argv. Throws UsageError when Python cannot start or our packages are not found.
  explicit Interpreter(const std::vector<std::string>& arguments);

  // Behaves as `python3 ARGS...` from here on; returns its exit code. `arguments` were given to the
  // constructor with parse_arguments.
  static int run_as_python(const std::vector<std::string>& arguments);

  // Ends the process: exit functions of the models, output flushed, I/O thread stopped. No destructors,
  // because greenlets of users may still be suspended inside C code.
  [[noreturn]] static void exit(int code);
};

}  // namespace nest::bindings

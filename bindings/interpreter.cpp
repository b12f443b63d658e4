#include "interpreter.h"

#include <Python.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "base/errors.h"
#include "frame_stacks.h"
#include "runtime.h"

namespace nest::bindings {

namespace {

namespace fs = std::filesystem;

// The folder that holds our packages: below the installation prefix, or the source tree the binary was built
// in.
// LOCUST_NEST_PACKAGES names it for a build directory elsewhere.
fs::path package_folder() {
  if (const char* named = std::getenv("LOCUST_NEST_PACKAGES"); named != nullptr && *named != '\0')
    return named;
  const fs::path binary = fs::read_symlink("/proc/self/exe");
  const auto holds_packages = [](const fs::path& folder) {
    return fs::exists(folder / "locust_nest" / "__init__.py");
  };
  fs::path installed = binary.parent_path().parent_path() / "share" / "locust-nest" / "python";
  if (holds_packages(installed)) return installed;
  for (fs::path folder = binary.parent_path(); folder != folder.root_path(); folder = folder.parent_path()) {
    if (holds_packages(folder / "python")) return folder / "python";
  }
  throw UsageError("the Python packages of locust-nest are missing: looked in " + installed.string() +
                       " and beside the source tree of " + binary.string() + "; install again",
                   1);
}

// The python whose packages models are to find: the active virtual environment's if it has packages for this
// version, else the system's.
std::string python_executable() {
  constexpr const char* kPackages =
      "lib/python" Py_STRINGIFY(PY_MAJOR_VERSION) "." Py_STRINGIFY(PY_MINOR_VERSION) "/site-packages";
  if (const char* environment = std::getenv("VIRTUAL_ENV"); environment != nullptr && *environment != '\0') {
    const fs::path folder = environment;
    if (fs::is_directory(folder / kPackages)) return (folder / "bin" / "python3").string();
  }
  return NEST_PYTHON_EXECUTABLE;
}

void check(PyConfig& config, PyStatus status) {
  if (PyStatus_Exception(status) == 0) return;
  PyConfig_Clear(&config);
  if (PyStatus_IsExit(status) != 0) std::exit(status.exitcode);
  throw UsageError(
      std::string("Python does not start: ") + (status.err_msg != nullptr ? status.err_msg : "?"), 1);
}

void initialise(const std::vector<std::string>& arguments, bool parse_arguments) {
  pool_frame_stacks();
  PyConfig config;
  PyConfig_InitPythonConfig(&config);
  config.parse_argv = parse_arguments ? 1 : 0;
  check(config, PyConfig_SetBytesString(&config, &config.program_name, python_executable().c_str()));
  // The standard library is always the one that belongs to us, also when the environment was made by another
  // build of Python.
  check(config, PyConfig_SetBytesString(&config, &config.home, NEST_PYTHON_HOME));
  std::vector<char*> pointers;
  pointers.reserve(arguments.size());
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  check(config, PyConfig_SetBytesArgv(&config, static_cast<Py_ssize_t>(pointers.size()), pointers.data()));
  check(config, Py_InitializeFromConfig(&config));
  PyConfig_Clear(&config);
}

// A Python error here is an installation that cannot work: printed with its traceback.
void run_or_fail(const std::string& code) {
  if (PyRun_SimpleString(code.c_str()) != 0)
    throw UsageError("the Python packages of locust-nest do not load", 1);
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

void add_packages() {
  run_or_fail("import sys; sys.path.insert(0, " + quoted(package_folder().string()) + ")");
  run_or_fail("import locust_nest.bootstrap");
}

}  // namespace

Interpreter::Interpreter(const std::vector<std::string>& arguments) {
  initialise(arguments, false);
  add_packages();
}

int Interpreter::run_as_python(const std::vector<std::string>& arguments) {
  initialise(arguments, true);
  add_packages();
  run_or_fail("import atexit, nest_engine; atexit.register(nest_engine.shutdown)");
  return Py_RunMain();
}

void Interpreter::exit(int code) {
  PyRun_SimpleString(
      "import atexit, sys, threading\n"
      "def _end():\n"
      "    try:\n"
      "        if 'locust_nest.main' in sys.modules:  # else no model has been imported\n"
      "            from locust_nest.leaving import wait_for_threads\n"
      "            wait_for_threads()\n"
      "        atexit._run_exitfuncs()\n"
      "    finally:\n"
      "        for stream in (sys.stdout, sys.stderr):\n"
      "            try:\n"
      "                stream.flush()\n"
      "            except (AttributeError, OSError, ValueError):  # None, full, closed\n"
      "                pass\n"
      "_end()\n");
  Runtime::get().shutdown();
  std::fflush(nullptr);
  ::_exit(code);
}

}  // namespace nest::bindings

// What the command line asks for. Parsed before Python starts, then only read, by C++ and by Python alike.
//
// Names of the fields are Locust's "dest" names where Locust has the option, so that a model which reads
// `environment.parsed_options` finds what it expects.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nest::cli {

enum class Command {
  kRun,
  kInit,     // write an example project into `init_dir`
  kPython,   // run the embedded interpreter with `python_args`
  kHelp,     // print `text`
  kVersion,  // print `text`
};

// How the words of a command line are to be understood.
struct Dialect {
  // False for a binary that is called `locust`: it has no option, no command and no default that Locust
  // lacks.
  bool wrapper = true;
  // Spellings of ours that the models have given to options of their own: here they are unknown.
  std::vector<std::string> taken = {};

  std::string program() const { return wrapper ? "locust-nest" : "locust"; }
};

// The dialect of a binary started as `argv0`, whatever its folder.
Dialect dialect_of(std::string_view argv0);

struct Options {
  Command command = Command::kRun;
  Dialect dialect;
  std::vector<std::string> arguments;  // all of them, as given
  // What only the models can know: options that are in no table, and the words that follow these. Before them
  // all other words, of which `user_classes` then has none.
  std::vector<std::string> extras;
  std::vector<std::string> python_args;  // as given, without "python" itself
  std::string init_dir = ".";
  std::string text;  // of kHelp and kVersion; ends with a newline. For kHelp the models are settled too

  // Which models.
  std::vector<std::string> model_dirs;
  std::string locustfile = "locustfile.py";  // as given to -f
  std::vector<std::string> locustfiles;      // -f split at its commas; empty without -f
  std::vector<std::string> user_classes;     // the positional names; empty means all
  bool include_tasksets = false;
  std::optional<std::string> config_file;  // empty: config.json if there is one
  bool configure = false;
  bool assume_yes = false;
  bool strict = false;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::vector<std::string>> exclude_tags;

  // The load.
  std::optional<std::string> host;
  std::optional<int> num_users;
  std::optional<double> spawn_rate;      // users per second, > 0
  std::optional<std::int64_t> run_time;  // seconds
  double stop_timeout = 0;               // seconds
  bool headless = false;

  // Results.
  std::optional<std::string> csv_prefix;
  bool only_summary = false;
  bool print_stats = false;
  bool reset_stats = false;
  int exit_code_on_error = 1;

  // Logging.
  std::string loglevel = "INFO";
  std::optional<std::string> logfile;
  bool skip_log_setup = false;
};

// The value of an environment variable, or nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// Pure: looks at no file and no terminal. `args` are without the program's name. Precedence: built-in
// default, then `environment`, then the command line. Throws UsageError.
Options parse(const std::vector<std::string>& args, const Environment& environment,
              const Dialect& dialect = {});

// The models of a run for which none were named: the directory "models" if `working_directory` has one, else
// its file locustfile.py. Otherwise, nothing is changed on a terminal (Python then asks), and without one a
// UsageError says what to do.
void settle_model_dirs(Options& options, bool stdin_is_terminal,
                       const std::filesystem::path& working_directory);

// Both of the above, with the process's arguments, environment, standard input and working directory.
Options parse(int argc, const char* const* argv);

}  // namespace nest::cli
